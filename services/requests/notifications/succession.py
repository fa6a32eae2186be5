"""The mail that a company receives when the structure that has its request becomes another."""

from services.requests.notifications.base import ToCompany


class StructureBecame(ToCompany):
    """The structure that has the request became another, which goes on with it; told once, the day after."""

    template = "services/requests/mail/structure_became"

    def key(self) -> str:
        """One mail a company for each succession, whatever the number of its requests."""
        return str(self.cause)
