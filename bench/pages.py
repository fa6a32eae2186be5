"""The pages that the benchmark opens, each by the person who opens it."""

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse

from bench.catalogue import people
from members.people.models import User
from services.requests.enums import RequestState
from services.requests.links import tracking_token
from services.requests.models import Referral, ServiceRequest

FLAT = 1.3  # what a page may cost at a million requests, when it costs 1 at a thousand


@dataclass(frozen=True)
class BenchPage:
    """A page: what it is, its address, who opens it, whether its cost must stay flat, and its most milliseconds."""

    label: str
    url: str
    user: int | None = None
    is_flat: bool = True
    most_ms: float | None = None


def floor() -> BenchPage:
    """The least that a view can do, which the pages are measured beside."""
    return BenchPage("Plancher : une ligne, un petit gabarit", reverse("bench_floor"))


def pages() -> list[BenchPage]:
    """What people open most, then the searches and figures whose cost follows the number of requests."""
    who = people()
    triage, steering = reverse("admin:triage"), reverse("steering")
    followed = ServiceRequest.objects.with_details().get(pk=301)
    waiting = ServiceRequest.objects.filter(state=RequestState.SUBMITTED).latest("pk")
    received = Referral.objects.filter(organisation__memberships__user=who.adviser).latest("pk")
    requests = reverse("admin:services_servicerequest_changelist")
    return [
        BenchPage("File de triage", triage, who.staff, most_ms=10),
        BenchPage("Boîte des demandes confiées", reverse("inbox"), who.adviser, most_ms=10),
        BenchPage("Page de suivi de l’entreprise", reverse("tracking", args=[tracking_token(followed)]), most_ms=12),
        BenchPage("Recherche dans la file, mot d’une demande sur 15", f"{triage}?q=soudure", who.staff),
        BenchPage("Recherche dans la file, mot de 20 demandes", f"{triage}?q=periscope", who.staff),
        BenchPage(
            "Une demande dans le triage", reverse("admin:triage_request", args=[waiting.code]), who.staff, most_ms=30
        ),
        BenchPage("Une demande confiée", reverse("referral", args=[received.code]), who.adviser),
        BenchPage("Accueil", reverse("home"), most_ms=5),
        BenchPage("Annuaire", reverse("directory")),
        BenchPage("Liste des demandes dans l’administration", requests, who.staff, most_ms=20),
        BenchPage("Recherche dans cette liste", f"{requests}?q=soudure", who.staff, is_flat=False),
        BenchPage("Tableau de bord, première page", steering, who.officer, is_flat=False, most_ms=25),
        BenchPage("Tableau de bord, une famille", f"{steering}?famille=funding", who.officer, is_flat=False),
        BenchPage(
            "Tableau de bord, une famille et une taille",
            f"{steering}?famille=funding&taille=1-9",
            who.officer,
            is_flat=False,
        ),
        BenchPage(
            "Recherche dans la file, mot d’une demande sur 500", f"{triage}?q=exosquelette", who.staff, is_flat=False
        ),
        BenchPage("Demandes derrière un chiffre", reverse("steering_requests"), who.officer, is_flat=False),
    ]


def session_of(user_id: int) -> str:
    """Open a session for a person and return its key."""
    user = User.objects.get(pk=user_id)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
