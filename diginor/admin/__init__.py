"""What every page of the administration shares."""

from diginor.admin import outgoing_mails, retries

__all__ = ["outgoing_mails", "retries"]
