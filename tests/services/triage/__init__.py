"""Tests of services / triage."""
