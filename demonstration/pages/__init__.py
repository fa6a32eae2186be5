"""The pages that exist only in demonstration mode."""
