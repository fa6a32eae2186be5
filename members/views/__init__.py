"""The views of the members part."""
