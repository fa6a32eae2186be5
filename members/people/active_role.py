"""The hats of a person: one role in one place; the hat in use is visible and can be switched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.hubs.enums import HubRoleKind
from members.people.enums import MembershipRole

SESSION_KEY = "hat"


@dataclass(frozen=True)
class ActiveRole:
    """A role in an organisation or in a hub."""

    key: str
    label: str
    home: str
    organisation_id: int | None = None
    hub_id: int | None = None
    is_manager: bool = False


def roles_of(user: Any) -> list[ActiveRole]:
    """Every hat that the person may wear, the desk of a hub first."""
    if not user.is_authenticated:
        return []
    hats = [_hub_role(role) for role in user.own_hub_roles]
    for row in user.active_memberships:
        is_manager = row.role == MembershipRole.MANAGER
        label = _label(row.get_role_display(), row.organisation)
        key = f"organisation-{row.organisation_id}"
        hats.append(
            ActiveRole(key, label, reverse("inbox"), organisation_id=row.organisation_id, is_manager=is_manager)
        )
    return hats


def _hub_role(role: Any) -> ActiveRole:
    home = "steering" if role.kind == HubRoleKind.OFFICER else "admin:triage"
    label = _label(role.get_kind_display(), role.hub)
    return ActiveRole(f"{role.kind}-{role.hub_id}", label, reverse(home), hub_id=role.hub_id)


def _label(role: str, place: Any) -> str:
    return capfirst(_("%(role)s · %(place)s") % {"role": role, "place": place})


def active_role_of(request: HttpRequest) -> ActiveRole | None:
    """The hat chosen in this session, else the first."""
    hats = roles_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    return next((hat for hat in hats if hat.key == chosen), hats[0] if hats else None)


def organisation_in_use(request: HttpRequest) -> Any:
    """The organisation of the hat in use, or the first the person works for under another hat."""
    user: Any = request.user
    memberships = user.active_memberships
    chosen = request.active_role.organisation_id if request.active_role else None  # type: ignore[attr-defined]
    found = next((row.organisation for row in memberships if row.organisation_id == chosen), None)
    return found or memberships[0].organisation


def home_of(request: HttpRequest) -> str:
    """Where a signed-in person goes first: where the hat in use works, or to their own requests."""
    hat = active_role_of(request)
    if hat:
        return hat.home
    return reverse("admin:index") if request.user.is_superuser else reverse("my_requests")


class ActiveRoleMiddleware:
    """Give every request its `hat`, computed when first read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the hat lazily, so that public pages pay nothing."""
        request.active_role = SimpleLazyObject(lambda: active_role_of(request))  # type: ignore[attr-defined]
        request.roles = SimpleLazyObject(lambda: roles_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)
