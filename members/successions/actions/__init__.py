"""The actions of successions."""
