"""What every page and form shares."""
