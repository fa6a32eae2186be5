"""The rules of organisations."""
