"""The views of inbox."""
