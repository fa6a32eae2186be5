"""Tests of members / territories."""
