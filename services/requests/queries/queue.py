"""The desk's queue: its views, its pages by key, and its search, each at a cost that does not follow the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import Func, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import ALPHABET
from diginor.text.search import CONFIG, plain, query
from diginor.text.whole_numbers import is_whole_number
from diginor.web.paging import Page, page_by_key, together
from diginor.workflow.history import Party
from services.requests.enums import ENDED_STATES, GIVEN_STATES, RequestState
from services.requests.models import OPEN, ServiceRequest, ServiceRequestQuerySet

PAGE = 30
# A search reads the newest requests first, then this many matches before it orders them.
MATCHES, NEWEST = 500, 1000
# Typing errors are looked for in this many of the latest requests.
LATEST, CLOSE_ENOUGH = 1000, 0.5


@dataclass(frozen=True)
class QueueView:
    """One way to look at the requests of a hub."""

    slug: str
    label: str | Promise
    why_empty: str | Promise
    condition: Q
    is_late: bool = False
    is_history: bool = False

    def rows(self, hub_id: int) -> ServiceRequestQuerySet:
        """The requests of this view, in its order."""
        rows = ServiceRequest.objects.filter(self.condition, hub_id=hub_id)
        if self.is_late:
            rows = rows.filter(due_at__lt=timezone.now())
        return rows.order_by("-submitted_at", "-pk") if self.is_history else rows.order_by("due_at", "pk")

    def page(self, hub_ids: Sequence[int], *, after: str = "", before: str = "") -> Page:
        """Some requests of these hubs, with what their lines show; each hub is read through its own index."""
        parts = [self.rows(hub_id) for hub_id in hub_ids]
        name = "submitted_at" if self.is_history else "due_at"
        rows = parts[0] if len(parts) == 1 else ServiceRequest.objects.order_by(*parts[0].query.order_by)
        return page_by_key(
            rows.in_lines(), name, size=PAGE, after=after, before=before, parts=parts if len(parts) > 1 else ()
        )


KEPT_APART = "mises-a-part"
HERE = OPEN & Q(responsible=Party.HUB, is_suspect=False)
VIEWS = [
    QueueView("a-faire", _("À faire"), _("Personne n’attend votre équipe."), HERE),
    QueueView("nouvelles", _("Nouvelles"), _("Aucune demande nouvelle."), HERE & Q(state=RequestState.SUBMITTED)),
    QueueView(
        "a-reorienter", _("À réorienter"), _("Aucune demande à réorienter."), HERE & Q(state=RequestState.TO_REROUTE)
    ),
    QueueView("en-retard", _("En retard"), _("Aucune échéance n’est dépassée."), OPEN, is_late=True),
    QueueView(
        "a-l-arret", _("À l’arrêt"), _("Toutes les demandes confiées avancent."), HERE & Q(state__in=GIVEN_STATES)
    ),
    QueueView(
        "en-attente",
        _("Attend l’entreprise"),
        _("Aucune question n’attend de réponse."),
        OPEN & Q(responsible=Party.COMPANY),
    ),
    QueueView(KEPT_APART, _("Mises à part"), _("Aucune demande douteuse."), OPEN & Q(is_suspect=True)),
    QueueView("ouvertes", _("Toutes ouvertes"), _("Aucune demande n’est ouverte."), OPEN),
    QueueView(
        "terminees",
        _("Terminées"),
        _("Aucune demande n’est encore terminée."),
        Q(state__in=ENDED_STATES, submitted_at__isnull=False),
        is_history=True,
    ),
]
BY_SLUG = {view.slug: view for view in VIEWS}


def search(hub_ids: Sequence[int], text: str) -> list[ServiceRequest]:
    """The requests of these hubs that speak of a text, the newest first; close spellings of the name when none does."""
    filed = [ServiceRequest.objects.filed().filter(hub_id=hub_id) for hub_id in hub_ids]
    if not text.strip():
        return []
    ids = _matches(filed, text) or _resembling(filed, text)
    rows = ServiceRequest.objects.filter(pk__in=ids).in_lines()
    return list(rows.order_by("-submitted_at", "-pk")[:PAGE])


def _latest(filed: Sequence[QuerySet], count: int) -> list[QuerySet]:
    """The latest requests of each hub, as many as asked for in all, each read through its index by date."""
    return [rows.order_by("-submitted_at", "-pk")[: max(count // len(filed), PAGE)] for rows in filed]


def _matches(filed: Sequence[QuerySet], text: str) -> set[int]:
    """Full text among the latest requests, which is enough for common words; among all of them for the others.

    Matches are read before they are ordered, as the index by date would be walked to its end; and a word that thousands
    of requests hold is never looked up in the index of words, whose cost follows the number of matches.
    """
    asked = Q(search=query(_one_number(text)))
    if is_code(text):
        asked |= Q(code=text.strip().upper())
    newest = [rows.values("submitted_at", "pk", "search") for rows in _latest(filed, NEWEST)]
    found = _among(together(newest), _one_number(text))
    if len(found) < PAGE:
        # Each hub gives its matches, so that a large one does not hide those of a small one.
        others = [rows.filter(asked).order_by().values_list("submitted_at", "pk")[:MATCHES] for rows in filed]
        found |= set(together(others).iterator())
    return {pk for _at, pk in sorted(found, reverse=True)[:PAGE]}


def _among(rows: QuerySet, text: str) -> set[tuple[datetime, int]]:
    """Which of some rows speak of a text, in one reading of them; the ORM would look each up a second time."""
    inner, values = rows.query.sql_with_params()
    speaks = "search @@ websearch_to_tsquery(%s::regconfig, %s)"
    statement = f"SELECT submitted_at, id FROM ({inner}) AS rows (submitted_at, id, search) WHERE {speaks}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, CONFIG, text])
        return set(cursor.fetchall())


def _resembling(filed: Sequence[QuerySet], text: str) -> set[int]:
    """Names close to what was typed among the latest requests: reading all of them would follow the history."""
    words = plain(text)
    if not words or "@" in text or any(letter.isdigit() for letter in words):
        return set()
    names = Func(Concat("company_name", Value(" "), "contact_name"), function="unaccent")
    close = [rows.annotate(closeness=TrigramWordSimilarity(words, names)) for rows in filed]
    latest = together([rows.values_list("closeness", "pk") for rows in _latest(close, LATEST)])
    return {pk for closeness, pk in sorted(latest, reverse=True)[:PAGE] if closeness >= CLOSE_ENOUGH}


def search_of(rows: QuerySet, text: str) -> QuerySet:
    """Some requests that speak of a text, five hundred at most, found before whatever order is asked of them."""
    asked = Q(search=query(_one_number(text))) | Q(code=text.strip().upper())
    return rows.filter(pk__in=rows.order_by().filter(asked).values("pk")[:MATCHES])


def _one_number(text: str) -> str:
    """A SIRET or a telephone number typed with spaces is one word."""
    bare = text.replace(" ", "").replace("\u202f", "").replace("\xa0", "")
    return bare if is_whole_number(bare) else text


def is_code(text: str) -> bool:
    """Whether a text looks like the number of a request."""
    bare = text.strip().upper()
    return len(bare) == 10 and all(letter in ALPHABET for letter in bare)
