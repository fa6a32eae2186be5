"""Tests of steering / dashboard."""
