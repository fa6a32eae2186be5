"""Configuration of the members part."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """People, organisations, territories and hubs."""

    name = "members"
    verbose_name = _("Écosystème")

    def ready(self) -> None:
        """Tell the registries what this part adds: successions, personal data, the directory and its places."""
        from members import personal_data
        from members.actions import succession_relations
        from members.views import directory_map, place_section

        succession_relations.register()
        directory_map.tell_the_directory()
        personal_data.register_all()
        place_section.tell_the_directory()
