"""Tests: diginor."""
