"""``manage.py demo``: build the simulated trial in an empty database."""

from __future__ import annotations

import os
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.demo.board import first_meeting
from config.demo.build import build, first_cuts
from config.demo.people import sign_ins


class Command(BaseCommand):
    """Builds the simulated trial with the published counts and prints one sign-in per role."""

    help = "Build the simulated trial in an empty database and print one sign-in per role."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse a database that holds people; otherwise build everything or nothing."""
        if User.objects.exists():
            raise CommandError("There are people in this database: the demo is not added to it.")
        password = os.environ.get("HERMES_DEMO_PASSWORD") or secrets.token_urlsafe(12)
        with transaction.atomic():
            cast = build(password=password, today=timezone.now().date(), say=self._progress)
        first_cuts(cast, at=timezone.now())
        self._progress("a meeting of the board")
        first_meeting(cast, password=password, at=timezone.now())
        self.stdout.write("")
        for username, role in sign_ins():
            self.stdout.write(f"  {username:<14} {role}")
        self.stdout.write(f"  password: {password}")

    def _progress(self, what: str) -> None:
        self.stdout.write(f"demo: {what}")
        self.stdout.flush()
