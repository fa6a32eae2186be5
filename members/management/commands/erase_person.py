"""Erase a person, or one request, at their request."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from diginor.registries import personal_data
from members.accounts.actions import erase_on_request, target_of


class Command(BaseCommand):
    """`manage.py erase_person ADDRESS|NUMBER [--yes]`: show what would go and what stays; with `--yes`, erase it."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("who", help="an e-mail address, or the number of a request")
        parser.add_argument("--yes", action="store_true", help="erase; without it, only show")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show, then erase."""
        target = target_of(options["who"], by=None)
        held = personal_data.found(target)
        if not held:
            self.stdout.write("Nothing is held of this person.")
            return
        for line in held:
            self.stdout.write(f"{line.part.title}:")
            for piece in line.pieces:
                self.stdout.write(f"  - {piece.label}" + (f" ({piece.note})" if piece.note else ""))
            if line.part.stays:
                self.stdout.write(f"  {line.part.stays}")
        if not options["yes"]:
            self.stdout.write("Nothing is erased yet: run it again with --yes.")
            return
        outcome = erase_on_request(target)
        self.stdout.write(f"Erased: {outcome.erased.total()}.")
        if outcome.failed:
            raise CommandError(f"Not erased: {'; '.join(f'{label} {why}'.strip() for label, why in outcome.failed)}")
