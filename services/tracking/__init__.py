"""What the company sees of its request, and does there."""
