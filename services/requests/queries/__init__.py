"""The reads of requests."""
