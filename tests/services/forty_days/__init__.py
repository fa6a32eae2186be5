"""Forty working days of a hub: twenty requests of different fates, and every mail that leaves."""
