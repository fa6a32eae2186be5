"""Hostile requests: every address, role, parameter and form, with what nobody in good faith would send."""
