"""The reads of figures."""
