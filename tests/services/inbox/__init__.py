"""Tests of services / inbox."""
