"""The forms of inbox."""
