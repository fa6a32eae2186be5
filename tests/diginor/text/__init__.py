"""Tests of diginor / text."""
