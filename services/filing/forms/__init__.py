"""The forms of filing."""
