"""Tests of members / directory."""
