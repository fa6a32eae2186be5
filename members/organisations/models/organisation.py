"""Organisations: one record for a member and for a company that asks."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import free_slugs, slug_of
from diginor.text.email_addresses import EmailField
from diginor.text.search import PlainText, vector
from members.facts.fields import PartialDateField
from members.organisations.enums import LegalForm, OrganisationKind, Sector, SizeCategory, Technology
from members.organisations.models.listed import ListedManager
from members.organisations.rules.siret import read
from members.territories.models import COMMUNES, Territory

FEW = 2000
naf_code = RegexValidator(r"^\d{2}(\.\d{1,2}[A-Z]?)?$", _("Un code NAF s’écrit comme 62.01Z."))

# Addresses of the directory that are no organisation.
RESERVED_SLUGS = frozenset({"carte", "inscrire"})


def validate_free_slug(value: str) -> None:
    """Refuse an identifier whose address in the directory is another page."""
    if value in RESERVED_SLUGS:
        raise ValidationError(_("Cet identifiant est celui d’une page de l’annuaire."), code="reserved")


def validate_siret(value: str) -> None:
    """Refuse a number that is not the bare digits of a SIRET, saying what is wrong with it."""
    reading = read(value)
    if reading.problem or reading.digits != value:
        text = reading.words or _("Ce numéro n’est pas un SIRET valable : il compte 14 chiffres.")
        raise ValidationError(text, code=reading.problem or "siret")


class OrganisationQuerySet(models.QuerySet):
    """How organisations are found."""

    def free_slugs(self, named: Iterable[tuple[str, str]]) -> list[str]:
        """Identifiers for new organisations, of the name and the SIRET of each, that no other has."""
        wanted = [slug_of(name, siret, otherwise="structure") for name, siret in named]
        taken = self.filter(slug__in=wanted).order_by("pk").values_list("slug", flat=True)
        return list(free_slugs(wanted, {*RESERVED_SLUGS, *taken}))

    def in_order(self) -> "OrganisationQuerySet":
        """By name."""
        return self.order_by("search_name", "pk")

    def members_of(self, hub_id: int) -> "OrganisationQuerySet":
        """The organisations that a hub can send requests to."""
        return self.filter(hubs=hub_id, is_active=True).order_by("search_name", "pk")

    def serving(self, hub_ids: Collection[int]) -> "OrganisationQuerySet":
        """The organisations that some hubs can send requests to, each once."""
        members = Organisation.hubs.through.objects.filter(hub__in=hub_ids).values("organisation")
        return self.filter(pk__in=members, is_active=True).order_by("search_name", "pk")

    def managed_by(self, user: Any) -> "OrganisationQuerySet":
        """The organisations whose team and sheet the person leads."""
        return self.filter(pk__in=user.managed_organisation_ids()).select_related("commune")

    def shown_on_home(self, hub: Any = None) -> "OrganisationQuerySet":
        """The member organisations, for the wall of names: those of one hub behind its own door."""
        if hub:
            return self.members_of(hub.pk)
        return self.filter(hubs__isnull=False, is_active=True).distinct().order_by("search_name", "pk")

    def past(self) -> "OrganisationQuerySet":
        """Those that ended and became another, by name."""
        return self.filter(is_active=False, succeeded_by__isnull=False).in_order()

    def unneeded(self) -> "OrganisationQuerySet":
        """The records of companies that only asked, once nothing in any part of the portal is attached to them."""
        rows = self.filter(kind=OrganisationKind.COMPANY, is_listed=False, succeeded_by=None, source="")
        links: Any = Organisation._meta.get_fields(include_hidden=True)
        for link in links:
            points_here = link.auto_created and (link.one_to_many or link.one_to_one)
            if points_here and link.related_model is not Organisation.known_by.through:
                here = {link.field.attname: OuterRef("pk")}
                rows = rows.exclude(Exists(link.related_model._base_manager.filter(**here)))
        return rows

    def visible_to(self, user: object) -> "OrganisationQuerySet":
        """What the administration shows: for staff, the members and the companies of their hubs."""
        if user.is_superuser:  # type: ignore[attr-defined]
            return self.all()
        hubs = user.staffed_hub_ids()  # type: ignore[attr-defined]
        members = Organisation.hubs.through.objects.filter(hub__in=hubs)
        known = Organisation.known_by.through.objects.filter(hub__in=hubs)
        # A small hub is found by its own rows, a large one by walking the list: each is slow the other way round.
        both = members.values_list("organisation").union(known.values_list("organisation"))
        few = {pk for (pk,) in both[:FEW]}
        if len(few) < FEW:
            return self.filter(pk__in=few)
        here = {"organisation": OuterRef("pk")}
        return self.filter(Exists(members.filter(**here)) | Exists(known.filter(**here)))


class Organisation(models.Model):
    """A member of the ecosystem, or a company, public body or project holder that asks."""

    name = models.CharField(_("nom"), max_length=200)
    slug = models.SlugField(_("identifiant"), max_length=220, unique=True, validators=[validate_free_slug])
    acronym = models.CharField(_("sigle"), max_length=40, blank=True)
    kind = models.CharField(
        _("nature"), max_length=20, choices=OrganisationKind.choices, default=OrganisationKind.COMPANY
    )
    siret = models.CharField(_("SIRET"), max_length=14, blank=True, validators=[validate_siret])
    size = models.CharField(_("taille"), max_length=10, choices=SizeCategory.choices, blank=True)
    naf = models.CharField(_("code NAF"), max_length=6, blank=True, validators=[naf_code])
    legal_form = models.CharField(_("forme juridique"), max_length=30, choices=LegalForm.choices, blank=True)
    sector = models.CharField(_("secteur"), max_length=30, choices=Sector.choices, blank=True)
    founded_on = models.DateField(_("date de création"), null=True, blank=True)
    commune = models.ForeignKey(
        Territory,
        verbose_name=_("commune"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to=COMMUNES,
    )
    known_by = models.ManyToManyField(
        "members.Hub", verbose_name=_("connue des guichets"), related_name="known_organisations", blank=True
    )
    website = models.URLField(_("site web"), blank=True)
    description = models.TextField(_("présentation"), blank=True)
    description_en = models.TextField(_("présentation en anglais"), blank=True)
    expertises = ArrayField(
        models.CharField(max_length=20, choices=Technology.choices),
        verbose_name=_("expertises"),
        default=list,
        blank=True,
    )
    public_email = EmailField(_("adresse électronique publique"), blank=True)
    public_phone = models.CharField(_("téléphone public"), max_length=30, blank=True)
    street = models.CharField(_("rue"), max_length=200, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    succeeded_by = models.ForeignKey(
        "self",
        verbose_name=_("devenue"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="took_over_from",
    )
    is_listed = models.BooleanField(_("dans l’annuaire"), default=False)
    capacity = models.PositiveSmallIntegerField(
        _("orientations ouvertes au plus"), null=True, blank=True, help_text=_("Laissez vide pour ne pas limiter.")
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    stated_on = PartialDateField(_("date de la source"))
    is_active = models.BooleanField(_("en activité"), default=True)
    is_demo = models.BooleanField(_("structure inventée"), default=False)
    created_at = models.DateTimeField(_("connue depuis"), default=timezone.now)
    search = models.GeneratedField(
        expression=vector("name", "acronym", weight="A") + vector("description", weight="C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search_name = models.GeneratedField(
        expression=PlainText(Concat("name", Value(" "), "acronym")), output_field=models.TextField(), db_persist=True
    )

    objects = OrganisationQuerySet.as_manager()
    listed = ListedManager()

    class Meta:
        verbose_name = _("structure")
        verbose_name_plural = _("structures")
        constraints = [
            models.UniqueConstraint(fields=["siret"], condition=~Q(siret=""), name="organisation_siret_once")
        ]
        indexes = [
            GinIndex(fields=["search_name"], opclasses=["gin_trgm_ops"], name="organisation_any_trgm"),
            GinIndex(fields=["search"], condition=Q(is_listed=True), name="organisation_search"),
            GinIndex(
                fields=["search_name"],
                opclasses=["gin_trgm_ops"],
                condition=Q(is_listed=True),
                name="organisation_listed_trgm",
            ),
            models.Index(
                fields=["-is_active", "search_name", "id"], condition=Q(is_listed=True), name="organisation_directory"
            ),
            models.Index(fields=["-created_at", "-id"], name="organisation_recent"),
            models.Index(fields=["kind", "-created_at", "-id"], name="organisation_of_kind"),
        ]

    def __str__(self) -> str:
        return self.acronym or self.name

    @property
    def is_past(self) -> bool:
        """Whether it ended and became another; what is only announced is a fact of the directory."""
        return not self.is_active and self.succeeded_by_id is not None

    def get_absolute_url(self) -> str:
        """The public sheet."""
        return reverse("organisation", args=[self.slug])

    @property
    def presentation(self) -> str:
        """What it says of itself, in the language of the page where it is written."""
        return self.description_en if self.presentation_language == "en" else self.description

    @property
    def presentation_language(self) -> str:
        """The language in which `presentation` answers."""
        is_english = (get_language() or "fr").startswith("en")
        return "en" if is_english and self.description_en else "fr"


def whole_years(start: date | None, day: date) -> int | None:
    """Whole years from one day to another, or None without a start."""
    if start is None:
        return None
    return day.year - start.year - ((day.month, day.day) < (start.month, start.day))
