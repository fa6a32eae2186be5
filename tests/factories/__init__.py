"""Factories, one file a part."""
