"""The reads of coverage."""
