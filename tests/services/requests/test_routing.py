"""Routing rules: who is proposed, who is not, and the exact reason."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from members.organisations.enums import LegalForm, SizeCategory
from services.requests.queries.routing import proposals
from services.requests.rules.naf import lies_under
from services.requests.rules.routing import assess, rank
from services.requests.rules.routing_facts import KO, OK, CompanyFacts, OfferFacts, OrganisationFacts
from tests.factories.members import (
    AbsenceFactory,
    HubFactory,
    OrganisationFactory,
    commune,
    country,
    department,
    region,
)
from tests.factories.services import OfferFactory, ReferralFactory, RequestFactory, TopicFactory

COMPANY = CompanyFacts(
    topic_id=1, topic="Robotique", territories={1: 2, 2: 3, 3: 5, 4: 6}, place="Granville",
    size="10-49", age=6, naf="62.01Z", legal_form="sas",
)  # fmt: skip
OFFER = OfferFacts(topic_id=1)
NWX = OrganisationFacts(id=1, name="NWX", offers=(OFFER,))


def outcome(code, company=COMPANY, offer=None, **organisation):
    facts = replace(NWX, offers=(offer or OFFER,), **organisation)
    return next(check.outcome for check in assess(company, facts).checks if check.code == code)


@pytest.mark.parametrize(
    ("code", "offer", "expected"),
    [
        ("territory", {"territories": {1: "Granville"}}, OK),
        ("territory", {"territories": {9: "Calvados"}}, KO),
        ("size", {"sizes": ("10-49",)}, OK),
        ("size", {"sizes": ("250+",)}, KO),
        ("age", {"min_age": 6}, OK),
        ("age", {"max_age": 6}, OK),
        ("age", {"min_age": 7}, KO),
        ("age", {"max_age": 5}, KO),
        ("naf_in", {"naf_in": ("62",)}, OK),
        ("naf_in", {"naf_in": ("J",)}, OK),
        ("naf_in", {"naf_in": ("62.01Z",)}, OK),
        ("naf_in", {"naf_in": ("63", "10.1")}, KO),
        ("naf_out", {"naf_out": ("62.0",)}, KO),
        ("naf_out", {"naf_out": ("64",)}, OK),
        ("legal_in", {"legal_in": ("sas", "sarl")}, OK),
        ("legal_in", {"legal_in": ("association",)}, KO),
        ("legal_out", {"legal_out": ("sas",)}, KO),
    ],
)
def test_each_criterion_is_read_with_its_bounds_included(code, offer, expected):
    assert outcome(code, offer=OfferFacts(topic_id=1, **offer)) == expected


def test_an_exclusion_wins_over_an_admission():
    verdict = assess(COMPANY, replace(NWX, offers=(OfferFacts(1, naf_in=("62",), naf_out=("62.01Z",)),)))
    assert not verdict.is_in
    assert [check.code for check in verdict.reasons_out] == ["naf_out"]


@pytest.mark.parametrize(
    ("organisation", "code"),
    [
        ({"capacity": 3, "open_referrals": 3}, "capacity"),
        ({"capacity": 0}, "capacity"),
        ({"absent_until": date(2026, 3, 12)}, "absence"),
        ({"is_active": False}, "inactive"),
        ({"earlier": "declined"}, "already"),
        ({"offers": ()}, "topic"),
    ],
)
def test_each_standing_rule_leaves_out_and_says_so(organisation, code):
    verdict = assess(COMPANY, replace(NWX, **organisation))
    assert [check.code for check in verdict.reasons_out] == [code]
    assert verdict.reasons_out[0].message


def test_a_heavy_load_informs_and_never_excludes():
    assert assess(COMPANY, replace(NWX, open_referrals=500)).is_in


def test_missing_facts_give_doubts_and_never_exclude():
    nothing = CompanyFacts(topic_id=1)
    everything = OfferFacts(1, {9: "Calvados"}, ("250+",), 1, 5, ("62",), ("63",), ("sas",), ("sarl",))
    verdict = assess(nothing, replace(NWX, offers=(everything,)))
    assert verdict.is_in
    assert {check.code for check in verdict.doubts} == {
        "territory", "size", "age", "naf_in", "naf_out", "legal_in", "legal_out"
    }  # fmt: skip


def test_a_code_shorter_than_the_criterion_is_a_doubt():
    assert lies_under("62", "62.01Z") is None
    assert lies_under("62", "63.1") is False
    assert lies_under("", "62") is None
    assert lies_under("01.11Z", "A") is True


def test_messages_name_what_was_expected_and_what_was_found():
    far = OfferFacts(1, {9: "Calvados", 8: "Orne"}, max_age=3)
    messages = [check.message for check in assess(COMPANY, replace(NWX, offers=(far,))).reasons_out]
    assert messages == [
        "Hors de son territoire : Calvados, Orne",
        "Âge : 6 ans, aide seulement jusqu’à 3 ans",
    ]


def test_the_nearest_then_the_least_loaded_come_first():
    wide = replace(NWX, id=2, name="Large")
    near = replace(NWX, id=3, name="Voisine", offers=(OfferFacts(1, {1: "Granville"}),))
    unsure = replace(NWX, id=4, name="Ancienne", offers=(OfferFacts(1, {1: "Granville"}, naf_in=("62.01Z",)),))
    loaded = replace(near, id=5, name="Chargée", capacity=10, open_referrals=9)
    out = replace(near, id=6, name="Absente", absent_until=date(2026, 3, 12))
    ranked = rank(replace(COMPANY, naf=""), [out, wide, loaded, unsure, near])
    assert [row.organisation.name for row in ranked] == ["Voisine", "Chargée", "Large", "Ancienne", "Absente"]
    assert [row.rank for row in ranked] == [1, 2, 3, 4, 5]


def test_who_runs_the_wanted_place_comes_first_and_says_so():
    wanted = replace(COMPANY, naf="", wanted_place="Agri up", host_id=3)
    near = replace(NWX, id=2, name="Voisine", offers=(OfferFacts(1, {1: "Granville"}),))
    host = replace(NWX, id=3, name="TES", offers=(OfferFacts(1, naf_in=("62",)),), open_referrals=15)
    ranked = rank(wanted, [near, host])
    assert [row.organisation.name for row in ranked] == ["TES", "Voisine"]
    assert "Accueille dans ce lieu\u202f: Agri up" in [check.message for check in ranked[0].chips]
    assert not any(check.code == "hosting" for check in ranked[1].chips)
    assert [row.hosts for row in rank(COMPANY, [near, host])] == [False, False]


def test_running_the_wanted_place_does_not_excuse_the_other_rules():
    host = replace(NWX, id=3, name="TES", capacity=1, open_referrals=1)
    ranked = rank(replace(COMPANY, wanted_place="Agri up", host_id=3), [NWX, host])
    assert [(row.organisation.name, row.is_in) for row in ranked] == [("NWX", True), ("TES", False)]
    assert ranked[1].hosts


def test_the_backup_of_an_absent_organisation_is_proposed_on_its_offer():
    absent = replace(NWX, absent_until=date(2026, 3, 12), backup_id=2, backup_name="TES")
    backup = OrganisationFacts(id=2, name="TES")
    verdicts = {row.organisation.name: row for row in rank(COMPANY, [absent, backup])}
    assert not verdicts["NWX"].is_in
    assert verdicts["TES"].is_in
    assert verdicts["TES"].told[0].message == "Relais de NWX, absente jusqu’au 12 mars"
    full = rank(COMPANY, [absent, replace(backup, capacity=1, open_referrals=1)])
    assert not any(row.is_in for row in full)


def test_a_backup_stands_in_only_for_what_the_absent_one_could_have_done():
    absent = replace(NWX, offers=(OfferFacts(1, sizes=("250+",)),), absent_until=date(2026, 3, 12), backup_id=2)
    verdicts = rank(COMPANY, [absent, OrganisationFacts(id=2, name="TES")])
    assert not any(row.is_in for row in verdicts)


# An independent reading of the rules: no code of the portal, one plain sentence of the product after the other.
CODES = ["62.01Z", "62.02A", "63.11Z", "10.71C", "", "62"]
LEVELS = ["62", "62.0", "62.01", "62.01Z", "63", "10.71C", "10"]
company_facts = st.builds(
    CompanyFacts,
    topic_id=st.integers(1, 2),
    territories=st.one_of(st.none(), st.sampled_from([{1: 2, 10: 5, 100: 6, 1000: 8}, {2: 2, 10: 5, 101: 6, 1000: 8}])),
    size=st.sampled_from(["", *SizeCategory.values]),
    age=st.one_of(st.none(), st.integers(0, 12)),
    naf=st.sampled_from(CODES),
    legal_form=st.sampled_from(["", *LegalForm.values]),
    wanted_place=st.sampled_from(["", "Agri up"]),
    host_id=st.one_of(st.none(), st.integers(1, 8)),
)
some = lambda values: st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)  # noqa: E731
offer_facts = st.builds(
    OfferFacts,
    topic_id=st.integers(1, 2),
    territories=some([1, 2, 10, 100, 101, 1000, 7]).map(lambda places: {place: str(place) for place in places}),
    sizes=some(SizeCategory.values),
    min_age=st.one_of(st.none(), st.integers(0, 6)),
    max_age=st.one_of(st.none(), st.integers(6, 12)),
    naf_in=some(LEVELS),
    naf_out=some(LEVELS),
    legal_in=some(LegalForm.values),
    legal_out=some(LegalForm.values),
)
organisation_facts = st.builds(
    OrganisationFacts,
    id=st.integers(1, 12),
    name=st.sampled_from(["NWX", "TES", "Écluse", "CCI"]),
    is_active=st.sampled_from([True, True, True, False]),
    capacity=st.one_of(st.none(), st.integers(0, 5)),
    open_referrals=st.integers(0, 5),
    absent_until=st.sampled_from([None, None, None, date(2026, 3, 12)]),
    earlier=st.sampled_from(["", "", "", "sent", "declined"]),
    offers=st.lists(offer_facts, max_size=2, unique_by=lambda offer: offer.topic_id).map(tuple),
)


def brute_force(company, organisation):
    """The rules that leave the organisation out, and those that cannot be read."""
    offers = [offer for offer in organisation.offers if offer.topic_id == company.topic_id]
    out, doubts = (set(), set()) if offers else ({"topic"}, set())
    for offer in offers:
        read_place(company, offer, out, doubts)
        read_lists(company, offer, out, doubts)
        read_age(company, offer, out, doubts)
        read_activity(company, offer, out, doubts)
    is_full = organisation.capacity is not None and not organisation.open_referrals < organisation.capacity
    facts = {
        "capacity": is_full,
        "absence": organisation.absent_until,
        "inactive": not organisation.is_active,
        "already": organisation.earlier,
    }
    return out | {code for code, holds in facts.items() if holds}, doubts


def read_place(company, offer, out, doubts):
    places = set(offer.territories)
    if places and company.territories is None:
        doubts.add("territory")
    elif places and not places & set(company.territories):
        out.add("territory")


def read_lists(company, offer, out, doubts):
    for code, asked, value, bad in (
        ("size", offer.sizes, company.size, False),
        ("legal_in", offer.legal_in, company.legal_form, False),
        ("legal_out", offer.legal_out, company.legal_form, True),
    ):
        if asked and value == "":
            doubts.add(code)
        elif asked and (value in asked) is bad:
            out.add(code)


def read_age(company, offer, out, doubts):
    if not offer.min_age and offer.max_age is None:
        return
    if company.age is None:
        doubts.add("age")
    elif company.age < (offer.min_age or 0) or (offer.max_age is not None and company.age > offer.max_age):
        out.add("age")


def read_activity(company, offer, out, doubts):
    for code, asked, bad in (("naf_in", offer.naf_in, False), ("naf_out", offer.naf_out, True)):
        under = any(company.naf.startswith(level) for level in asked) if company.naf else False
        maybe = not company.naf or any(level.startswith(company.naf) for level in asked)
        if asked and not under and maybe:
            doubts.add(code)
        elif asked and under is bad:
            out.add(code)


@settings(max_examples=200, deadline=None)
@given(company_facts, st.lists(organisation_facts, max_size=8, unique_by=lambda row: row.id))
def test_proposals_equal_an_independent_reading_of_the_rules(company, organisations):
    verdicts = rank(company, organisations)
    assert Counter(row.organisation.id for row in verdicts) == Counter(row.id for row in organisations)
    for verdict in verdicts:
        out, doubts = brute_force(company, verdict.organisation)
        assert {check.code for check in verdict.reasons_out} == out
        assert {check.code for check in verdict.doubts} == doubts
        assert verdict.is_in is (not out)
        assert all(check.message for check in verdict.checks)
        assert all(check.expected for check in verdict.reasons_out if check.code != "topic")
        is_host = bool(company.wanted_place) and verdict.organisation.id == company.host_id
        assert ("Agri up" in " ".join(check.message for check in verdict.told)) is is_host
    assert [row.is_in for row in verdicts] == sorted((row.is_in for row in verdicts), reverse=True)
    order = [(not row.hosts, len(row.doubts)) for row in verdicts if row.is_in]
    assert order == sorted(order)


@settings(max_examples=100, deadline=None)
@given(company_facts, st.lists(organisation_facts, max_size=6, unique_by=lambda row: row.id), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_facts(company, organisations, random):
    shuffled = list(organisations)
    random.shuffle(shuffled)
    assert rank(company, organisations) == rank(company, shuffled)


@pytest.mark.django_db
def test_proposals_read_the_real_facts():
    hub, topic, granville = HubFactory(), TopicFactory(), commune("50218", "Granville")
    names = ["Locale", "Manche", "Calvados", "Partout", "Pleine", "Ailleurs"]
    local, manche, calvados, anywhere, full, _other = [OrganisationFactory(name=name, of_hub=hub) for name in names]
    OfferFactory(organisation=local, topic=topic, territories=[granville])
    OfferFactory(organisation=manche, topic=topic, territories=[department("50"), country()])
    OfferFactory(organisation=calvados, topic=topic, territories=[department("14")])
    OfferFactory(organisation=anywhere, topic=topic)
    OfferFactory(organisation=full, topic=topic, territories=[region()])
    full.capacity = 1
    full.save()
    ReferralFactory(organisation=full)
    OrganisationFactory(name="D’un autre guichet", of_hub=HubFactory())
    request = RequestFactory(hub=hub, topic=topic, commune=granville)
    found = proposals(request)
    assert [row.organisation.name for row in found if row.is_in] == ["Locale", "Manche", "Partout"]
    reasons = {row.organisation.name: [check.code for check in row.reasons_out] for row in found if not row.is_in}
    assert reasons == {"Pleine": ["capacity"], "Calvados": ["territory"], "Ailleurs": ["topic"]}


@pytest.mark.django_db
def test_an_absence_of_today_brings_its_backup():
    hub, topic = HubFactory(), TopicFactory()
    away, backup, person_away = [OrganisationFactory(name=name, of_hub=hub) for name in ("Fermée", "Relais", "Ouverte")]
    for place in (away, person_away):
        OfferFactory(organisation=place, topic=topic)
    today = timezone.localdate()
    AbsenceFactory(organisation=away, backup_organisation=backup)
    AbsenceFactory(organisation=person_away, starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=3))
    found = {row.organisation.name: row.is_in for row in proposals(RequestFactory(hub=hub, topic=topic))}
    assert found == {"Ouverte": True, "Relais": True, "Fermée": False}


@pytest.mark.django_db
def test_the_record_of_the_company_completes_what_was_not_said():
    hub, topic = HubFactory(), TopicFactory()
    place = OrganisationFactory(of_hub=hub)
    OfferFactory(organisation=place, topic=topic, naf_in=["62"], min_age=1, legal_in=["sas"])
    record = OrganisationFactory(company=True)
    found = proposals(RequestFactory(hub=hub, topic=topic, organisation=record))
    assert found[0].is_in
    assert not found[0].doubts


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_organisations():
    hub, topic = HubFactory(), TopicFactory()
    request = RequestFactory(hub=hub, topic=topic)
    counts = []
    for _round in (1, 30):
        for _number in range(_round):
            place = OrganisationFactory(of_hub=hub)
            OfferFactory(organisation=place, topic=topic, territories=[department("14")])
            AbsenceFactory(organisation=place)
        with CaptureQueriesContext(connection) as queries:
            proposals(type(request).objects.select_related("hub", "commune", "topic").get(pk=request.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
