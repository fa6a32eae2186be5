"""Places where the ecosystem works."""
