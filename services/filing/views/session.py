"""What the session remembers of the filings of one browser: a tab each, and what looked like a robot in it.

A tab names its filing in its forms and in its addresses, by a word drawn when its first step was opened blank. Such a
name opens nothing by itself: only the session says which draft it means, and one that it does not know means a fresh
start. So two tabs never write the same draft, and a second click on a blank step finds what the first one opened.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property

from diginor.workflow.history import SAME_CLICK
from members.hubs.models import Hub
from services.requests.enums import RequestState, Suspicion
from services.requests.models import ServiceRequest

KEY = "filing"
FIELD, PARAMETER = "draft", "demande"
NAME_LENGTH = 12
MOST_FILINGS = 8
FASTEST_SECONDS = 2

Facts = dict[str, Any]


class Filing:
    """The filing of one tab: the one that it names; without a name, the last begun here, unless `only_named`."""

    def __init__(self, request: HttpRequest, *, only_named: bool = False):
        self._session: Any = request.session
        self._hub_of_host: Hub | None = getattr(request, "hub", None) or None
        self._known: Facts = request.session.get(KEY, {})
        self.name = _name_in(request)
        self.is_named = bool(self.name)
        self.draft: ServiceRequest | None = None
        if self.name:
            self.draft = self._draft_of(self.name)
        elif not only_named:
            self._take_the_last()
        self.name = self.name or get_random_string(NAME_LENGTH)

    def _take_the_last(self) -> None:
        for facts in reversed(self._filings()):
            if not facts.get("filed") and (draft := self._draft_of(facts["name"])):
                self.name, self.draft = facts["name"], draft
                return

    def _draft_of(self, name: str) -> ServiceRequest | None:
        facts = self._facts(name)
        found = self._read(facts.get("code", ""))
        if found is None or found.state == RequestState.DRAFT:
            return found
        if not facts.get("filed"):
            # Filed, or taken back: by a click whose answer was lost, else from another browser, which showed the link.
            is_ours = found.submitted_at is not None and found.submitted_at > timezone.now() - SAME_CLICK
            self._note(name, filed=True, shown=not is_ours)
        return None

    def to(self, step: str) -> HttpResponseRedirect:
        """Lead this tab to one of its pages."""
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({PARAMETER: self.name})}")

    def waiting(self) -> list[tuple[str, ServiceRequest]]:
        """The drafts of this browser with their names, the last begun first."""
        names = [facts["name"] for facts in reversed(self._filings()) if not facts.get("filed")]
        return [(name, draft) for name in names if (draft := self._draft_of(name))]

    @property
    def is_filed(self) -> bool:
        """Whether what this tab names has left already."""
        return self.draft is None and bool(self._facts(self.name).get("filed"))

    @cached_property
    def filed(self) -> ServiceRequest | None:
        """What this tab has filed; without a name, what was filed last here."""
        return self._read(self._filed_facts().get("code", ""))

    def show_link(self) -> bool:
        """Whether the private link of what was filed is shown now: once, since others may use this browser next."""
        facts = self._filed_facts()
        if not facts or facts.get("shown"):
            return False
        self._note(facts["name"], shown=True)
        return True

    def _filed_facts(self) -> Facts:
        if self.is_named:
            return self._facts(self.name) if self.is_filed else {}
        return next((facts for facts in reversed(self._filings()) if facts.get("filed")), {})

    @cached_property
    def asked_hub(self) -> Hub | None:
        """The hub whose door was pushed, by its page or by its host name; nothing when it receives no request."""
        slug = self._facts(self.name).get("hub", self._known.get("hub", ""))
        return Hub.objects.door(slug or (self._hub_of_host.slug if self._hub_of_host else ""))

    @property
    def has_receiver(self) -> bool:
        """Whether some hub receives what is filed here; an installation just made has none."""
        return bool(self.draft or self.asked_hub) or Hub.objects.open().exists()

    def remember_hub(self, slug: str) -> None:
        """Remember the hub whose page leads here, for what is begun from now on."""
        self._write(lambda known: {**known, "hub": slug})
        self.__dict__.pop("asked_hub", None)

    @property
    def other_hub(self) -> Hub | None:
        """The hub that receives the draft, when it is not the one that was asked."""
        asked, draft = self.asked_hub, self.draft
        return draft.hub if draft and asked and draft.hub_id != asked.pk else None

    def open(self, draft: ServiceRequest) -> None:
        """Go on with this draft in this tab from now on."""
        self.draft = draft
        hub = self._known.get("hub", "")
        self._note(self.name, code=draft.code, hub=hub, doubts=[], opened=timezone.now().timestamp(), filed=False)

    def resume(self, draft: ServiceRequest) -> None:
        """Go on with a draft that its link opened, under the name that it has here already."""
        known = next((facts for facts in self._filings() if facts["code"] == draft.code), None)
        if known is None:
            self.open(draft)
        else:
            self.name, self.draft = known["name"], draft

    def doubt(self, doubts: list[str]) -> None:
        """Remember what looked like a robot in a step."""
        if doubts:
            self._note(self.name, doubts=[*self._facts(self.name).get("doubts", []), *doubts])

    def suspicions(self) -> list[str]:
        """All the doubts until now, with the time that the whole filing took."""
        facts = self._facts(self.name)
        doubts = list(facts.get("doubts", []))
        if timezone.now().timestamp() - facts.get("opened", 0) < FASTEST_SECONDS:
            doubts.append(str(Suspicion.TOO_FAST))
        return list(dict.fromkeys(doubts))

    def close(self) -> None:
        """The draft is filed."""
        self.draft = None
        self._note(self.name, filed=True, doubts=[])

    def leave(self) -> None:
        """Forget the draft here; its resume link still opens it."""
        left = self.name
        self.draft = None
        self._write(lambda known: {**known, "drafts": [row for row in known.get("drafts", []) if row["name"] != left]})

    def _filings(self) -> list[Facts]:
        return self._known.get("drafts", [])

    def _facts(self, name: str) -> Facts:
        return next((facts for facts in self._filings() if facts["name"] == name), {})

    def _read(self, code: str) -> ServiceRequest | None:
        return ServiceRequest.objects.behind_link(code).first() if code else None

    def _note(self, name: str, **facts: Any) -> None:
        """Add to what is known of one filing; the oldest are forgotten."""

        def noted(known: Facts) -> Facts:
            rows = list(known.get("drafts", []))
            if not any(row["name"] == name for row in rows):
                rows.append({"name": name})
            rows = [{**row, **facts} if row["name"] == name else row for row in rows]
            return {**known, "drafts": rows[-MOST_FILINGS:]}

        self._write(noted)

    def _locked(self) -> Any:
        """The row of the session, kept from other tabs; nothing for a browser that comes for the first time."""
        with suppress(self._session.model.DoesNotExist):
            return self._session.model.objects.select_for_update().get(pk=self._session.session_key)
        return None

    def _write(self, change: Callable[[Facts], Facts]) -> None:
        """Write at once on top of what another tab wrote meanwhile: Django saves sessions whole, as they were read."""
        with transaction.atomic():
            kept = self._locked()
            self._known = change(kept.get_decoded().get(KEY, {}) if kept else self._known)
            self._session[KEY] = self._known
            if kept is not None:
                self._session.save()
                # The end of the request would save it again, over the other tab.
                self._session.modified = False


def _name_in(request: HttpRequest) -> str:
    """The name in the form, else in the address; nothing when it is none of ours."""
    name = request.POST.get(FIELD) or request.GET.get(PARAMETER, "")
    return name if name.isascii() and name.isalnum() and len(name) <= 2 * NAME_LENGTH else ""
