"""The steps that the benchmark takes, each on something that waits for it, prepared before the clock starts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from stdnum.luhn import calc_check_digit

from bench.catalogue import People
from members.organisations.models import Organisation
from services.requests.enums import ReferralState, RequestState
from services.requests.models import Referral, ServiceRequest

NEED = {"need": "Nous voulons savoir si un robot peut charger nos machines la nuit, et ce que cela coûte."}
COMPANY = {"commune": "Granville", "size": "10-49"}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
Form = tuple[Client, str, dict[str, str | list[str]]]


@dataclass(frozen=True)
class BenchAct:
    """A step that people take: its name, the form to send, made anew for each round, and its most milliseconds."""

    label: str
    prepare: Callable[[], Form]
    most_ms: float | None = None


class Filing:
    """One filing after another, each from another company and another network."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._client = Client(SERVER_NAME="127.0.0.1")

    def need(self) -> Form:
        """The first step, in a browser that never came."""
        self._number = next(self._numbers)
        self._client = Client(
            SERVER_NAME="127.0.0.1",
            REMOTE_ADDR=f"10.{self._number >> 16}.{self._number >> 8 & 255}.{self._number & 255}",
        )
        return self._step("filing_need", NEED)

    def company(self) -> Form:
        """The second step."""
        siren = f"{self._number:08}"
        siret = f"{siren}{calc_check_digit(siren)}0001"
        own = {"company_name": f"Menuiserie {self._number}", "siret": f"{siret}{calc_check_digit(siret)}"}
        return self._step("filing_company", {**COMPANY, **own})

    def contact(self) -> Form:
        """The third step, which files."""
        own = {"contact_name": "Anne Lebrun", "contact_email": f"anne{self._number}@bench.example"}
        return self._step("filing_contact", {**own, "contact_phone": f"02 33 {self._number:06}"})

    def _step(self, name: str, typed: dict[str, str]) -> Form:
        page = self._client.get(reverse(name)).content.decode()
        return self._client, reverse(name), {**dict(HIDDEN.findall(page)), **typed}


def acts(who: People, client_of: Callable[[int | None], Client]) -> list[BenchAct]:
    """The three steps of a filing, then what an adviser and the staff do most."""
    filing = Filing()
    own = Organisation.objects.get(memberships__user=who.adviser)
    adviser, staff = client_of(who.adviser), client_of(who.staff)
    sent = _codes(Referral.objects.filter(state=ReferralState.SENT, organisation=own))
    queued = _codes(ServiceRequest.objects.filter(state=RequestState.SUBMITTED, is_suspect=False))
    three = [str(key) for key in Organisation.objects.order_by("pk").values_list("pk", flat=True)[:3]]
    soon: dict[str, str | list[str]] = {
        "next_step": "Je vous appelle",
        "due_on": (timezone.localdate() + timedelta(days=3)).isoformat(),
    }
    return [
        BenchAct("Déposer : le besoin", filing.need, most_ms=15),
        BenchAct("Déposer : l’entreprise", filing.company, most_ms=15),
        BenchAct("Déposer : le contact, et envoyer", filing.contact, most_ms=15),
        BenchAct(
            "Accepter une demande",
            lambda: (adviser, reverse("referral_accept", args=[next(sent)]), soon),
            most_ms=15,
        ),
        BenchAct(
            "Orienter une demande vers trois structures",
            lambda: (staff, reverse("admin:triage_route", args=[next(queued)]), {"organisations": three}),
        ),
    ]


def _codes(rows: QuerySet) -> Iterator[str]:
    return iter(rows.order_by("-pk").values_list("code", flat=True)[:200])
