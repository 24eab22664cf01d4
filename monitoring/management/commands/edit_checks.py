"""``manage.py edit_checks --preview`` or ``--run``: the edit checks over everybody."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from monitoring.checks import BY_CODE
from monitoring.services.checks import check_everybody, preview


class Command(BaseCommand):
    """Says what the edit checks would open and close, or runs them."""

    help = "Run the edit checks over everybody, or say what a run would open and close."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of the two."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--preview", action="store_true", help="change nothing")
        which.add_argument("--run", action="store_true", help="open and close queries")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Preview or run."""
        if options["preview"]:
            self._preview()
        else:
            self._run()

    def _preview(self) -> None:
        found = preview(at=timezone.now())
        for code in sorted(found.opened | found.closed):
            title = BY_CODE[code].title if code in BY_CODE else "no longer made"
            opened, closed = found.opened[code], found.closed[code]
            self.stdout.write(f"{code}: would open {opened}, close {closed} ({title})")
        total = (found.opened.total(), found.closed.total())
        self.stdout.write(f"in all: would open {total[0]}, close {total[1]}")

    def _run(self) -> None:
        run = check_everybody(at=timezone.now(), say=self._progress)
        if run is None:
            raise CommandError("The edit checks are being run already.")
        self.stdout.write(f"opened {run.opened}, closed {run.closed}")

    def _progress(self, done: int, total: int) -> None:
        self.stdout.write(f"edit checks: {done} of {total} participants")
        self.stdout.flush()
