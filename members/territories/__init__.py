"""Territories of France, and those that projects draw."""
