"""``manage.py audit_seal``: seal the trail now, without waiting for the next round."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit import sealing


class Command(BaseCommand):
    """Seals what is settled and prints the newest seal."""

    help = "Seal what the trail has taken down since the last seal; print the newest seal."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--new-log` after a restore, or when the log was lost."""
        parser.add_argument(
            "--new-log",
            metavar="REASON",
            help="put seals.log aside, note every seal in a new one, and tell the trail why",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError where a transaction would not end, or without reason or disk."""
        if options["new_log"] is not None:
            self._begin_log(options["new_log"].strip())
        try:
            newest = sealing.seal(at=timezone.now())
        except sealing.NotSettled as waiting:
            raise CommandError(str(waiting)) from waiting
        if newest is None:
            self.stdout.write("There is nothing to seal yet.")
        else:
            self.stdout.write(f"{newest.number}:{newest.hash}")

    def _begin_log(self, reason: str) -> None:
        if not reason:
            raise CommandError("Say why a new log is begun: it stands in the trail.")
        try:
            sealing.begin_log(at=timezone.now(), reason=reason)
        except OSError as broken:
            raise CommandError(f"The new log could not be written: {broken}") from broken
