"""Families, topics and offers."""
