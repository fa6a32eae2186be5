"""The roles of a person, each in one place; the role in use is visible and can be switched."""

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

SESSION_KEY = "active_role"


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
    """Every role that the person has, the staff of a hub first."""
    if not user.is_authenticated:
        return []
    roles = [_hub_role(role) for role in user.own_hub_roles]
    for row in user.active_memberships:
        is_manager = row.role == MembershipRole.MANAGER
        label = _label(row.get_role_display(), row.organisation)
        key = f"organisation-{row.organisation_id}"
        roles.append(
            ActiveRole(key, label, reverse("inbox"), organisation_id=row.organisation_id, is_manager=is_manager)
        )
    return roles


def _hub_role(role: Any) -> ActiveRole:
    home = "steering" if role.kind == HubRoleKind.OFFICER else "admin:triage"
    label = _label(role.get_kind_display(), role.hub)
    return ActiveRole(f"{role.kind}-{role.hub_id}", label, reverse(home), hub_id=role.hub_id)


def _label(role: str, place: Any) -> str:
    return capfirst(_("%(role)s · %(place)s") % {"role": role, "place": place})


def active_role_of(request: HttpRequest) -> ActiveRole | None:
    """The role chosen in this session, else the first."""
    roles = roles_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    return next((role for role in roles if role.key == chosen), roles[0] if roles else None)


def organisation_in_use(request: HttpRequest) -> Any:
    """The organisation of the role in use, or the first the person works for in another role."""
    user: Any = request.user
    memberships = user.active_memberships
    chosen = request.active_role.organisation_id if request.active_role else None  # type: ignore[attr-defined]
    found = next((row.organisation for row in memberships if row.organisation_id == chosen), None)
    return found or memberships[0].organisation


def home_of(request: HttpRequest) -> str:
    """Where a signed-in person goes first: where the role in use works, or to their own requests."""
    role = active_role_of(request)
    if role:
        return role.home
    return reverse("admin:index") if request.user.is_superuser else reverse("my_requests")


class ActiveRoleMiddleware:
    """Give every request its `active_role`, computed when first read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the role lazily, so that public pages pay nothing."""
        request.active_role = SimpleLazyObject(lambda: active_role_of(request))  # type: ignore[attr-defined]
        request.roles = SimpleLazyObject(lambda: roles_of(request.user))  # type: ignore[attr-defined]
        return self.get_response(request)
