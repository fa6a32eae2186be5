"""Tests of diginor / web."""
