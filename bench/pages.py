"""The pages that the benchmark opens, each by the person who opens it."""

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse

from bench.catalogue import people
from members.people.models import User
from services.requests.links import tracking_token
from services.requests.models import ServiceRequest

FLAT = 1.3  # what a page may cost at a million requests, when it costs 1 at a thousand
FIRST_PAGE_MS = 60


@dataclass(frozen=True)
class BenchPage:
    """A page: what it is, its address, who opens it, and whether its cost must stay flat."""

    label: str
    url: str
    user: int | None = None
    is_flat: bool = True


def pages() -> list[BenchPage]:
    """The five pages of the promise, the search with a frequent word and with a rare one; then some more."""
    who = people()
    triage = reverse("admin:triage")
    followed = ServiceRequest.objects.with_details().get(pk=301)
    return [
        BenchPage("File de triage", triage, who.staff),
        BenchPage("Boîte des demandes confiées", reverse("inbox"), who.adviser),
        BenchPage("Page de suivi de l’entreprise", reverse("tracking", args=[tracking_token(followed)])),
        BenchPage("Recherche dans la file, mot d’une demande sur 15", f"{triage}?q=soudure", who.staff),
        BenchPage("Recherche dans la file, mot de 20 demandes", f"{triage}?q=periscope", who.staff),
        BenchPage("Tableau de bord, première page", reverse("steering"), who.officer, is_flat=False),
        BenchPage("Tableau de bord, une famille", f"{reverse('steering')}?famille=funding", who.officer, is_flat=False),
        BenchPage(
            "Tableau de bord, une famille et une taille",
            f"{reverse('steering')}?famille=funding&taille=1-9",
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
