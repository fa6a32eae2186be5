"""The reads of inbox."""
