"""``manage.py allocation_key new|rotate|check``: the key outside the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.errors import Refused
from randomization import vault
from randomization.sealing import BadKeyError, MasterKey, new_master_key
from randomization.services.keys import open_everything, rotate_key


class Command(BaseCommand):
    """Makes a key, takes the lists over to a new one, and checks that all opens."""

    help = "Make the key that arms are sealed with, change it, or check it. Prints no arm."
    # A key must be had before the check that asks for one passes.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which of the three, and the file of a key."""
        acts = parser.add_subparsers(dest="act", required=True)
        new = acts.add_parser("new", help="make a key")
        new.add_argument("file", help="where it is written, for you alone; - for standard output")
        rotate = acts.add_parser("rotate", help="wrap the lists' keys under a new key")
        rotate.add_argument("--to", required=True, metavar="FILE", help="the file of the new key")
        acts.add_parser("check", help="open everything that is sealed, once")

    def handle(self, *_arguments: object, **options: Any) -> None:
        """Raises CommandError with the sentence of what went wrong."""
        try:
            match options["act"]:
                case "new":
                    self._new(options["file"])
                case "rotate":
                    self._rotate(Path(options["to"]))
                case _:
                    self._check()
        except Refused as refused:
            raise CommandError(refused.message) from refused
        except (BadKeyError, OSError) as error:
            raise CommandError(str(error)) from error

    def _new(self, file: str) -> None:
        key = new_master_key()
        if file == "-":
            self.stdout.write(key)
        else:
            path = Path(file)
            # Made closed, and never over a key that is there.
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(f"{key}\n")
        self.stderr.write(
            f"Key {MasterKey.read(key).fingerprint}. Keep a copy apart from the database and its "
            "backups: without it no arm can be read again, by anybody."
        )

    def _rotate(self, to: Path) -> None:
        new = MasterKey.read(to.read_text())
        old = vault.master_key()
        lists = rotate_key(old=old, new=new, at=timezone.now())
        self.stdout.write(
            f"{lists} lists taken over from key {old.fingerprint} to {new.fingerprint}. Put the "
            "new key in the old one's place now and start web, worker and beat again; until then "
            "no arm can be read. Keep the old key as long as a backup from before is kept."
        )

    def _check(self) -> None:
        found = open_everything()
        fingerprint = MasterKey.read(settings.ALLOCATION_KEY).fingerprint
        self.stdout.write(
            f"Everything opens with key {fingerprint}: {found.lists} lists, {found.slots} places, "
            f"{found.allocations} allocations."
        )
