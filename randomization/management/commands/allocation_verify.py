"""``manage.py allocation_verify``: list = commitment = what happened? Exit status 0 or 1."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import Refused
from randomization.verifying import verify


class Command(BaseCommand):
    """Names the first thing that differs, and never an arm."""

    help = (
        "Prove that the allocation list is the one committed to, and that it was followed in "
        "order; 1 if anything differs. Prints no arm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file of the reveal, and a commitment printed elsewhere."""
        parser.add_argument(
            "file", nargs="?", help="the file of the revealed list; without it, the sealed list"
        )
        parser.add_argument(
            "--commitment", default="", metavar="HASH",
            help="a commitment printed on a data cut or a page; 12 characters of it will do",
        )  # fmt: skip

    def handle(self, *_arguments: object, **options: Any) -> None:
        """Raises CommandError where there is nothing to verify, or no key to do it with."""
        try:
            file = Path(options["file"]).read_text() if options["file"] else None
            found = verify(file=file, printed=options["commitment"])
        except Refused as refused:
            raise CommandError(refused.message) from refused
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        if not found.findings:
            self.stdout.write(
                f"The list is the one committed to ({found.commitment}) and it was followed in "
                f"order: {found.places} places, {found.allocations} allocations."
            )
            return
        first, *others = found.findings
        self.stdout.write(f"IT DIFFERS: {len(found.findings)} findings. The first:\n  {first}")
        for one in others:
            self.stdout.write(f"  {one}")
        sys.exit(1)
