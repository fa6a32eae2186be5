"""What the session remembers of a filing: the draft being written, what was filed, and what looked like a robot."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from diginor.history import SAME_CLICK
from members.models import Hub
from services.enums import RequestState, Suspicion
from services.models import ServiceRequest

KEY = "filing"
FASTEST_SECONDS = 2


class Filing:
    """The filing of one browser."""

    def __init__(self, request: HttpRequest):
        self._session = request.session
        self._hub_of_host: Hub | None = getattr(request, "hub", None) or None
        self._known: dict[str, Any] = request.session.get(KEY, {})
        found = self._read(self._known.get("draft", ""))
        if found is not None and found.state != RequestState.DRAFT:
            # Filed, or taken back: by a click whose answer was lost, else from another browser, which showed the link.
            is_ours = found.submitted_at is not None and found.submitted_at > timezone.now() - SAME_CLICK
            self._write(draft="", filed=found.code, **({} if is_ours else {"shown": found.code}))
            found = None
        self.draft: ServiceRequest | None = found

    def is_stale(self, sent: str) -> bool:
        """Whether a form speaks of a draft that this browser has already filed."""
        here = self.draft.code if self.draft else ""
        return bool(sent) and sent != here and sent == self._known.get("filed")

    @property
    def filed(self) -> ServiceRequest | None:
        """The last request filed here."""
        return self._read(self._known.get("filed", ""))

    def show_link(self) -> bool:
        """Whether the private link of what was filed is shown now: once, since others may use this browser next."""
        filed = self._known.get("filed", "")
        if not filed or self._known.get("shown") == filed:
            return False
        self._write(shown=filed)
        return True

    @cached_property
    def asked_hub(self) -> Hub | None:
        """The hub whose door was pushed, by its page or by its host name; nothing when it receives no request."""
        slug = self._known.get("hub", "") or (self._hub_of_host.slug if self._hub_of_host else "")
        return Hub.objects.door(slug)

    @property
    def has_receiver(self) -> bool:
        """Whether some hub receives what is filed here; an installation just made has none."""
        return bool(self.draft or self.asked_hub) or Hub.objects.open().exists()

    def push_door(self, slug: str) -> None:
        """Remember the hub whose page leads here."""
        self._write(hub=slug)
        self.__dict__.pop("asked_hub", None)

    @property
    def other_hub(self) -> Hub | None:
        """The hub that receives the draft, when it is not the one that was asked."""
        asked, draft = self.asked_hub, self.draft
        return draft.hub if draft and asked and draft.hub_id != asked.pk else None

    def open(self, draft: ServiceRequest) -> None:
        """Go on with this draft from now on."""
        self.draft = draft
        self._write(draft=draft.code, doubts=[], opened=timezone.now().timestamp())

    def doubt(self, doubts: list[str]) -> None:
        """Remember what looked like a robot in a step."""
        if doubts:
            self._write(doubts=[*self._known.get("doubts", []), *doubts])

    def suspicions(self) -> list[str]:
        """All the doubts until now, with the time that the whole filing took."""
        doubts = list(self._known.get("doubts", []))
        if timezone.now().timestamp() - self._known.get("opened", 0) < FASTEST_SECONDS:
            doubts.append(str(Suspicion.TOO_FAST))
        return list(dict.fromkeys(doubts))

    def close(self) -> None:
        """The draft is filed."""
        filed = self.draft.code if self.draft else self._known.get("filed", "")
        self.draft = None
        self._write(draft="", filed=filed, doubts=[])

    def leave(self) -> None:
        """Forget the draft here; its resume link still opens it."""
        self.draft = None
        self._write(draft="")

    def _read(self, code: str) -> ServiceRequest | None:
        return ServiceRequest.objects.behind_link(code).first() if code else None

    def _write(self, **facts: Any) -> None:
        self._known = {**self._known, **facts}
        self._session[KEY] = self._known
