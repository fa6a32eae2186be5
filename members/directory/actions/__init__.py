"""The actions of directory."""
