"""Signing in, one's own account, and erasure."""
