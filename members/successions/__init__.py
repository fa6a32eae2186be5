"""Organisations that become another."""
