"""The views of the services part."""
