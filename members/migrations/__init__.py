"""Migrations of the members part."""
