"""Tests of services / filing."""
