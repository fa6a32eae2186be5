"""The rules of the members part."""
