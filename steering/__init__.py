"""Steering: what officers see of the requests of their territory, and who serves it."""
