"""Tests of diginor / drawing."""
