"""The actions of the members part."""
