"""Loading the topics and offers of services/data; writing the offers that a file says."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from members.directory.actions.ecosystem import read_ecosystem
from members.directory.actions.networks import named_territory
from members.organisations.models import Organisation
from members.people.models import User
from members.territories.models import Territory
from services.catalogue.enums import Family
from services.catalogue.models import Offer, Question, Topic

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUE = DATA / "catalogue"
OFFERS = DATA / "offers.toml"
TEXTS = ("name", "name_en", "summary", "summary_en", "benefit", "benefit_en", "audience", "audience_en", "keywords")
CRITERIA = ("sizes", "naf_in", "naf_out", "legal_in", "legal_out")


@transaction.atomic
def load_catalogue(folder: Path = CATALOGUE) -> dict[str, Topic]:
    """Make or bring up to date the topics and their questions, one file a family, in the order of the files."""
    topics = {}
    for family in Family.values:
        rows = tomllib.loads((folder / f"{family}.toml").read_text(encoding="utf-8"))["topic"]
        for position, row in enumerate(rows, start=1):
            topics[row["slug"]] = _topic(family, position, row)
    return topics


@transaction.atomic
def load_offers(path: Path = OFFERS) -> list[Offer]:
    """Make or bring up to date the offers of organisations of a loaded hub; the others are passed over."""
    sources = read_ecosystem()["sources"]
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["offer"]
    loaded = Organisation.objects.filter(slug__in=[row["organisation"] for row in rows], hubs__isnull=False)
    organisations = {organisation.slug: organisation for organisation in loaded}
    topics = Topic.objects.in_bulk(field_name="slug")
    return [
        _offer(row, organisations[row["organisation"]], topics[slug], sources)
        for row in rows
        if row["organisation"] in organisations
        for slug in row["topics"]
    ]


def _topic(family: str, position: int, row: dict[str, Any]) -> Topic:
    texts = {name: row[name] for name in TEXTS}
    topic, _created = Topic.objects.update_or_create(
        slug=row["slug"],
        defaults={**texts, "family": family, "level": row.get("level", ""), "position": position},
    )
    questions = row.get("question", [])
    for rank, question in enumerate(questions, start=1):
        Question.objects.update_or_create(topic=topic, position=rank, defaults=_question(question))
    topic.questions.filter(position__gt=len(questions)).delete()
    return topic


def _question(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "label": row["label"],
        "label_en": row["label_en"],
        "choices": row.get("choices", []),
        "is_required": row.get("required", False),
    }


def _offer(row: dict[str, Any], organisation: Organisation, topic: Topic, sources: dict[str, str]) -> Offer:
    offer, _created = Offer.objects.update_or_create(
        organisation=organisation,
        topic=topic,
        defaults={
            **{name: row.get(name, []) for name in CRITERIA},
            "min_age": row.get("min_age"),
            "max_age": row.get("max_age"),
            "note": row.get("note", ""),
            "source": sources.get(row.get("source", ""), ""),
            "is_assumption": row.get("is_assumption", False),
        },
    )
    offer.territories.set(named_territory(*key) for key in row.get("territories", ()))
    return offer


BATCH = 500


@transaction.atomic
def save_offers(
    *,
    added: Sequence[Offer],
    changed: Sequence[tuple[Offer, list[str]]],
    territories: Sequence[tuple[Offer, list[Territory]]],
    by: User,
) -> None:
    """Write new offers, those fields of known ones that change, and where they hold."""
    Offer.objects.bulk_create(added, batch_size=BATCH)
    for offer, names in changed:
        offer.save(update_fields=names)
    for offer, places in territories:
        offer.territories.set(places)
