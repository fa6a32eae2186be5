"""The views of directory."""
