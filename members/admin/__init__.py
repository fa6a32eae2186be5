"""The admin of the members part."""
