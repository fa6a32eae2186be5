"""The left pane of the desk: which hub, which view of its queue, which page or which search."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from diginor.outbox.models import OutgoingMail
from diginor.text.wording import day as day_in_words
from diginor.web.paging import Page
from diginor.workflow.history import Party
from members.hubs.models import Hub, choices_of
from members.hubs.rules import under
from services.requests.enums import RequestState
from services.requests.models import ServiceRequest
from services.requests.queries import queue as queue_of

KEPT = ("guichet", "vue", "q", "after", "before")


@dataclass
class QueuePane:
    """What the queue shows, read from the address; `current` is the request open on the right."""

    request: HttpRequest
    current: ServiceRequest | None = None
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.asked = {name: value for name in KEPT if (value := self.request.GET.get(name, "").strip()[:200])}

    @property
    def text(self) -> str:
        return self.asked.get("q", "")

    @property
    def asked_hub(self) -> str:
        """The hub named in the address."""
        return self.asked.get("guichet", "")

    @cached_property
    def hubs(self) -> list[Hub]:
        """The hubs whose desk the person keeps, those under a head hub included."""
        return list(Hub.objects.visible_to(self.request.user).in_order())

    @cached_property
    def hub(self) -> Hub:
        """The hub asked for, else that of the role in use, else the first; that of the open request if outside."""
        if not self.hubs:
            raise Http404
        by_slug = {hub.slug: hub for hub in self.hubs}
        role = self.request.active_role  # type: ignore[attr-defined]
        in_use = self.by_id.get(role.hub_id if role else 0)
        wanted = (by_slug.get(self.asked_hub) if self.asked_hub else in_use) or self.hubs[0]
        if self.current and self.current.hub_id not in self._under(wanted):
            return self.by_id.get(self.current.hub_id, wanted)
        return wanted

    @cached_property
    def by_id(self) -> dict[int, Hub]:
        """The hubs by their key."""
        return {hub.pk: hub for hub in self.hubs}

    def _under(self, hub: Hub) -> list[int]:
        """A hub and those that it gathers, in the order of their names."""
        family = under(hub.pk, {one.pk: one.parent_id for one in self.hubs})
        return [one.pk for one in self.hubs if one.pk in family]

    @cached_property
    def hub_ids(self) -> list[int]:
        """The hubs whose requests are shown: a head hub shows those of its family."""
        return self._under(self.hub)

    @property
    def is_family(self) -> bool:
        """Whether the lines come from several hubs, so that each must say which."""
        return len(self.hub_ids) > 1

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The hubs to choose from, with what choosing each shows."""
        return [
            {"slug": slug, "label": label, "is_current": slug == self.hub.slug} for slug, label in choices_of(self.hubs)
        ]

    @cached_property
    def view(self) -> queue_of.QueueView:
        """The view asked for, else what is to be done."""
        return queue_of.BY_SLUG.get(self.asked.get("vue", ""), queue_of.VIEWS[0])

    @cached_property
    def page(self) -> Page:
        """The rows shown: a search looks everywhere, a view is paged by key."""
        if self.text:
            return Page(queue_of.search(self.hub_ids, self.text))
        return self.view.page(self.hub_ids, after=self.asked.get("after", ""), before=self.asked.get("before", ""))

    @cached_property
    def dead_addresses(self) -> set[str]:
        """The addresses that receive nothing, among those of the lines and of the open request; read at once."""
        shown = [*self.page.rows, *([self.current] if self.current else [])]
        return OutgoingMail.objects.dead_among({row.contact_email for row in shown})

    @property
    def is_unreachable(self) -> bool:
        """Whether the person of the open request receives no mail."""
        return self.current is not None and self.current.contact_email in self.dead_addresses

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The rows as the queue shows them."""
        now = timezone.now()
        shown = self.current.pk if self.current else None
        # One look-up of the address for all the lines.
        url = f"{reverse('admin:triage_request', args=['CODE'])}{self.query()}"
        return [
            {
                "url": url.replace("CODE", row.code, 1),
                "row": row,
                "name": row.company_name or row.contact_name,
                "subject": row.topic or row.get_family_display(),
                "place": row.place if row.is_located else "",
                "is_current": row.pk == shown,
                "turn": turn_of(row),
                "hub": self.by_id[row.hub_id] if self.is_family else None,
                "day": row.ended_at if row.is_ended else row.due_at,
                "is_late": row.is_late(now),
                "is_unreachable": row.is_open and row.contact_email in self.dead_addresses,
            }
            for row in self.page.rows
        ]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The views as links."""
        return [
            {
                "label": view.label,
                "url": f"{reverse('admin:triage')}{self.query(vue=view.slug, q='', after='', before='')}",
                "is_current": view is self.view and not self.text,
            }
            for view in queue_of.VIEWS
        ]

    @property
    def pages(self) -> dict[str, str]:
        """The addresses of the pages before and after, empty where there is none."""
        triage_url = reverse("admin:triage")
        return {
            "before": f"{triage_url}{self.query(before=self.page.before, after='')}" if self.page.before else "",
            "after": f"{triage_url}{self.query(after=self.page.after, before='')}" if self.page.after else "",
        }

    @property
    def next_url(self) -> str:
        """The line after the open one, else the first other one."""
        codes = [line["row"].pk for line in self.lines]
        here = codes.index(self.current.pk) if self.current and self.current.pk in codes else -1
        others = self.lines[here + 1 :] + self.lines[: max(here, 0)]
        return others[0]["url"] if others else ""

    def query(self, **changes: str) -> str:
        """The address's parameters with some changed, « ? » included; empty ones are left out."""
        kept = {name: value for name, value in {**self.asked, **changes}.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def here_url(self) -> str:
        """The open request, beside the queue as it is shown here."""
        assert self.current is not None
        return f"{reverse('admin:triage_request', args=[self.current.code])}{self.query()}"

    @property
    def back_url(self) -> str:
        """The queue as it is shown here."""
        return f"{reverse('admin:triage')}{self.query()}"


def tone_of(row: ServiceRequest, now: Any) -> str:
    """The tone of a request's badge."""
    if row.is_ended:
        return "done"
    return "late" if row.is_late(now) else "wait"


def turn_of(row: ServiceRequest) -> str:
    """Whose turn it is, in a word or two."""
    if row.is_ended:
        return str(row.get_state_display()).capitalize()
    if row.is_suspect:
        return _("À vérifier")
    if row.responsible == Party.COMPANY:
        return _("Attend l’entreprise")
    if row.responsible == Party.ORGANISATION:
        return str(row.responsible_organisation)
    if row.state == RequestState.SUBMITTED:
        return _("À orienter")
    return _("À réorienter") if row.state == RequestState.TO_REROUTE else _("À relancer")


def state_in_words(row: ServiceRequest, now: Any) -> str:
    """Whose turn it is and until when, as a short sentence."""
    facts = {"turn": turn_of(row), "day": day_in_words(row.ended_at if row.is_ended else row.due_at, "short")}
    if row.is_ended:
        return _("%(turn)s le %(day)s") % facts
    if row.is_late(now):
        return _("%(turn)s, en retard depuis le %(day)s") % facts
    if row.responsible == Party.ORGANISATION:
        return _("%(turn)s agit avant le %(day)s") % facts
    return _("%(turn)s avant le %(day)s") % facts
