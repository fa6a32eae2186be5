"""The rules of figures."""
