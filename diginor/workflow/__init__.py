"""Life cycles, histories and working days."""
