"""``manage.py audit_seal``: seal the trail now, without waiting for the next round."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit import sealing


class Command(BaseCommand):
    """Seals what is settled and prints the newest seal."""

    help = "Seal what the trail has taken down since the last seal; print the newest seal."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises CommandError where a transaction would not end."""
        try:
            newest = sealing.seal(at=timezone.now())
        except sealing.NotSettled as waiting:
            raise CommandError(str(waiting)) from waiting
        if newest is None:
            self.stdout.write("There is nothing to seal yet.")
        else:
            self.stdout.write(f"{newest.number}:{newest.hash}")
