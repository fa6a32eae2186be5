"""The catalogue: topics, their questions, and the offers of organisations."""

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchRank, SearchVectorField, TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from diginor.text.search import plain, query, vector
from members.organisations.enums import LegalForm, SizeCategory
from members.organisations.models import Organisation
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from services.catalogue.enums import Family, Level, QuestionKind

MOST_WORDS = 12
SHORTEST_MISSPELT = 5
CLOSE_ENOUGH = 0.45
# A topic less than this close to the best one, as full text ranks them, is noise.
WORTH_SHOWING = 0.35


class Translated:
    """Gives a text in the language of the page, in French where no translation is written."""

    def text(self, field: str) -> str:
        """The field in the current language."""
        english = getattr(self, f"{field}_en", "")
        return english if english and (get_language() or "fr").startswith("en") else getattr(self, field)


class TopicQuerySet(models.QuerySet):
    """How topics are found."""

    def active(self) -> "TopicQuerySet":
        """What can be asked for, in the order of the catalogue."""
        return self.filter(is_active=True).order_by("family", "position", "pk")

    def of_family(self, family: str) -> "TopicQuerySet":
        return self.active().filter(family=family)

    def chosen(self, slug: str) -> "Topic | None":
        """The topic of that name that can be asked for, or none."""
        return self.active().filter(slug=slug).first() if slug else None

    def counted_by_family(self) -> dict[str, int]:
        """How many topics each family proposes."""
        rows = self.filter(is_active=True).order_by().values_list("family")
        return dict(rows.annotate(models.Count("pk")))

    def offered_by(self, organisation: Organisation) -> "TopicQuerySet":
        offers = Offer.objects.shown().of_organisation(organisation.pk).order_by()
        return self.active().filter(pk__in=offers.values("topic"))

    def counted_by_department(self, codes: Collection[str]) -> dict[str, int]:
        """On how many topics a member helps in the whole of each of these départements, by INSEE code."""
        offers = Offer.objects.shown().filter(organisation__hubs__isnull=False).order_by()
        everywhere = set(offers.filter(territories=None).values_list("topic", flat=True))
        grounds = [(topic, ground) for topic, ground in offers.values_list("topic", "territories").distinct() if ground]
        counted = {}
        for department in Territory.objects.coded(TerritoryKind.DEPARTMENT, *codes).order_by("pk"):
            around = set(Territory.objects.containing(department).order_by().values_list("pk", flat=True))
            counted[department.code] = len(everywhere | {topic for topic, ground in grounds if ground in around})
        return counted

    def matching(self, text: str) -> "TopicQuerySet":
        """The topics that a need speaks of, by any of its words: full text first, then close spellings."""
        words = plain(text).split()[:MOST_WORDS]
        if not words:
            return self.none()
        asked = query(" or ".join(words))
        long = [word for word in words if len(word) >= SHORTEST_MISSPELT] or words
        close = [TrigramWordSimilarity(word, "search_name") for word in long]
        found = self.filter(is_active=True).annotate(
            rank=SearchRank(F("search"), asked), closeness=Greatest(*close, Value(0.0))
        )
        near = Q(search=asked) | Q(closeness__gte=CLOSE_ENOUGH)
        return found.filter(near).order_by("-rank", "-closeness", "position", "pk")

    def best_for(self, text: str, most: int) -> "list[Topic]":
        """The topics worth showing for a need: those near the best one; close spellings only where no word is right."""
        found = list(self.matching(text)[:most])
        best = max((row.rank for row in found), default=0)
        return [row for row in found if row.rank >= WORTH_SHOWING * best] if best else found[:3]


class Topic(Translated, models.Model):
    """Something a company can ask for."""

    slug = models.SlugField(_("identifiant"), unique=True)
    family = models.CharField(_("famille"), max_length=20, choices=Family.choices)
    level = models.CharField(_("portée"), max_length=20, choices=Level.choices, blank=True)
    name = models.CharField(_("nom"), max_length=120)
    name_en = models.CharField(_("nom en anglais"), max_length=120, blank=True)
    summary = models.TextField(_("en une phrase"))
    summary_en = models.TextField(_("en une phrase, en anglais"), blank=True)
    benefit = models.TextField(_("ce que l’entreprise obtient"), blank=True)
    benefit_en = models.TextField(_("ce que l’entreprise obtient, en anglais"), blank=True)
    audience = models.TextField(_("pour qui"), blank=True)
    audience_en = models.TextField(_("pour qui, en anglais"), blank=True)
    keywords = models.TextField(_("mots pour le trouver"), blank=True)
    search_name = models.TextField(editable=False, blank=True)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)
    is_active = models.BooleanField(_("proposé"), default=True)
    search = models.GeneratedField(
        expression=vector("name", "name_en", weight="A")
        + vector("keywords", weight="B")
        + vector("summary", "summary_en", weight="C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("sujet")
        verbose_name_plural = _("sujets")
        indexes = [GinIndex(fields=["search"], name="topic_search")]

    def __str__(self) -> str:
        return self.text("name")

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the words compared with typing errors in step with the names."""
        self.search_name = plain(f"{self.name} {self.name_en} {self.keywords}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def summary_text(self) -> str:
        """The summary in the language of the page."""
        return self.text("summary")

    @property
    def benefit_text(self) -> str:
        """The benefit in the language of the page."""
        return self.text("benefit")

    @property
    def audience_text(self) -> str:
        """The audience in the language of the page."""
        return self.text("audience")

    def get_absolute_url(self) -> str:
        """The public page of the topic."""
        return reverse("topic", args=[self.family, self.slug])


class QuestionQuerySet(models.QuerySet):
    """How questions are read."""

    def in_order(self) -> "QuestionQuerySet":
        """As they are asked."""
        return self.order_by("position", "pk")


class Question(Translated, models.Model):
    """One of the questions, three at most, that a topic asks."""

    topic = models.ForeignKey(Topic, verbose_name=_("sujet"), on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("rang"))
    kind = models.CharField(_("réponse"), max_length=20, choices=QuestionKind.choices)
    label = models.CharField(_("question"), max_length=200)
    label_en = models.CharField(_("question en anglais"), max_length=200, blank=True)
    choices = models.JSONField(
        _("choix"),
        default=list,
        blank=True,
        help_text=_("Pour un choix : [[« code », « Français », « English »], …]"),
    )
    is_required = models.BooleanField(_("réponse obligatoire"), default=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["topic", "position"], name="question_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=3), name="question_three_at_most"),
        ]

    def __str__(self) -> str:
        return self.text("label")


class OfferQuerySet(models.QuerySet):
    """How offers are found."""

    def visible_to(self, user: object) -> "OfferQuerySet":
        """What the administration shows: for staff, the offers of the members of their hubs."""
        if user.is_superuser:  # type: ignore[attr-defined]
            return self.all()
        return self.filter(organisation__hubs__in=user.staffed_hubs()).distinct()  # type: ignore[attr-defined]

    def helping_with(self, topic: "Topic") -> "OfferQuerySet":
        """What the public page of a topic tells: the offers of the members of the hubs, by name."""
        rows = self.filter(topic=topic, is_active=True, organisation__is_active=True, organisation__hubs__isnull=False)
        rows = rows.select_related("organisation").prefetch_related("territories").distinct()
        return rows.order_by("organisation__search_name", "pk")

    def of_members(self, hub_ids: Collection[int]) -> "OfferQuerySet":
        """The offers of the members of some hubs, with the hubs of each."""
        members = Organisation.hubs.through.objects.filter(hub__in=hub_ids).values("organisation")
        return self.filter(organisation__in=members).prefetch_related("organisation__hubs")

    def proposed(self) -> "OfferQuerySet":
        """The offers that stand today: active, of active organisations."""
        return self.filter(is_active=True, organisation__is_active=True)

    def shown(self) -> "OfferQuerySet":
        """What the public pages may tell: offers that stand, on topics that can be asked for."""
        return self.filter(is_active=True, topic__is_active=True, organisation__is_active=True)

    def shown_for(self, organisation: Organisation) -> "OfferQuerySet":
        """What the sheet of an organisation tells, in the order of the catalogue."""
        rows = self.shown().of_organisation(organisation.pk).select_related("topic")
        return rows.prefetch_related("territories")

    def serving(self, territory: Territory) -> "OfferQuerySet":
        """Those made for a territory that holds another whole, or lies inside it."""
        around = Territory.objects.containing(territory).values("pk")
        inside = Territory.objects.within(territory).values("pk")
        return self.shown().filter(Q(territories__in=around) | Q(territories__in=inside))

    def of_organisation(self, organisation_id: int) -> "OfferQuerySet":
        """The offers of one organisation, in the order of the catalogue."""
        return self.filter(organisation_id=organisation_id).order_by("topic__family", "topic__position", "pk")


class Offer(models.Model):
    """An organisation helping on a topic, where, and for which companies; an empty criterion asks nothing."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="offers"
    )
    topic = models.ForeignKey(Topic, verbose_name=_("sujet"), on_delete=models.CASCADE, related_name="offers")
    territories = models.ManyToManyField(
        Territory, verbose_name=_("territoires"), blank=True, related_name="+", help_text=_("Vide : partout.")
    )
    sizes = ArrayField(
        models.CharField(max_length=10, choices=SizeCategory.choices),
        verbose_name=_("tailles"),
        default=list,
        blank=True,
    )
    min_age = models.PositiveSmallIntegerField(_("âge minimal, en années"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("âge maximal, en années"), null=True, blank=True)
    naf_in = ArrayField(models.CharField(max_length=6), verbose_name=_("codes NAF admis"), default=list, blank=True)
    naf_out = ArrayField(models.CharField(max_length=6), verbose_name=_("codes NAF exclus"), default=list, blank=True)
    legal_in = ArrayField(
        models.CharField(max_length=30, choices=LegalForm.choices),
        verbose_name=_("formes juridiques admises"),
        default=list,
        blank=True,
    )
    legal_out = ArrayField(
        models.CharField(max_length=30, choices=LegalForm.choices),
        verbose_name=_("formes juridiques exclues"),
        default=list,
        blank=True,
    )
    note = models.TextField(_("précisions"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_assumption = models.BooleanField(_("hypothèse de démonstration"), default=False)
    is_active = models.BooleanField(_("proposée"), default=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offre")
        verbose_name_plural = _("offres")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "topic"], name="offer_once"),
            models.CheckConstraint(
                condition=Q(min_age__isnull=True) | Q(max_age__isnull=True) | Q(max_age__gte=F("min_age")),
                name="offer_ages_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.topic}"
