"""Tests of services / catalogue."""
