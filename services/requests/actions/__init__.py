"""The actions of requests."""
