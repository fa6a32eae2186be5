"""The rules of the services part."""
