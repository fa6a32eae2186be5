"""Tests of members / facts."""
