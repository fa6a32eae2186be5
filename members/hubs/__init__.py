"""The hubs that receive requests."""
