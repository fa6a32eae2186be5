"""Tests of members / people."""
