"""The actions of the services part."""
