"""Tests of members / networks."""
