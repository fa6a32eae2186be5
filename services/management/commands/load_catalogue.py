"""Load the catalogue that comes with the portal, and on request the published ecosystem of some hubs."""

from django.core.management.base import BaseCommand, CommandParser

from members.directory.actions.ecosystem import load_ecosystem
from services.catalogue.actions import load_catalogue, load_offers


class Command(BaseCommand):
    """`manage.py load_catalogue [--hubs normandie]`: the topics; with hubs, their real organisations and offers too."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Hubs, when their organisations are wanted."""
        parser.add_argument("--hubs", nargs="+", default=[], metavar="HUB", help="hubs to load, for example normandie")

    def handle(self, *args: object, hubs: list[str], **options: object) -> None:
        """Load and say how much."""
        self.stdout.write(f"{len(load_catalogue())} sujets.")
        if hubs:
            organisations = load_ecosystem(only=hubs, with_invented=False)
            self.stdout.write(f"{len(organisations)} structures, {len(load_offers())} offres.")
