"""The forms of the members part."""
