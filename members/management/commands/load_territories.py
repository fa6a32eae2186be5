"""Load the territories of France."""

import time

from django.core.management.base import BaseCommand, CommandParser

from members.territories.actions.loading import load_territories


class Command(BaseCommand):
    """`manage.py load_territories [--only 28]`: the whole country, or the regions given and what touches them."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Regions, when the whole country is not wanted."""
        parser.add_argument("--only", nargs="+", metavar="REGION", help="codes of regions, for example 28")

    def handle(self, *args: object, only: list[str] | None = None, **options: object) -> None:
        """Load and say what changed."""
        start = time.monotonic()
        report = load_territories(regions=only)
        self.stdout.write(
            f"Territories: {report.created} created, {report.updated} updated, {report.ended} ended, "
            f"{report.unchanged} unchanged; "
            f"inclusions: {report.links_created} created, {report.links_removed} removed; "
            f"{time.monotonic() - start:.1f} s."
        )
