"""What waits for the desk in the directory: a name to read again, and an invented organisation that lists itself."""

from demonstration.story import accounts
from members.directory.models import SheetProposal
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User

PLACE = "tiers-lieu-de-demonstration-du-perche"
RENAMED = {"name": "Tiers-lieu de démonstration du Perche et du Bocage", "acronym": "Le Bocage (démonstration)"}
LISTED = {
    "name": "Fabrique de démonstration du Bessin",
    "kind": "association",
    "commune": "14047",
    "description": "Structure inventée pour la démonstration : un atelier partagé d’impression 3D et de découpe.",
    "expertises": ["additive", "robotics"],
    "website": "",
}


def propose(organisations: dict[str, Organisation]) -> None:
    """Have two proposals wait, as if they had just been sent."""
    forget()
    hub = Hub.objects.get(slug=accounts.MAIN_HUB)
    place = organisations[PLACE]
    manager = User.objects.managers_of(place.pk).first() or User.objects.advisers_of(place.pk).first()
    SheetProposal.objects.create(hub=hub, organisation=place, values=RENAMED, proposed_by=manager)
    name = accounts.SHOWN_COMPANIES[0]
    row = next(row for row in accounts.read("companies")[accounts.MAIN_HUB] if row[0] == name)
    asker = User.objects.with_email(accounts.contact(row).email).first()
    SheetProposal.objects.create(hub=hub, values=LISTED, proposed_by=asker)


def forget() -> None:
    """Take away what invented people proposed."""
    SheetProposal.objects.filter(proposed_by__is_demo=True).delete()
