"""Tests of diginor / workflow."""
