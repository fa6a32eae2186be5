"""A structure becomes another: what moves, what stays true, and taking it back."""

import json
from datetime import date, timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from members.facts.rules.partial_dates import PartialDate
from members.networks.models import Affiliation
from members.organisations.models import Organisation
from members.people.models import Membership
from members.successions.actions import successions
from members.successions.models import MovedRow, Succession
from services.catalogue.models import Offer
from services.figures.actions.refresh import refresh_figures
from services.figures.models import FigureDetail
from services.requests.actions import referral as steps
from services.requests.actions.next_action import update_next_action
from services.requests.enums import ReferralState
from services.requests.models import FollowUp, Referral, RequestEvent, ServiceRequest
from tests.factories.members import OrganisationFactory, UserFactory, commune, department
from tests.factories.services import OfferFactory, ReferralFactory, TopicFactory
from tests.members.succession_cast import Merger, counts, everything, succession

pytestmark = pytest.mark.django_db
SECONDS = 2.0


def _said(model, key, values):
    return model, key, json.dumps(values, sort_keys=True)


@pytest.fixture
def merger():
    return Merger.of(members=12, referrals=14, shared=4)


def test_two_networks_of_200_members_and_500_open_referrals_merge_in_one_action_and_come_back():
    merger = Merger.of(members=200, referrals=500, shared=50)
    before = everything()
    shown = successions.preview(merger.succession)
    took = []
    # The machine may be busy with something else: the best of three is what the action costs.
    for _try in range(3):
        start = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            done = successions.apply(merger.succession, by=merger.staff, digest=shown.digest)
        took.append(perf_counter() - start)
        if took[-1] < SECONDS:
            break
        successions.undo(merger.succession, by=merger.staff)
    print(f"merged in {took[-1]:.2f} s, {len(queries)} queries, {MovedRow.objects.count()} rows")
    assert min(took) < SECONDS
    said = [{line.name: line.after for line in each.lines} for each in (shown, done)]
    assert counts(merger) == said[0] == said[1]
    after = {line.name: line.after[merger.new.pk] for line in shown.lines}
    assert (after["network_members"], after["referrals"], after["team"]) == (350, 950, 10)
    start = perf_counter()
    successions.undo(merger.succession, by=merger.staff)
    print(f"undone in {perf_counter() - start:.2f} s")
    assert everything() == before
    assert not MovedRow.objects.exists()


def test_the_preview_changes_nothing_and_says_what_is_then_done(merger):
    before = everything()
    shown = successions.preview(merger.succession)
    assert everything() == before
    planned = {_said(each.model._meta.label, each.row.pk, each.before) for each in shown.changes if each.before}
    successions.apply(merger.succession, by=merger.staff, digest=shown.digest)
    moved = MovedRow.objects.filter(succession=merger.succession)
    assert {_said(row.model, row.row, row.before) for row in moved if row.before} == planned
    assert moved.count() == len(shown.changes)
    assert counts(merger) == {line.name: line.after for line in shown.lines}


def test_a_member_of_both_belongs_to_the_new_network_once_and_the_past_stays(merger):
    both = Organisation.objects.get(name="Adhérent 10")
    successions.apply(merger.succession, by=merger.staff)
    rows = Affiliation.objects.filter(organisation=both).order_by("pk")
    assert [str(row.until) for row in rows[:2]] == ["2019-Q4", "2019-Q4"]
    (now,) = rows[2:]
    assert (now.network.organisation, now.succession, str(now.since)) == (merger.new, merger.succession, "2019-Q4")
    assert now.source == "La presse"
    left = Affiliation.objects.get(organisation__name="Ancien adhérent")
    assert str(left.until) == "2012"
    around = Affiliation.objects.current().filter(network__organisation__name="Grande fédération")
    assert [row.organisation for row in around] == [merger.new]


def test_who_joined_after_the_date_of_effect_is_not_said_to_have_left_before(merger):
    row = Affiliation.objects.current().filter(network__organisation=merger.old[0]).order_by("pk")[3]
    Affiliation.objects.filter(pk=row.pk).update(since="2024-05")
    successions.apply(merger.succession, by=merger.staff)
    assert Affiliation.objects.get(pk=row.pk).until == PartialDate.parse("2024-05")
    new = Affiliation.objects.get(organisation=row.organisation, network__organisation=merger.new)
    assert str(new.since) == "2024-05"


def test_the_structures_end_and_say_what_they_became(merger):
    merger.new.is_active = merger.new.is_listed = False
    merger.new.save()
    Organisation.objects.filter(pk=merger.old[1].pk).update(is_listed=True)
    successions.apply(merger.succession, by=merger.staff)
    for place in merger.old:
        place.refresh_from_db()
        assert (place.is_active, place.succeeded_by) == (False, merger.new)
        assert list(place.known_by.all()) == [merger.hub]
        assert not place.hubs.exists()
    merger.new.refresh_from_db()
    assert merger.new.is_active
    assert merger.new.is_listed
    assert list(merger.new.hubs.all()) == [merger.hub]
    row = Succession.objects.get()
    assert (row.applied_by, timezone.localdate(row.applied_at)) == (merger.staff, timezone.localdate())


def test_somebody_of_both_teams_works_there_once_as_manager(merger):
    both = Membership.objects.filter(organisation=merger.old[1], role="manager").order_by("pk").last().user
    successions.apply(merger.succession, by=merger.staff)
    now = Membership.objects.get(user=both, is_active=True)
    assert (now.organisation, now.role, now.started_on) == (merger.new, "manager", timezone.localdate())
    old = Membership.objects.filter(user=both, is_active=False)
    assert {row.ended_on for row in old} == {timezone.localdate()}
    assert len(old) == 2


def test_one_offer_a_topic_is_kept_for_the_territories_of_both(merger):
    common = Offer.objects.filter(organisation=merger.old[0], territories__isnull=False).get().topic
    shown = successions.preview(merger.succession)
    (offers,) = [line for line in shown.lines if line.name == "offers"]
    assert list(offers.plan.conflicts.values()) == [[f"{common}\u202f: l’offre de TES"]]
    successions.apply(merger.succession, by=merger.staff)
    kept, stopped = Offer.objects.filter(topic=common).order_by("-is_active", "pk")
    assert (kept.organisation, stopped.organisation, stopped.is_active) == (merger.new, merger.old[1], False)
    assert {place.code for place in kept.territories.all()} == {"14", "50"}
    assert Offer.objects.filter(organisation=merger.new, is_active=True).count() == 3


def test_everywhere_wins_over_a_territory_and_an_offer_of_the_successor_is_the_one_kept():
    old, new = [OrganisationFactory() for _number in range(2)], OrganisationFactory()
    topic, stopped = TopicFactory(), TopicFactory()
    OfferFactory(organisation=old[0], topic=topic)
    OfferFactory(organisation=old[1], topic=stopped, sizes=["10-49"], territories=[department("50")])
    own = OfferFactory(organisation=new, topic=topic, territories=[department("14"), department("50")])
    again = OfferFactory(organisation=new, topic=stopped, is_active=False)
    before = everything()
    move = succession(old, new)
    successions.apply(move, by=UserFactory(administrator=True))
    assert not own.territories.exists()
    again.refresh_from_db()
    assert (again.is_active, again.sizes, again.territories.get().code) == (True, ["10-49"], "50")
    assert Offer.objects.filter(organisation=new, is_active=True).count() == 2
    successions.undo(move, by=UserFactory(administrator=True))
    assert {name: rows for name, rows in everything().items() if "user" not in name and "part" not in name} == {
        name: rows for name, rows in before.items() if "user" not in name and "part" not in name
    }


def test_the_same_request_at_both_goes_on_once_with_its_history(merger):
    doubles = [row for row in ServiceRequest.objects.order_by("pk") if row.referrals.count() == 2]
    assert len(doubles) == 4
    successions.apply(merger.succession, by=merger.staff)
    for request in doubles:
        kept, ended = request.referrals.order_by("ended_at", "pk").reverse()
        kept, ended = (kept, ended) if kept.is_live else (ended, kept)
        assert (kept.organisation, ended.state) == (merger.new, ReferralState.CANCELLED)
        assert ended.organisation in merger.old
        event = RequestEvent.objects.get(referral=ended)
        assert (event.step, event.to_state, event.organisation) == ("cancel", "cancelled", ended.organisation)
        assert event.by == merger.staff
        assert "PR" in event.why
        assert not FollowUp.objects.pending().filter(referral=ended).exists()


def test_what_is_accepted_goes_on_rather_than_what_waits():
    old, new = [OrganisationFactory() for _number in range(2)], OrganisationFactory()
    waits = ReferralFactory(organisation=old[0])
    accepted = ReferralFactory(organisation=old[1], request=waits.request, accepted=True)
    stalled = ReferralFactory(organisation=old[0], stalled=True)
    moves = ReferralFactory(organisation=old[1], request=stalled.request)
    successions.apply(succession(old, new), by=UserFactory(administrator=True))
    states = dict(Referral.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in (waits, accepted, stalled, moves)] == [
        "cancelled",
        "accepted",
        "cancelled",
        "sent",
    ]


def test_every_request_waits_for_whom_its_referrals_say(merger):
    successions.apply(merger.succession, by=merger.staff)
    requests = ServiceRequest.objects.order_by("pk")
    turn = ("responsible", "responsible_organisation", "due_at")
    before = list(requests.values_list("pk", *turn)), list(FollowUp.objects.order_by("pk").values())
    assert {row[2] for row in before[0]} == {merger.new.pk}
    for request in requests:
        update_next_action(request)
    assert (list(requests.values_list("pk", *turn)), list(FollowUp.objects.order_by("pk").values())) == before


def test_each_moved_referral_says_who_became_whom(merger):
    successions.apply(merger.succession, by=merger.staff)
    events = RequestEvent.objects.filter(step="become")
    assert events.count() == 24
    event = events.order_by("pk").first()
    assert event.data == {"from_organisation": "TES", "to_organisation": "PR"}
    assert (event.why, event.by, event.referral.organisation) == ("TES → PR", merger.staff, merger.new)


def test_the_figures_count_what_moved_for_the_successor_and_come_back(merger):
    def shown():
        refresh_figures()
        fields = [field.name for field in FigureDetail._meta.fields if field.name not in ("id", "organisation")]
        rows = FigureDetail.objects.exclude(organisation=None)
        return sorted((row.pop("organisation"), str(row)) for row in rows.values("organisation", *fields))

    refresh_figures(is_full=True)
    before = shown()
    assert {key for key, _row in before} == {place.pk for place in merger.old}
    successions.apply(merger.succession, by=merger.staff)
    assert merger.new.pk in {key for key, _row in shown()}
    successions.undo(merger.succession, by=merger.staff)
    assert shown() == before


def test_nothing_is_written_to_anybody_on_the_day_itself(merger):
    successions.apply(merger.succession, by=merger.staff)
    assert successions.tell_successions() == 0
    successions.undo(merger.succession, by=merger.staff)
    assert not OutgoingMail.objects.exists()


def test_undoing_the_next_day_is_refused_and_changes_nothing(merger, clock):
    clock.set("2026-03-10 23:50")
    successions.apply(merger.succession, by=merger.staff)
    before = everything()
    clock.set("2026-03-11 00:05")
    with pytest.raises(successions.NextDay, match="le jour même"):
        successions.undo(merger.succession, by=merger.staff)
    assert everything() == before


def test_the_day_is_that_of_paris(merger, clock):
    clock.set("2026-03-10 00:05")
    successions.apply(merger.succession, by=merger.staff)
    clock.set("2026-03-10 23:55")
    assert successions.undo(merger.succession, by=merger.staff)


def test_what_others_changed_since_is_not_undone_and_is_named(merger):
    successions.apply(merger.succession, by=merger.staff)
    row = Referral.objects.live().filter(organisation=merger.new, state="accepted").order_by("pk")[0]
    steps.transfer(row, by=merger.staff, organisation=OrganisationFactory(of_hub=merger.hub))
    before = everything()
    with pytest.raises(successions.ChangedSince) as refusal:
        successions.undo(merger.succession, by=merger.staff)
    assert "orientations (1)" in str(refusal.value)
    assert "demandes (1)" in str(refusal.value)
    assert everything() == before


def test_a_referral_that_went_on_meanwhile_goes_back_with_its_news(merger):
    successions.apply(merger.succession, by=merger.staff)
    row = Referral.objects.live().filter(organisation=merger.new, state="accepted").order_by("pk")[0]
    steps.note_call(
        row, note="Visite prévue", by=UserFactory(adviser_of=merger.new), next_step="Visite", due_on=date(2026, 3, 20)
    )
    successions.undo(merger.succession, by=merger.staff)
    row.refresh_from_db()
    assert row.organisation in merger.old
    assert [promise.text for promise in row.open_promises()] == ["Visite"]


def test_what_was_attached_since_to_what_was_made_keeps_it_from_being_undone(merger):
    successions.apply(merger.succession, by=merger.staff)
    Affiliation.objects.create(organisation=OrganisationFactory(), network=merger.new.network)
    before = everything()
    with pytest.raises(successions.StillUsed):
        successions.undo(merger.succession, by=merger.staff)
    assert everything() == before


def test_what_was_read_must_still_be_what_is_done(merger):
    shown = successions.preview(merger.succession)
    ReferralFactory(organisation=merger.old[0])
    with pytest.raises(successions.PlanChanged):
        successions.apply(merger.succession, by=merger.staff, digest=shown.digest)


def test_a_structure_has_one_successor(merger):
    other = succession([merger.old[1]], OrganisationFactory())
    successions.apply(merger.succession, by=merger.staff)
    with pytest.raises(successions.Succeeded, match=r"I&R a déjà une suite\u202f: PR\."):
        successions.apply(other, by=merger.staff)
    with pytest.raises(successions.AppliedAlready):
        successions.apply(merger.succession, by=merger.staff)
    with pytest.raises(successions.NotApplied):
        successions.undo(other, by=merger.staff)


def test_somebody_must_become_and_somebody_must_go_on():
    row = Succession.objects.create(kind="merger")
    with pytest.raises(successions.WithoutParts):
        successions.preview(row)


def test_a_renaming_moves_all_and_keeps_the_past_structure():
    old, new = OrganisationFactory(name="Ancien nom"), OrganisationFactory(name="Nouveau nom")
    closed, live = ReferralFactory(organisation=old, closed=True), ReferralFactory(organisation=old)
    successions.apply(succession([old], new, kind="renaming"), by=UserFactory(administrator=True))
    closed.refresh_from_db()
    live.refresh_from_db()
    assert (closed.organisation, live.organisation) == (old, new)


def test_a_split_gives_the_relations_to_the_successor_that_is_chosen():
    old, first, second = [OrganisationFactory() for _number in range(3)]
    live = ReferralFactory(organisation=old)
    row = succession([old], first, kind="split")
    row.parts.create(organisation=second, role="successor")
    successions.apply(row, by=UserFactory(administrator=True), successor=second)
    live.refresh_from_db()
    old.refresh_from_db()
    assert live.organisation == old.succeeded_by == second


def test_a_contributor_stays_what_it_is():
    old, new, helper = [OrganisationFactory() for _number in range(3)]
    live = ReferralFactory(organisation=helper)
    row = succession([old], new, kind="creation_from")
    row.parts.create(organisation=helper, role="contributor")
    successions.apply(row, by=UserFactory(administrator=True))
    live.refresh_from_db()
    helper.refresh_from_db()
    assert live.organisation == helper
    assert helper.is_active
    assert helper.succeeded_by is None


def test_the_cost_does_not_follow_the_number_of_rows():
    asked = []
    for size in (6, 60):
        merger = Merger.of(members=size, referrals=size, shared=0)
        with CaptureQueriesContext(connection) as queries:
            successions.apply(merger.succession, by=merger.staff)
        asked.append(len(queries))
        Organisation.objects.filter(slug__startswith="adherent-").order_by("pk").delete()
    assert asked[1] <= asked[0] + 2


def test_a_structure_inside_the_network_of_the_other_is_not_a_member_of_itself(merger):
    tes, other = (place.network for place in merger.old)
    Affiliation.objects.create(organisation=merger.old[1], network=tes)
    Affiliation.objects.create(organisation=merger.new, network=other)
    shown = successions.preview(merger.succession)
    successions.apply(merger.succession, by=merger.staff)
    assert counts(merger) == {line.name: line.after for line in shown.lines}
    assert not Affiliation.objects.current().filter(organisation=merger.new, network=merger.new.network).exists()


def test_a_request_of_before_keeps_the_old_name():
    old, new = OrganisationFactory(name="Pôle TES", acronym="TES"), OrganisationFactory(name="Pôle réuni")
    closed = ReferralFactory(organisation=old, closed=True, at=timezone.now() - timedelta(days=3000))
    closed.request.log("close", by=UserFactory(adviser_of=old), referral=closed)
    before = list(RequestEvent.objects.values())
    assert commune()
    successions.apply(succession([old], new), by=UserFactory(administrator=True))
    assert list(RequestEvent.objects.values()) == before
    assert Referral.objects.get(pk=closed.pk).organisation == old
