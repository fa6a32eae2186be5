"""Tests of diginor / admin."""
