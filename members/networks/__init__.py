"""Networks, their members and their accreditations."""
