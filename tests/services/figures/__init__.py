"""Tests of services / figures."""
