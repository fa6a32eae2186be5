"""Who serves each topic where."""
