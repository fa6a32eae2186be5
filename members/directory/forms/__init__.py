"""The forms of directory."""
