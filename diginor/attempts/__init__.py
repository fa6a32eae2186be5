"""What is tried again, and what limits trying."""
