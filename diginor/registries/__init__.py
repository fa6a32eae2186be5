"""What the parts tell the ground floor in `ready()`, so that nothing below imports them."""
