"""People, what they do in organisations, and their invitations."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from diginor.admin.base import ADD, CHANGE, VIEW, PortalInline, PortalModelAdmin
from diginor.exchange.admin import ExchangeAdmin, ExchangeElsewhere
from diginor.outbox.models import OutgoingMail
from diginor.text.wording import moment
from diginor.web.edits import SharedModelForm
from members.hubs.models import HubRole
from members.people.actions import teams as actions
from members.people.actions.invitations import AlreadyInTeam, invite
from members.people.actions.refusals import PeopleRefusal
from members.people.admin.people_file import PeopleImport
from members.people.enums import MembershipRole
from members.people.models import Invitation, Membership, User


class MembershipInline(PortalInline):
    """Where the person works; leaving and changing roles go through the actions of the list of teams."""

    model = Membership
    hub_path = "organisation__hubs"
    admin_may = frozenset({VIEW, ADD})
    raw_id_fields = ["organisation"]
    fields = ["organisation", "role", "is_active", "started_on", "ended_on"]


class HubRoleInline(PortalInline):
    """Which hubs the person keeps, leads or steers."""

    model = HubRole
    hub_path = "hub"
    raw_id_fields = ["hub"]


@admin.register(User)
class UserAdmin(ExchangeElsewhere, PortalModelAdmin):
    """People; the desk reads, administrators change; an account is closed, never deleted."""

    exchanged_in = Membership
    admin_may = frozenset({VIEW, ADD, CHANGE})
    list_display = ["email", "last_name", "first_name", "is_active", "joined_at"]
    list_display_links = ["email"]
    ordering = ["-pk"]
    search_fields = ["email"]
    search_help_text = _("Un nom, ou une adresse électronique.")
    close_to = ("search_name", "email")
    inlines = [MembershipInline, HubRoleInline]
    actions = ["remove_second_factor", "suspend", "reopen"]
    readonly_fields = ["refusals", "is_active", "joined_at", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name", "function", "phone", "language", "mail_preference"]}),
        (_("Accès"), {"fields": ["is_active", "is_superuser", "joined_at", "last_login"]}),
        (_("Courriels refusés"), {"fields": ["refusals"]}),
    ]

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """An address exactly, a name approximately."""
        return rows.with_email(words) if "@" in words else super().find(rows, words)  # type: ignore[attr-defined]

    @admin.action(description=_("Retirer la double sécurité, pour qui l’a perdue"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Let people who lost their second factor set a new one at their next sign-in."""
        people = queryset.filter(authenticator__isnull=False).distinct()
        count = people.count()
        Authenticator.objects.filter(user__in=people.values("pk")).delete()
        text = ngettext(
            "%(count)s personne choisira une nouvelle double sécurité.",
            "%(count)s personnes choisiront une nouvelle double sécurité.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description=_("Fermer le compte, en quittant les équipes"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Shut accounts; what their owners follow goes to who stands in, or back to the team."""
        count = 0
        for person in queryset.filter(is_active=True).order_by("pk"):
            try:
                actions.suspend_account(person, by=request.user)  # type: ignore[arg-type]
                count += 1
            except PeopleRefusal as refusal:
                self.message_user(request, f"{person}\u202f: {refusal}", messages.ERROR)
        text = ngettext("%(count)s compte fermé.", "%(count)s comptes fermés.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description=_("Rouvrir le compte"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Open shut accounts again; the teams they left are joined anew by invitation."""
        count = queryset.filter(is_active=False).update(is_active=True)
        text = ngettext("%(count)s compte rouvert.", "%(count)s comptes rouverts.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    @admin.display(description=_("refus définitifs"))
    def refusals(self, person: User) -> str:
        """The mails that this address refused for good."""
        rows = OutgoingMail.objects.refused_for(person.email)[:10]
        lines = ((moment(mail.created_at), mail.subject, mail.last_error) for mail in rows)
        return format_html_join("", "<p>{} – {}<br>{}</p>", lines) or str(_("Aucun courriel n’a été refusé."))

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """A new person signs in by code until a password is chosen."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Membership)
class MembershipAdmin(ExchangeAdmin, PortalModelAdmin):
    """Teams; leaving goes through the action, which hands the referrals over."""

    table_import = PeopleImport
    exchange_note = _(
        "Une personne est reconnue par son adresse dans une structure. Une adresse nouvelle reçoit une invitation, sans"
        " mot de passe ni compte ouvert d’avance ; « En poste : non » retire de l’équipe et rend les demandes en cours."
    )

    hub_path = "organisation__hubs"
    admin_may = staff_may = frozenset({VIEW})
    list_display = ["user", "organisation", "role", "is_active", "started_on", "ended_on"]
    list_select_related = ["user", "organisation"]
    list_filter = ["is_active", "role"]
    ordering = ["-started_on", "-pk"]
    search_fields = ["user__email"]
    close_to = ("user__search_name", "user__email", "organisation__search_name")
    actions = ["remove_from_team", "make_manager", "make_adviser"]

    @admin.action(description=_("Retirer de l’équipe"))
    def remove_from_team(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End memberships; open referrals go to who stands in."""
        count = self._for_each(request, queryset, actions.remove)
        text = ngettext("%(count)s personne retirée.", "%(count)s personnes retirées.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description=_("Nommer responsable de l’équipe"))
    def make_manager(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Give the lead of their team."""
        self._change_role(request, queryset, MembershipRole.MANAGER)

    @admin.action(description=_("Retirer la responsabilité de l’équipe"))
    def make_adviser(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take the lead of their team back, unless nobody else leads it."""
        self._change_role(request, queryset, MembershipRole.ADVISER)

    def _change_role(self, request: HttpRequest, queryset: QuerySet, role: str) -> None:
        rows = queryset.exclude(role=role)
        count = self._for_each(request, rows, lambda row, by: actions.change_role(row, role=role, by=by))
        text = ngettext("%(count)s rôle changé.", "%(count)s rôles changés.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    def _for_each(self, request: HttpRequest, queryset: QuerySet, act: Callable[..., None]) -> int:
        """Call an action on each active row; a refusal is told and stops nothing else."""
        count = 0
        for membership in queryset.filter(is_active=True).select_related("organisation", "user").order_by("pk"):
            try:
                act(membership, by=request.user)
                count += 1
            except PeopleRefusal as refusal:
                self.message_user(request, f"{membership.user}\u202f: {refusal}", messages.ERROR)
        return count


class InvitationForm(SharedModelForm):
    """Whom to invite, and where."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse to invite who works there already."""
        cleaned = super().clean() or self.cleaned_data
        place, email = cleaned.get("organisation"), cleaned.get("email", "")
        if place and User.objects.advisers_of(place.pk).filter(email__iexact=email).exists():
            self.add_error("email", str(AlreadyInTeam()))
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(PortalModelAdmin):
    """Invitations; adding one sends it."""

    hub_path = "organisation__hubs"
    admin_may = staff_may = frozenset({VIEW, ADD})
    list_display = ["email", "organisation", "role", "created_at", "expires_at", "accepted_at"]
    list_select_related = ["organisation"]
    list_filter = ["role"]
    ordering = ["-created_at", "-pk"]
    search_fields = ["email"]
    search_help_text = _("Une adresse électronique entière.")
    raw_id_fields = ["organisation"]
    form = InvitationForm
    fields = ["email", "organisation", "role"]

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        return rows.filter(email__iexact=words)

    def save_model(self, request: HttpRequest, obj: Invitation, form: ModelForm, change: bool) -> None:
        """Invite through the one action that does, so that the mail leaves."""
        facts: dict[str, Any] = {"email": obj.email, "role": obj.role, "by": request.user}
        sent = invite(obj.organisation, **facts)
        obj.__dict__.update({name: value for name, value in sent.__dict__.items() if name != "_state"})
