"""What this part of the portal holds of people: accounts, invitations, sheets and records of companies."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diginor.registries.personal_data import PersonalData, Piece, Target, in_batches, register
from members.directory.enums import ProposalState
from members.directory.models import SheetProposal
from members.organisations.actions import drop_unneeded
from members.organisations.models import Organisation
from members.people.actions.teams import close_account
from members.people.models import Invitation, User
from members.successions.models import MovedRow

IDENTITY = ("email", "first_name", "last_name", "phone", "function", "language", "mail_preference")
YEARS = 3
INVITATION_KEPT = relativedelta(days=90)
LEGITIMATE = gettext_lazy("Intérêt légitime des structures membres")


def _long_ago(now: datetime) -> datetime:
    return now - relativedelta(years=YEARS)


def _export_account(address: str) -> dict[str, Any] | None:
    """Identity, functions and ways to sign in; the secrets of the second factor are no data to hand out."""
    user = User.objects.with_email(address).first()
    if user is None:
        return None
    memberships = user.memberships.select_related("organisation").order_by("started_on", "pk")
    factors = Authenticator.objects.filter(user=user).order_by("created_at", "pk")
    return {
        "identity": {
            **{name: getattr(user, name) for name in IDENTITY},
            "joined_at": user.joined_at,
            "last_login": user.last_login,
        },
        "functions": [
            {
                "organisation": row.organisation.name,
                "role": row.role,
                "started_on": row.started_on,
                "ended_on": row.ended_on,
            }
            for row in memberships
        ],
        "absences": [
            {"starts_on": row.starts_on, "ends_on": row.ends_on} for row in user.absences.order_by("starts_on", "pk")
        ],
        "hub_roles": [{"hub": role.hub.name, "role": role.kind} for role in user.own_hub_roles],
        "addresses": [
            {"email": row.email, "verified": row.verified}
            for row in EmailAddress.objects.filter(user=user).order_by("email", "pk")
        ],
        "second_factors": [{"type": row.type, "created_at": row.created_at} for row in factors],
    }


def _found_account(target: Target) -> list[Piece]:
    users = User.objects.with_email(target.person) if target.person else User.objects.none()
    note = _("Le compte est fermé : ce que la personne suivait revient à son équipe, son nom quitte les historiques.")
    return [
        Piece(_("Le compte de %(person)s") % {"person": user}, partial(close_account, user), note) for user in users
    ]


def _expired_accounts(now: datetime) -> Iterable[Piece]:
    unused = User.objects.unused(_long_ago(now))
    for pk in list(unused.values_list("pk", flat=True)):
        yield Piece(f"{pk}", partial(_close_if_unused, unused, pk))


def _close_if_unused(unused: Any, pk: int) -> None:
    """Close an account, unless its owner came back meanwhile."""
    if user := unused.select_for_update(of=("self",)).filter(pk=pk).first():
        close_account(user)


ACCOUNT = PersonalData(
    code="account",
    title=gettext_lazy("Compte"),
    holds=gettext_lazy(
        "Votre nom, votre adresse électronique, votre téléphone, vos fonctions, vos absences, vos moyens de connexion"
    ),
    purpose=gettext_lazy("Vous ouvrir votre espace, et dire à l’entreprise qui la suit"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy("Le temps de vos fonctions ; sans fonction, 3 ans après votre dernière connexion"),
    stays=gettext_lazy("L’historique garde qu’une personne a agi, sans son nom."),
    position=30,
    columns={
        "members.User": ("password", "email", "first_name", "last_name", "phone", "function", "search_name"),
        "account.EmailAddress": ("email",),
        "account.EmailConfirmation": ("key",),
        "mfa.Authenticator": ("data",),
        "socialaccount.SocialAccount": ("uid", "extra_data"),
        "socialaccount.SocialToken": ("token", "token_secret"),
    },
    export=_export_account,
    found=_found_account,
    expired=_expired_accounts,
)


def _export_invitations(address: str) -> list[dict[str, Any]]:
    rows = Invitation.objects.filter(email__iexact=address).select_related("organisation").order_by("created_at", "pk")
    return [{"organisation": row.organisation.name, "created_at": row.created_at} for row in rows]


def _found_invitations(target: Target) -> list[Piece]:
    rows = Invitation.objects.filter(email__iexact=target.person) if target.person else Invitation.objects.none()
    count = rows.count()
    label = ngettext("%(count)s invitation", "%(count)s invitations", count) % {"count": count}
    return [Piece(label, rows.delete)] if count else []


def _expired_invitations(now: datetime) -> Iterable[Piece]:
    """Those that served, and those that nobody took."""
    limit = now - INVITATION_KEPT
    return in_batches(Invitation.objects.filter(Q(accepted_at__lte=limit) | Q(expires_at__lte=limit)))


INVITATIONS = PersonalData(
    code="invitations",
    title=gettext_lazy("Invitations"),
    holds=gettext_lazy("L’adresse électronique des personnes invitées dans une équipe"),
    purpose=gettext_lazy("Ouvrir un compte à qui rejoint une structure, et à personne d’autre"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy("90 jours après leur fin, acceptées ou non"),
    position=40,
    columns={"members.Invitation": ("email",)},
    export=_export_invitations,
    found=_found_invitations,
    expired=_expired_invitations,
)


def _export_proposals(address: str) -> list[dict[str, Any]]:
    rows = SheetProposal.objects.filter(proposed_by__email__iexact=address).order_by("created_at", "pk")
    return [
        {"at": row.created_at, "state": row.get_state_display(), "values": row.values, "answer": row.answer}
        for row in rows
    ]


def _found_proposals(target: Target) -> list[Piece]:
    if not target.person:
        return []
    said = Q(proposed_by__email__iexact=target.person) | Q(values__public_email__iexact=target.person)
    proposals = SheetProposal.objects.filter(said).exclude(state=ProposalState.ACCEPTED)
    shown = Organisation.objects.filter(public_email__iexact=target.person).in_order()
    count = proposals.count()
    label = ngettext("%(count)s fiche proposée", "%(count)s fiches proposées", count) % {"count": count}
    hide = _("L’adresse et le téléphone publics de la fiche « %(name)s »")
    return [
        *([Piece(label, proposals.delete)] if count else []),
        *(Piece(hide % {"name": row.name}, partial(_hide, row.pk)) for row in shown),
    ]


def _hide(pk: int) -> None:
    """Take the contact details off a public sheet."""
    Organisation.objects.filter(pk=pk).update(public_email="", public_phone="")


def _expired_proposals(now: datetime) -> Iterable[Piece]:
    """Proposals with their history; records of companies that only asked; what successions noted to be taken back."""
    limit = _long_ago(now)
    yield from in_batches(SheetProposal.objects.filter(created_at__lte=limit))
    records = Organisation.objects.unneeded().filter(created_at__lte=limit).order_by("pk")
    for pk in list(records.values_list("pk", flat=True)):
        yield Piece(f"{pk}", partial(drop_unneeded, pk))
    moved = MovedRow.objects.filter(succession__applied_at__lte=limit)
    for noted in ("before", "after"):
        rows = moved.filter(**{f"{noted}__isnull": False}).exclude(**{noted: {}})
        if rows.exists():
            yield Piece(noted, partial(rows.update, **{noted: {}}))


SHEETS = PersonalData(
    code="sheets",
    title=gettext_lazy("Fiches des structures et des entreprises"),
    holds=gettext_lazy(
        "Les fiches proposées à l’annuaire, par qui, et la fiche d’une entreprise individuelle qui a déposé une demande"
    ),
    purpose=gettext_lazy("Tenir l’annuaire à jour, reconnaître une entreprise qui revient"),
    legal_basis=LEGITIMATE,
    kept=gettext_lazy(
        "3 ans pour les propositions ; la fiche d’une entreprise part avec sa dernière demande quand rien d’autre ne"
        " s’y rattache"
    ),
    stays=gettext_lazy("Les fiches publiées dans l’annuaire restent celles des structures."),
    position=50,
    columns={
        "members.SheetProposal": ("values", "answer"),
        "members.SheetEvent": ("by_name", "why", "data"),
        "members.Organisation": (
            "name", "slug", "acronym", "siret", "website", "description", "description_en", "public_email",
            "public_phone", "street", "postcode", "logo", "search_name",
        ),
        "members.MovedRow": ("before", "after"),
    },
    export=_export_proposals,
    found=_found_proposals,
    expired=_expired_proposals,
)  # fmt: skip


def register_all() -> None:
    """Tell the registry what this part holds."""
    for part in (ACCOUNT, INVITATIONS, SHEETS):
        register(part)
