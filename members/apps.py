"""Configuration of the members part."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from diginor.registries.parts import PartConfig


def _forget_name(sender: Any, *, user: Any, **_other: Any) -> None:
    """Take the name of a person whose account is closed out of the history of the directory."""
    from members.directory.actions.proposals import forget_name

    forget_name(user)


class MembersConfig(PartConfig):
    """People, organisations, territories and hubs."""

    name = "members"
    verbose_name = _("Écosystème")

    def ready(self) -> None:
        """Tell the registries what this part adds: successions, personal data, the directory and its places."""
        from members.accounts import personal_data
        from members.directory.views import map as directory_map
        from members.people.actions.teams import account_closed
        from members.places import panels as place_section
        from members.successions.actions import relations as succession_relations

        succession_relations.register()
        directory_map.tell_the_directory()
        personal_data.register_all()
        place_section.tell_the_directory()
        account_closed.connect(_forget_name, dispatch_uid="members.forget_name")
