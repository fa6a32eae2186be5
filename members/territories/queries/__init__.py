"""The reads of territories."""
