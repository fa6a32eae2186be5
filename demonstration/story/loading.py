"""Loading the whole demonstration, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import transaction
from django.utils import timezone

from demonstration.story import accounts, companies, rows
from demonstration.story import proposals as sheets
from demonstration.story.mails import recent_mails
from demonstration.story.people import Casting, furnish
from demonstration.story.scenes import Scenes
from demonstration.story.storyteller import SEED, Storyteller
from diginor.outbox.models import OutgoingMail
from members.directory.actions.ecosystem import load_ecosystem
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from members.territories.actions.loading import load_territories
from members.territories.models import Territory
from services.catalogue.actions import load_catalogue, load_offers
from services.figures.actions.refresh import refresh_figures
from services.requests.models import ServiceRequest

REQUESTS = {accounts.MAIN_HUB: 336, accounts.OTHER_HUB: 32}


@dataclass(frozen=True)
class Loaded:
    """What was made."""

    people: int
    companies: int
    requests: int
    mails: int


def is_loaded() -> bool:
    """Whether the demonstration is there."""
    return ServiceRequest.objects.filter(is_demo=True).exists()


@transaction.atomic
def load(now: datetime | None = None) -> Loaded:
    """Load what is real, then what is invented, as if it had happened until `now`."""
    moment = now or timezone.now()
    if not Territory.objects.exists():
        load_territories()
    topics = load_catalogue()
    organisations = load_ecosystem()
    load_offers()
    today = timezone.localdate(moment)
    cast = Casting(today).everyone(organisations)
    lives = _tell(moment, Storyteller(moment, cast, companies.Routing(topics)), organisations)
    requests = rows.write(lives)
    furnish(organisations, today)
    sheets.propose(organisations)
    mails = recent_mails(moment)
    refresh_figures(now=moment, is_full=True)
    made = Organisation.objects.filter(is_demo=True, hubs=None)
    return Loaded(User.objects.filter(is_demo=True).count(), made.count(), len(requests), mails)


def _tell(now: datetime, teller: Storyteller, organisations: dict[str, Organisation]) -> list:
    hubs = {hub.slug: hub for hub in Hub.objects.in_order()}
    main, other = hubs[accounts.MAIN_HUB], hubs[accounts.OTHER_HUB]
    rng = Random(f"{SEED} companies")
    askers, others = companies.companies(main, rng), companies.companies(other, rng)
    scenes = Scenes(teller, askers, others, organisations).all()
    askers += companies.without_siret(main, rng)
    return [
        *scenes,
        *teller.ordinary(main, askers, REQUESTS[main.slug]),
        *teller.ordinary(other, others, REQUESTS[other.slug]),
    ]


@transaction.atomic
def load_again(now: datetime | None = None) -> Loaded:
    """Forget what was invented and load it anew, both or neither."""
    unload()
    return load(now)


@transaction.atomic
def unload() -> None:
    """Forget what was invented, people and member organisations excepted: they are brought up to date instead."""
    invented = ServiceRequest.objects.filter(is_demo=True)
    invented.update(merged_into=None)
    invented.delete()
    sheets.forget()
    Organisation.objects.filter(is_demo=True, hubs=None).delete()
    OutgoingMail.objects.filter(dedupe_key__startswith="demonstration:").delete()
