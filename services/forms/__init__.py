"""The forms of the services part."""
