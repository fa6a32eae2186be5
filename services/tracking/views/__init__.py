"""The views of tracking."""
