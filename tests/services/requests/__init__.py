"""Tests of services / requests."""
