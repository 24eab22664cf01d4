"""``manage.py load_meddra FOLDER --version 27.1``: the sponsor's dictionary, for coding events."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.errors import Refused
from safety.coding.loading import UTF8, load_dictionary


class Command(BaseCommand):
    """Loads a whole release, or says what is wrong with it and keeps nothing."""

    help = "Load the sponsor's MedDRA files (folder MedAscii of a release) for coding events."

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """``--version`` is that of the dictionary, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and which version it is."""
        parser.add_argument("folder", type=Path, help="the folder with llt.asc, pt.asc and so on")
        parser.add_argument("--version", required=True, metavar="27.1", help="which release it is")
        parser.add_argument("--language", default="en", help="its language (en)")
        parser.add_argument("--encoding", default=UTF8, help="how its letters are written (utf-8)")

    def handle(self, *_arguments: object, **options: Any) -> None:
        """Raises CommandError where it is refused."""
        try:
            made = load_dictionary(
                folder=options["folder"],
                version=options["version"],
                language=options["language"],
                encoding=options["encoding"],
                at=timezone.now(),
                account=_account(),
            )
        except Refused as refused:
            raise CommandError(f"Nothing was loaded. {refused.message}") from refused
        except LookupError as error:
            raise CommandError(f"Nothing was loaded. {error}.") from error
        self.stdout.write(f"{made} is loaded: {made.terms} terms, SHA-256 {made.sha256}.")


def _account() -> str:
    """Whose account of the machine this is; a container may know only its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
