"""Configuration of the members part."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """People, organisations, territories and hubs."""

    name = "members"
    verbose_name = _("Écosystème")

    def ready(self) -> None:
        """Let successions move what this part holds, the directory count itself, and the places add to it."""
        from members.actions import succession_relations
        from members.views import directory_map, place_section

        succession_relations.register()
        directory_map.tell_the_directory()
        place_section.tell_the_directory()
