"""Mails have the colours of the site, and those of a hub its own."""

import re

import pytest
from django.db import transaction

from diginor.outbox import colours
from diginor.outbox.models import OutgoingMail
from diginor.outbox.posting import post
from members.directory.notifications import ProposalToReadMail
from members.hubs.enums import Accent
from members.people.notifications import InvitationMail
from services.requests.notifications.company import RequestReceived
from tests.diginor.web.test_contrast import THEMES, contrast
from tests.factories.members import HubFactory, InvitationFactory, SheetProposalFactory, UserFactory
from tests.factories.services import RequestFactory
from tests.filled import some
from tests.sources import files, name_of

SEA = THEMES["light"]["sea"]
RAW = re.compile(r"(?<!&)#[0-9a-fA-F]{3,8}\b|\brgba?\(")


def html_of(mail) -> str:
    """What its only recipient receives."""
    with transaction.atomic():
        post(mail)
    html: str = OutgoingMail.objects.get().html
    return html


@pytest.mark.django_db
@pytest.mark.parametrize("accent", Accent.values)
def test_a_mail_of_a_hub_has_its_colour_on_the_button_and_the_link(accent):
    html = html_of(RequestReceived(RequestFactory(hub=HubFactory(accent=accent)), "filed"))
    own = THEMES["light"][accent]
    assert f"background:{own};border-radius" in html
    assert f"color:{own};word-break" in html
    assert accent == "sea" or SEA not in html


@pytest.mark.django_db
def test_a_proposal_of_the_directory_comes_from_its_hub_too():
    hub = HubFactory(accent="leopard")
    UserFactory(staff_of=hub)
    assert f"background:{THEMES['light']['leopard']}" in html_of(ProposalToReadMail(SheetProposalFactory(hub=hub)))


@pytest.mark.django_db
def test_a_mail_of_no_hub_has_ours():
    assert f"background:{SEA};border-radius" in html_of(InvitationMail(InvitationFactory()))


@pytest.mark.parametrize("accent", ["", "unknown", "stone"])
def test_a_colour_that_white_cannot_be_read_on_gives_way_to_ours(accent):
    assert colours.colours_with(accent)["accent"] == SEA


@pytest.mark.parametrize("accent", Accent.values)
def test_white_is_read_on_every_colour_that_a_hub_may_choose(accent):
    chosen = colours.colours_with(accent)
    assert chosen["accent"] == THEMES["light"][accent]
    assert contrast(chosen["accent"], chosen["on_sea"]) >= 4.5
    assert colours.contrast(chosen["accent"], chosen["on_sea"]) == pytest.approx(
        contrast(chosen["accent"], chosen["on_sea"])
    )


def test_no_mail_holds_a_colour_of_its_own():
    mails = [path for path in files(".html", ".txt", ".py") if "mail" in path.parts or path.stem == "mail_words"]
    assert not [name_of(path) for path in some(mails) if RAW.search(path.read_text())]
