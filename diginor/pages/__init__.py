"""Pages that belong to no part, and what every page knows."""
