"""Tests of members / successions."""
