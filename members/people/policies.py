"""Who may do what with people, teams and hubs; other parts build their own policies on these."""

from typing import Any

from members.hubs.enums import HubRoleKind
from members.organisations.models import Organisation


def professional(user: Any) -> bool:
    """Whether the person has any role besides the one of a company that asks."""
    return user.is_authenticated and bool(user.is_superuser or user.active_memberships or user.all_hub_roles)


def adviser(user: Any) -> bool:
    """Whether the person works for at least one organisation, manager or not."""
    return user.is_authenticated and bool(user.active_memberships)


def manager(user: Any) -> bool:
    """Whether the person leads the team of at least one organisation."""
    return user.is_authenticated and bool(user.managed_organisation_ids())


def staff(user: Any) -> bool:
    """Whether the person keeps or leads the desk of at least one hub."""
    return user.is_authenticated and user.is_staff


def officer(user: Any) -> bool:
    """Whether the person steers the region of at least one hub."""
    return user.is_authenticated and bool(user.is_superuser or user.hub_ids(HubRoleKind.OFFICER))


def steering(user: Any) -> bool:
    """Whether the person may open the dashboards: officers and staff."""
    return staff(user) or officer(user)


def may_erase(user: Any) -> bool:
    """Whether the person may erase somebody at their request: heads within their hubs, administrators everywhere."""
    return user.is_authenticated and bool(user.is_superuser or user.hub_ids(HubRoleKind.HEAD))


def leads(user: Any, organisation: Organisation) -> bool:
    """Whether the person leads the team of this organisation."""
    return user.is_authenticated and organisation.pk in user.managed_organisation_ids()


def may_change_team(user: Any, organisation: Organisation) -> bool:
    """Whether the person may change the team, its absences and capacity: its manager, or staff of one of its hubs."""
    if not user.is_authenticated:
        return False
    if user.is_superuser or leads(user, organisation):
        return True
    hubs = user.staffed_hub_ids()
    return bool(hubs) and organisation.hubs.filter(pk__in=hubs).exists()


def owes_second_factor(user: Any, *, required: bool) -> bool:
    """Whether the person must protect the account before anything else."""
    return required and professional(user)
