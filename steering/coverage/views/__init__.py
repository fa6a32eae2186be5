"""The views of coverage."""
