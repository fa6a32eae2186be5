"""The rules of facts."""
