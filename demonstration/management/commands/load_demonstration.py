"""Load the demonstration: the real ecosystem, invented people and companies, and the life of about 400 requests."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demonstration.story import loading


class Command(BaseCommand):
    """`manage.py load_demonstration [--again]`: once, or anew with dates that end today."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to begin anew."""
        parser.add_argument("--again", action="store_true", help="forget the invented requests and make them anew")

    def handle(self, *args: object, again: bool = False, **options: object) -> None:
        """Load, unless it is there already."""
        if not settings.DEMO:
            raise CommandError("Les données inventées n’entrent qu’en démonstration : DIGINOR_DEMO=1.")
        start = time.monotonic()
        if loading.is_loaded() and not again:
            self.stdout.write("Les données de démonstration sont déjà chargées (--again les refait).")
            return
        made = loading.load_again()
        self.stdout.write(
            f"{made.requests} demandes, {made.companies} entreprises et {made.people} personnes inventées, "
            f"{made.mails} courriels, en {time.monotonic() - start:.1f} s."
        )
