"""Organisations: one record for a member and for a company that asks."""
