"""The rules of territories."""
