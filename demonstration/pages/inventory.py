"""What the demonstration holds, counted for its page."""

from django.utils.translation import gettext as _

from diginor.text.wording import number
from members.organisations.models import Organisation
from members.people.models import User
from services.requests.models import ServiceRequest


def facts() -> list[tuple[str, str]]:
    """What is invented, and what is not."""
    counts = [
        (_("Structures membres réelles"), Organisation.objects.filter(is_demo=False, hubs__isnull=False).distinct()),
        (
            _("Structures membres inventées, et nommées ainsi"),
            Organisation.objects.filter(is_demo=True, hubs__isnull=False),
        ),
        (_("Entreprises inventées"), Organisation.objects.filter(is_demo=True, hubs=None)),
        (_("Personnes inventées"), User.objects.filter(is_demo=True)),
        (_("Demandes inventées, sur dix-huit mois"), ServiceRequest.objects.filter(is_demo=True)),
    ]
    return [(label, str(number(rows.count()))) for label, rows in counts]
