"""Bring the aggregates of the dashboards up to date, or count everything anew."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from services.figures.actions.refresh import refresh_figures


class Command(BaseCommand):
    """`manage.py refresh_figures [--full]`: what the worker does every five minutes; `--full` after new territories."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to count everything anew."""
        parser.add_argument("--full", action="store_true", help="count everything anew, month by month")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and say how much was."""
        start = time.monotonic()
        counted = refresh_figures(is_full=options["full"])
        self.stdout.write(f"{counted} days or months counted in {time.monotonic() - start:.1f} s.")
