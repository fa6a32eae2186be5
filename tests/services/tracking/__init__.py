"""Tests of services / tracking."""
