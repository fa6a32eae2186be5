"""The admin of the services part."""
