"""Migrations of the services part."""
