"""Tests of steering / coverage."""
