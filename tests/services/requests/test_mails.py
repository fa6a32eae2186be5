"""Every mail of the life of a request: it renders in both languages, says who and when, and leads to one page."""

import re
from html import escape

import pytest
from django.db import transaction

from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.outbox.posting import post
from members.hubs.enums import HubRoleKind
from members.people.enums import MailPreference
from services.requests.models import Relay
from services.requests.notifications.advisers import AnswerReminder, MessageToAdvisers
from services.requests.notifications.base import RequestMail, ToCompany, ToStaff
from services.requests.notifications.company import (
    MessageToCompany,
    NewDate,
    ReferralRefused,
    RequestAccepted,
    RequestClosed,
)
from services.requests.notifications.hub_staff import RequestsToCheck
from tests.factories.members import AbsenceFactory, HubFactory, HubRoleFactory, OrganisationFactory, UserFactory
from tests.factories.services import MessageFactory, ReferralFactory, RequestFactory
from tests.filled import some

pytestmark = pytest.mark.django_db


def every_mail():
    """The classes that are sent, in the order of their names."""
    found, waiting = [], [RequestMail]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "name" in kind.__dict__:
            found.append(kind)
    return sorted(found, key=lambda kind: kind.name)


def mails_to(side):
    """The classes sent to one side."""
    return [kind for kind in every_mail() if issubclass(kind, side)]


def make_story():
    """Make a referral with an adviser, and the desk of its hub."""
    hub = HubFactory(phone="02 31 00 00 00")
    place = OrganisationFactory(of_hub=hub, name="Normandie Web Xperts", acronym="NWX")
    adviser = UserFactory(adviser_of=place, first_name="Claire", last_name="Dumont", phone="06 00 00 00 00")
    UserFactory(manager_of=place)
    for kind in (HubRoleKind.STAFF, HubRoleKind.HEAD):
        HubRoleFactory(hub=hub, kind=kind)
    return ReferralFactory(
        accepted=True, organisation=place, adviser=adviser, next_step="Je vous appelle", staff_note="Une belle histoire"
    )


@pytest.fixture
def story():
    """A referral with an adviser, and the desk of its hub."""
    return make_story()


def relay_of(referral):
    """What was given to a colleague for the time of an absence that is over."""
    place = referral.organisation
    absence = AbsenceFactory(organisation=place, user=UserFactory(adviser_of=place))
    return Relay.objects.create(absence=absence, referral=referral, stand_in=referral.adviser)


def write(kind, referral, language="fr", **change):
    """Post the mail of one kind, with everything its cause gives; return the rows."""
    request = referral.request
    request.language = language
    referral.is_stalled = kind is NewDate
    extra = {
        "referrals": [referral],
        "answer_by": referral.expires_at,
        "answer": "Ce besoin relève de votre région.\n\nBonne suite.",
        "why": "Je pars en congé.",
        "given_by": "Claire Dumont",
        "into": RequestFactory(hub=request.hub),
        "relay": relay_of(referral),
        "message": MessageFactory(request=request, body="Bonjour <b>vous</b>\n\n---\n\nÀ demain"),
    } | change
    with transaction.atomic():
        post(kind(request, "cause", referral, **extra))
    return list(OutgoingMail.objects.recent())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", every_mail(), ids=lambda kind: kind.name)
def test_each_mail_renders_whole_and_leads_to_one_page(kind, language, story):
    story.adviser.language = language
    rows = write(kind, story, language)

    assert rows
    for mail in rows:
        assert 10 < len(mail.subject) <= 120
        assert "\n" not in mail.subject
        assert mail.text.count("http") == 1
        assert mail.url in mail.text
        assert mail.html.count("<a ") == 1
        assert f'href="{escape(mail.url)}"' in mail.html
        assert "<b>vous" not in mail.html
        assert not re.search(r"\{[{%]|None|^&|\bTrue\b", mail.text + mail.html)
        assert "&#x27;" not in mail.text
        assert "\n\n\n" not in mail.text


@pytest.mark.parametrize(
    "kind",
    [kind for kind in mails_to(ToStaff) if kind is not RequestsToCheck],
    ids=lambda kind: kind.name,
)
def test_a_mail_to_the_desk_names_the_company(kind, story):
    for mail in some(write(kind, story)):
        assert story.request.company_name in mail.subject
        assert story.request.code in mail.text


@pytest.mark.parametrize(
    "kind", [kind for kind in every_mail() if issubclass(kind, ToCompany)], ids=lambda kind: kind.name
)
def test_a_mail_to_the_company_goes_only_to_its_contact_and_says_who_to_call(kind, story):
    (mail,) = write(kind, story)

    assert mail.recipient == story.request.contact_email
    assert "02 31 00 00 00" in mail.text
    assert mail.text.startswith("Bonjour Anne Lebrun,")


def test_the_words_of_a_person_are_quoted_in_both_versions(story):
    (mail,) = write(MessageToCompany, story)

    assert "> Bonjour <b>vous</b>\n>\n> ---\n>\n> À demain" in mail.text
    assert "<blockquote" in mail.html
    assert "Bonjour &lt;b&gt;vous&lt;/b&gt;<br><br>---<br><br>À demain</blockquote>" in mail.html


def test_an_accepted_request_tells_who_and_when(story):
    (mail,) = write(RequestAccepted, story)

    assert mail.subject == "NWX prend votre demande en charge"
    assert "> Je vous appelle" in mail.text
    assert "Claire Dumont, chez NWX" in mail.text
    assert "06 00 00 00 00" in mail.text


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("helped", "vous a apporté son aide"),
        ("helped_elsewhere", "vous avez trouvé de l’aide ailleurs"),
        ("no_help_possible", "n’a pas trouvé d’aide possible"),
        ("unreachable", "n’a pas réussi à vous joindre"),
    ],
)
def test_the_end_of_a_request_tells_what_came_of_it(story, outcome, sentence):
    story.outcome, story.outcome_note = outcome, "Deux jours d’essai."
    (mail,) = write(RequestClosed, story)

    assert sentence in mail.text
    assert "> Deux jours d’essai." in mail.text


def test_a_refusal_gives_the_reason_and_what_happens_next(story):
    story.state, story.decline_reason = "declined", "no_capacity"
    story.save()
    asked = story.request
    asked.state, asked.responsible, asked.responsible_organisation = "to_reroute", "hub", None
    (mail,) = write(ReferralRefused, story)

    assert "Elle n’a pas de disponibilité en ce moment." in mail.text
    assert "cherche un autre interlocuteur pour vous avant le" in mail.text


def test_silence_is_told_without_a_reason(story):
    story.state = "expired"
    story.save()
    (mail,) = write(ReferralRefused, story)

    assert "n’a pas répondu dans le délai prévu" in mail.text


def test_who_wants_little_mail_gets_reminders_only(story):
    story.adviser.mail_preference = MailPreference.ESSENTIAL
    story.adviser.save()

    assert write(MessageToAdvisers, story) == []
    assert len(write(AnswerReminder, story)) == 1


def test_who_wants_a_digest_gets_news_later_and_reminders_at_once(story):
    story.adviser.mail_preference = MailPreference.DAILY
    story.adviser.save()
    write(MessageToAdvisers, story)
    write(AnswerReminder, story)

    statuses = dict(OutgoingMail.objects.values_list("kind", "status"))
    assert statuses == {"MessageToAdvisers": MailStatus.HELD, "AnswerReminder": MailStatus.QUEUED}
