"""The traces that using the portal leaves: sessions, the journal of the administration, files to import."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy, ngettext

from diginor.attempts.tallies import Tally
from diginor.exchange import waiting
from diginor.registries.personal_data import ERASED, PersonalData, Piece, Target, in_batches, register

JOURNAL_KEPT = timedelta(days=3 * 365)
LEGITIMATE = gettext_lazy("Intérêt légitime")


def forget_sessions(user: Any) -> None:
    """End what is open in any browser of a person; a session says whose it is only once decoded."""
    sessions = Session.objects.order_by("pk").iterator(chunk_size=500)
    own = [row.pk for row in sessions if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()


def forget_in_log(user: Any) -> None:
    """Take the name of a person out of the journal, which keeps that their account was changed."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(user), object_id=str(user.pk))
    about.update(object_repr=ERASED, change_message="")


def _found_in_log(target: Target) -> list[Piece]:
    if not target.person:
        return []
    quoted = Q(object_repr__icontains=target.person) | Q(change_message__icontains=target.person)
    rows = LogEntry.objects.filter(quoted)
    count = rows.count()
    label = ngettext("%(count)s ligne qui cite l’adresse", "%(count)s lignes qui citent l’adresse", count)
    erase = lambda: rows.update(object_repr=ERASED, change_message="")  # noqa: E731
    return [Piece(label % {"count": count}, erase)] if count else []


def _expired_log(now: datetime) -> Iterable[Piece]:
    return in_batches(LogEntry.objects.filter(action_time__lt=now - JOURNAL_KEPT))


def _expired_sessions(now: datetime) -> Iterable[Piece]:
    yield from in_batches(Session.objects.filter(expire_date__lt=now))
    yield from in_batches(Tally.objects.over(now))


def _expired_files(now: datetime) -> Iterable[Piece]:
    return [Piece(waiting.FOLDER, waiting.sweep)]


SESSIONS = PersonalData(
    code="sessions",
    title=gettext_lazy("Session"),
    holds=gettext_lazy("Ce que le site retient entre deux pages : qui est connecté, la demande en cours d’écriture"),
    purpose=gettext_lazy("Vous garder connecté, ne rien vous faire écrire deux fois"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy("14 jours après votre dernière visite"),
    position=60,
    columns={"sessions.Session": ("session_key", "session_data")},
    expired=_expired_sessions,
)
JOURNAL = PersonalData(
    code="journal",
    title=gettext_lazy("Journal de l’administration"),
    holds=gettext_lazy("Qui a changé quelle fiche, et quand"),
    purpose=gettext_lazy("Retrouver l’origine d’une erreur"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy("3 ans"),
    position=70,
    columns={"admin.LogEntry": ("object_id", "object_repr", "change_message")},
    found=_found_in_log,
    expired=_expired_log,
)
IMPORTS = PersonalData(
    code="imports",
    title=gettext_lazy("Fichiers à importer"),
    holds=gettext_lazy("Les listes de structures et de personnes qu’une équipe apporte"),
    purpose=gettext_lazy("Montrer ce qui changerait avant de l’écrire"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy("Le temps de confirmer, et un jour au plus"),
    position=75,
    expired=_expired_files,
)
LOGS = PersonalData(
    code="logs",
    title=gettext_lazy("Traces techniques"),
    holds=gettext_lazy("L’adresse du réseau, l’heure, la page"),
    purpose=gettext_lazy("Protéger le site"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy("12 mois au plus"),
    position=90,
)


def register_all() -> None:
    """Tell the registry of these traces."""
    for part in (SESSIONS, JOURNAL, IMPORTS, LOGS):
        register(part)
