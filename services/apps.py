"""Configuration of the services part."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from diginor.registries.parts import PartConfig


def _hand_back(sender: Any, *, user: Any, organisation: Any, **_other: Any) -> None:
    """Give back what a person who leaves was following."""
    from services.requests.actions.departures import hand_back

    hand_back(user, organisation)


def _stand_in(sender: Any, *, absence: Any, **_other: Any) -> None:
    """Give on what a person who is away was following."""
    from services.requests.actions.departures import hand_over_for_absence

    hand_over_for_absence(absence)


def _tell_return(sender: Any, *, absence: Any, **_other: Any) -> None:
    """Tell who keeps what was given on for an absence that ends before its last day."""
    from services.requests.actions.departures import tell_return

    tell_return(absence.pk)


def _forget_name(sender: Any, *, user: Any, name: str, **_other: Any) -> None:
    """Take the name of a person whose account is closed out of the histories."""
    from services.requests.actions.erasure import forget_name

    forget_name(user, name)


class ServicesConfig(PartConfig):
    """Catalogue, requests, referrals and their clock."""

    name = "services"
    verbose_name = _("Demandes")

    def ready(self) -> None:
        """Tell the registries what this part adds: directory, personal data, successions; hear departures."""
        from members.people.actions.absences import person_away, person_back
        from members.people.actions.teams import account_closed, person_left
        from services.catalogue import panels
        from services.requests import personal_data
        from services.requests.actions import successions

        panels.tell_the_directory()
        personal_data.register_all()
        successions.register()
        person_left.connect(_hand_back, dispatch_uid="services.hand_back")
        account_closed.connect(_forget_name, dispatch_uid="services.forget_name")
        person_away.connect(_stand_in, dispatch_uid="services.stand_in")
        person_back.connect(_tell_return, dispatch_uid="services.tell_return")
