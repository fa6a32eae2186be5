"""The views of filing."""
