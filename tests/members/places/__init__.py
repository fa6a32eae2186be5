"""Tests of members / places."""
