"""``manage.py purge``: says until when everything must be kept, and refuses to destroy it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from randomization.tracing import last_use_unblinded
from trial import protocol
from trial.models import Lock
from trial.retention import kept


class Command(BaseCommand):
    """A report and a refusal. There is no option that makes it destroy anything."""

    help = "Say until when each kind of data must be kept; nothing is ever destroyed by it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print both retention periods, then refuse.

        Raises:
            CommandError: always; the sentence says until when, or who destroys data instead.
        """
        today = timezone.now().date()
        rules = kept(
            product_until=last_use_unblinded(),
            products=protocol.current().product is not None,
            trial_ended=_ended(),
        )
        for one in rules:
            begun = "not begun: " if one.since is None else ""
            self.stdout.write(
                f"{one.what}\n  {one.years} years from {one.counted_from} ({one.source})\n"
                f"  {begun}to be kept until {one.until(today):%-d %b %Y} at least"
            )
        held = [one for one in rules if not one.may_go(today)]
        if held:
            last = max(one.until(today) for one in held)
            raise CommandError(f"Refused: the trial must be kept until {last:%-d %b %Y} at least.")
        raise CommandError(
            "The periods are over. This command destroys nothing even so: whoever answers for the "
            "trial orders the destruction of the database and its backups, and signs for it."
        )


def _ended() -> date | None:
    """When the whole trial was locked; while it is not, it goes on."""
    lock = Lock.objects.filter(scope="trial", lifted_at__isnull=True).first()
    return None if lock is None else lock.locked_at.date()
