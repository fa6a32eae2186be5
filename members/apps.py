"""Configuration of the members part."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """People, organisations, territories and hubs."""

    name = "members"
    verbose_name = _("Écosystème")

    def ready(self) -> None:
        """Let successions move what this part holds, and the places add to the directory."""
        from members.actions import succession_relations
        from members.views import place_section

        succession_relations.register()
        place_section.tell_the_directory()
