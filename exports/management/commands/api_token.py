"""``manage.py api_token USER --scope cuts:read --days 30``: a token, shown this once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused
from exports.tokens import MAXIMUM_DAYS, SCOPES, issue_token


class Command(BaseCommand):
    """Makes an API token for one person's programs."""

    help = "Make an API token for a person's programs and print it; it is never shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """USER, scopes, days and a name."""
        scopes = ", ".join(f"{scope} ({words})" for scope, words in SCOPES.items())
        parser.add_argument("user", help="sign-in name of the person")
        parser.add_argument(
            "--scope", action="append", required=True, metavar="SCOPE", help=f"one of: {scopes}"
        )
        parser.add_argument(
            "--days", type=int, default=30, help=f"days it lives, 1 to {MAXIMUM_DAYS} (30)"
        )
        parser.add_argument("--name", default="command line", help="what it is used for")

    def handle(self, *_args: object, **options: Any) -> None:
        """Print the token alone on standard output, the facts about it on standard error."""
        user = User.objects.filter(username__iexact=options["user"]).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['user']}.")
        try:
            token, plain = issue_token(
                user=user,
                scopes=options["scope"],
                days=options["days"],
                name=options["name"],
                actor=None,
                at=timezone.now(),
                system="manage.py api_token",
            )
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(plain)
        scopes = ", ".join(token.scopes)
        self.stderr.write(f"For {user}: {scopes}, until {token.expires_at:%Y-%m-%d %H:%M} UTC.")
