"""The directory: organisations and networks as visitors read them, and what is proposed for them."""
