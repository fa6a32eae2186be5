"""Tests of members / accounts."""
