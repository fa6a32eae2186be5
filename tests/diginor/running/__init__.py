"""Tests of diginor / running."""
