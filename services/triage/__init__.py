"""The administration's triage of requests."""
