"""Tests of diginor / attempts."""
