"""Template tags of the members part."""
