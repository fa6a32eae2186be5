"""Requests: what a company needs, said once, and what became of it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import public_code
from diginor.text.email_addresses import EmailField
from diginor.text.search import PlainText, plain, vector
from diginor.workflow.history import Party
from diginor.workflow.models import WorkflowModel
from members.hubs.enums import HubRoleKind
from members.hubs.models import Hub
from members.organisations.enums import LegalForm, Sector, SizeCategory
from members.organisations.models import Organisation, naf_code, validate_siret, whole_years
from members.places.models import Place
from members.territories.models import Territory
from services.catalogue.enums import Family
from services.catalogue.models import Topic
from services.requests import workflow as workflows
from services.requests.enums import (
    ENDED_STATES,
    GIVEN_STATES,
    OPEN_STATES,
    TRIAGE_STATES,
    NoSiretReason,
    RejectReason,
    RequestState,
)
from services.requests.models.event import RequestEvent
from services.requests.models.follow_up import FollowUp
from services.requests.rules import likeness

if TYPE_CHECKING:
    from members.people.models import User

DUPLICATE_WINDOW = timedelta(days=90)
OPEN = Q(state__in=[*OPEN_STATES])


LINE = (
    "code", "hub_id", "state", "family", "company_name", "contact_name", "contact_email", "contact_phone", "siret",
    "country", "foreign_town", "submitted_at", "ended_at", "due_at", "responsible", "is_suspect",
)  # fmt: skip
ORGANISATION_IN_LINE = ("responsible_organisation__name", "responsible_organisation__acronym")


class LastDigits(models.Func):
    """`likeness.last_digits` in the database."""

    template = f"right(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), {likeness.PHONE_DIGITS})"


class ServiceRequestQuerySet(models.QuerySet):
    """How requests are found."""

    def visible_to(self, user: "User") -> "ServiceRequestQuerySet":
        """For staff, those of their hubs; an administrator sees all of them; nobody sees what was not sent."""
        return self.filed() if user.is_superuser else self.filed().filter(hub__in=user.staffed_hub_ids())

    def asked_by(self, user: "User") -> "ServiceRequestQuerySet":
        """Those of the person's own address, the newest first, drafts included."""
        return self.of_address(user.email).order_by("-created_at", "-pk")

    def of_address(self, address: str) -> "ServiceRequestQuerySet":
        """Those that a person filed or began with this address, unless erased."""
        return self.filter(contact_email__iexact=address, erased_at=None)

    def with_company_referrals(self) -> "ServiceRequestQuerySet":
        """With who has each request, in one more query."""
        referrals: Any = RequestEvent._meta.get_field("referral").related_model
        rows = self.annotate(takes_over_at=models.Subquery(FollowUp.objects.taking_over().values("due_at")[:1]))
        return rows.prefetch_related(models.Prefetch("referrals", referrals.objects.for_company()))

    def behind_link(self, code: str) -> "ServiceRequestQuerySet":
        """The one that a private link opens; what was erased opens no more."""
        return self.with_details().filter(code=code, erased_at=None).order_by("pk")

    def filed(self) -> "ServiceRequestQuerySet":
        """What was sent: neither drafts, nor those taken back before they were sent."""
        return self.filter(submitted_at__isnull=False)

    def open(self) -> "ServiceRequestQuerySet":
        """Not ended yet."""
        return self.filter(OPEN)

    def in_lines(self) -> "ServiceRequestQuerySet":
        """With what a line of a list shows and no other column: reading the others costs more than drawing the line."""
        rows = self.select_related("topic", "commune", "responsible_organisation")
        return rows.only(*LINE, "topic__name", "topic__name_en", "commune__name", *ORGANISATION_IN_LINE)

    def with_details(self) -> "ServiceRequestQuerySet":
        """With what its page shows."""
        return self.select_related("topic", "commune", "hub", "organisation", "responsible_organisation")

    def same_company(self, service_request: "ServiceRequest") -> "ServiceRequestQuerySet":
        """The other requests that share a sign of `rules.likeness`, the newest first."""
        known = service_request.identity
        same = Q(pk__in=())
        if known.email:
            same |= Q(contact_email__iexact=known.email)
        if known.siret:
            same |= Q(siret=known.siret)
        if known.name and known.commune_id:
            same |= Q(plain_company=known.name, commune=known.commune_id)
        if known.phone:
            same |= ~Q(contact_phone="") & Q(last_digits=known.phone)
        rows = self.filed().alias(plain_company=PlainText("company_name"), last_digits=LastDigits("contact_phone"))
        return rows.filter(same).exclude(pk=service_request.pk).order_by("-submitted_at", "-pk")

    def doubles_first(self, service_request: "ServiceRequest") -> "ServiceRequestQuerySet":
        """Those of the same company; first what may be a double: still open, filed in the 90 days before or after."""
        at, window = service_request.submitted_at or timezone.now(), DUPLICATE_WINDOW
        near = OPEN & Q(submitted_at__range=(at - window, at + window))
        rows = self.same_company(service_request).annotate(
            is_double=models.ExpressionWrapper(near, models.BooleanField())
        )
        return rows.order_by("-is_double", "-submitted_at", "-pk")


class ServiceRequest(WorkflowModel):
    """A request (« demande »); the company and the contact are written as they were said at filing."""

    workflow = workflows.REQUEST

    code = models.CharField(_("numéro"), max_length=12, unique=True, default=public_code, editable=False)
    hub = models.ForeignKey(Hub, verbose_name=_("guichet"), on_delete=models.PROTECT, related_name="requests")
    state = models.CharField(_("état"), max_length=20, choices=RequestState.choices, default=RequestState.DRAFT)
    topic = models.ForeignKey(
        Topic, verbose_name=_("sujet"), null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    family = models.CharField(_("famille"), max_length=20, choices=Family.choices, blank=True)
    need = models.TextField(_("besoin"), blank=True)
    answers = models.JSONField(_("réponses"), default=list, blank=True)

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("fiche"), null=True, blank=True, on_delete=models.SET_NULL, related_name="requests"
    )
    company_name = models.CharField(_("entreprise"), max_length=200, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    no_siret_reason = models.CharField(_("sans SIRET"), max_length=20, choices=NoSiretReason.choices, blank=True)
    size = models.CharField(_("taille"), max_length=10, choices=SizeCategory.choices, blank=True)
    sector = models.CharField(_("secteur"), max_length=30, choices=Sector.choices, blank=True)
    naf = models.CharField(_("code NAF"), max_length=6, blank=True, validators=[naf_code])
    legal_form = models.CharField(_("forme juridique"), max_length=30, choices=LegalForm.choices, blank=True)
    founded_on = models.DateField(_("date de création"), null=True, blank=True)
    commune = models.ForeignKey(
        Territory, verbose_name=_("commune"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    country = models.CharField(_("pays, hors de France"), max_length=60, blank=True)
    foreign_town = models.CharField(_("ville, hors de France"), max_length=120, blank=True)

    contact_name = models.CharField(_("nom"), max_length=120, blank=True)
    contact_function = models.CharField(_("fonction"), max_length=120, blank=True)
    contact_email = EmailField(_("adresse électronique"), blank=True)
    contact_phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    language = models.CharField(_("langue"), max_length=2, default="fr")
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)

    created_at = models.DateTimeField(_("commencée le"), default=timezone.now)
    submitted_at = models.DateTimeField(_("déposée le"), null=True, blank=True)
    queued_at = models.DateTimeField(_("dans la file depuis"), null=True, blank=True)
    routed_at = models.DateTimeField(_("orientée le"), null=True, blank=True)
    taken_at = models.DateTimeField(_("prise en charge le"), null=True, blank=True)
    helped_at = models.DateTimeField(_("aidée le"), null=True, blank=True)
    ended_at = models.DateTimeField(_("terminée le"), null=True, blank=True)
    person_acted_at = models.DateTimeField(_("dernier geste de la personne"), default=timezone.now)
    erased_at = models.DateTimeField(_("effacée le"), null=True, blank=True)
    is_abandoned = models.BooleanField(_("sans aucune réponse"), default=False)

    responsible = models.CharField(_("au tour de"), max_length=20, choices=Party.choices, default=Party.COMPANY)
    responsible_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("structure attendue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    due_at = models.DateTimeField(_("échéance"), null=True, blank=True)
    asked_at = models.DateTimeField(_("question posée le"), null=True, blank=True)

    is_suspect = models.BooleanField(_("mise à part"), default=False)
    suspicions = models.JSONField(_("doutes"), default=list, blank=True)
    reject_reason = models.CharField(_("raison"), max_length=30, choices=RejectReason.choices, blank=True)
    wanted_place = models.ForeignKey(
        Place, verbose_name=_("lieu souhaité"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", verbose_name=_("réunie à"), null=True, blank=True, on_delete=models.SET_NULL, related_name="merged"
    )
    is_demo = models.BooleanField(_("inventée"), default=False)
    search = models.GeneratedField(
        expression=vector("company_name", "code", "siret", weight="A")
        + vector("contact_name", "contact_email", weight="B")
        + vector("need", weight="C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande")
        verbose_name_plural = _("demandes")
        constraints = [
            models.CheckConstraint(condition=~OPEN | Q(due_at__isnull=False), name="servicerequest_open_has_due_date"),
            models.CheckConstraint(
                condition=Q(responsible="organisation", responsible_organisation__isnull=False)
                | (~Q(responsible="organisation") & Q(responsible_organisation__isnull=True)),
                name="servicerequest_one_responsible",
            ),
            models.CheckConstraint(
                condition=Q(responsible__in=["company", "hub", "organisation"]), name="servicerequest_who_is_awaited"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="servicerequest_search"),
            models.Index(fields=["hub", "due_at", "id"], condition=OPEN, name="servicerequest_open"),
            models.Index(
                fields=["hub", "due_at", "id"],
                condition=OPEN & Q(responsible="hub", is_suspect=False),
                name="servicerequest_queue",
            ),
            models.Index(fields=["hub", "state", "due_at", "id"], condition=OPEN, name="servicerequest_open_by_state"),
            models.Index(
                fields=["hub", "due_at", "id"], condition=OPEN & Q(responsible="company"), name="servicerequest_waiting"
            ),
            models.Index(
                fields=["hub", "due_at", "id"],
                condition=Q(responsible="hub", state__in=[*GIVEN_STATES]),
                name="servicerequest_stalled",
            ),
            models.Index(
                fields=["hub", "due_at", "id"], condition=OPEN & Q(is_suspect=True), name="servicerequest_suspect"
            ),
            models.Index(F("hub").asc(), F("submitted_at").desc(), F("id").desc(), name="servicerequest_recent"),
            models.Index(F("created_at").desc(), F("id").desc(), name="servicerequest_created"),
            models.Index(fields=["state", "-created_at", "-id"], name="servicerequest_by_state"),
            models.Index(Upper("contact_email"), name="servicerequest_email"),
            models.Index(fields=["siret"], condition=~Q(siret=""), name="servicerequest_siret"),
            models.Index(F("commune"), PlainText("company_name"), name="servicerequest_company"),
            models.Index(LastDigits("contact_phone"), condition=~Q(contact_phone=""), name="servicerequest_phone"),
            models.Index(fields=["routed_at"], condition=Q(routed_at__isnull=False), name="servicerequest_routed"),
            models.Index(fields=["person_acted_at", "id"], condition=Q(erased_at=None), name="servicerequest_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {(self.submitted_at and self.company_name) or _('brouillon')}"

    def get_absolute_url(self) -> str:
        """The request at the staff's desk."""
        return reverse("admin:triage_request", args=[self.code])

    @property
    def identity(self) -> likeness.Identity:
        """By what the company is recognised among others."""
        return likeness.Identity(
            siret=self.siret,
            name=plain(self.company_name),
            commune_id=self.commune_id,
            email=self.contact_email,
            phone=likeness.last_digits(self.contact_phone),
        )

    @property
    def subject(self) -> str:
        """What it is about, in the words of the catalogue."""
        if self.topic:
            return str(self.topic)
        return self.get_family_display() or gettext("besoin à préciser")

    @property
    def place(self) -> str:
        """Where the company is, in words."""
        return self.commune.name if self.commune else self.place_abroad or gettext("lieu non précisé")

    @property
    def is_located(self) -> bool:
        """Whether it is said where the company is."""
        return bool(self.commune_id or self.country)

    @property
    def place_abroad(self) -> str:
        """« Saint-Hélier (Jersey) », in the company's own words; empty for one in France."""
        return f"{self.foreign_town} ({self.country})" if self.country else ""

    @property
    def place_label(self) -> str:
        """Where the company is, as it is recognised among namesakes: « Caen (14) »; empty when it is not said."""
        return self.commune.label if self.commune else self.place_abroad

    @property
    def wanted_place_in_words(self) -> str:
        """Where the company wants to be hosted: the place, its commune, who runs it; empty without one."""
        place = self.wanted_place
        if place is None:
            return ""
        town = place.commune.name if place.commune else ""
        return ", ".join(filter(None, (str(place), town, str(place.host or ""))))

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state in OPEN_STATES

    @property
    def is_draft(self) -> bool:
        """Whether it is not filed yet."""
        return self.state == RequestState.DRAFT

    @property
    def is_in_queue(self) -> bool:
        """Whether the desk has to say who gets it."""
        return self.state in TRIAGE_STATES

    @property
    def is_ended(self) -> bool:
        """Whether it is closed, rejected or withdrawn."""
        return self.state in ENDED_STATES

    def is_late(self, now: datetime) -> bool:
        """Whether its due date has passed."""
        return self.is_open and self.due_at is not None and self.due_at <= now

    def age_in_years(self, now: datetime) -> int | None:
        """The age of the company in whole years, or None when it is not known."""
        return whole_years(self.founded_on, timezone.localdate(now))

    def log(self, step: str, *, by: Any, why: str = "", **details: Any) -> "RequestEvent":
        """Write a history row: `by` is a person, or a party that has no account here."""
        referral = details.pop("referral", None)
        party, name = self.actor(by, referral)
        return RequestEvent.objects.create(
            request=self,
            referral=referral,
            organisation=referral.organisation if referral else None,
            party=party,
            by=None if isinstance(by, Party) else by,
            by_name=name,
            step=step,
            why=why,
            from_state=details.pop("from_state", ""),
            to_state=details.pop("to_state", ""),
            data=details,
        )

    def actor(self, by: Any, referral: Any) -> tuple[Party, str]:
        """Which side acts, and the name that stays readable when the account is gone."""
        if isinstance(by, Party):
            return by, self.contact_name if by == Party.COMPANY else ""
        if referral is not None and referral.organisation_id in by.organisation_ids():
            return Party.ORGANISATION, str(by)
        if by.is_superuser or self.hub_id in by.hub_ids(HubRoleKind.STAFF, HubRoleKind.HEAD):
            return Party.HUB, str(by)
        if by.organisation_ids():
            return Party.ORGANISATION, str(by)
        return Party.COMPANY, self.contact_name or str(by)
