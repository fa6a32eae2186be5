"""Tests of diginor / outbox."""
