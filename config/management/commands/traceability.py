"""`manage.py traceability`: write docs/traceability.md, or say whether it is out of date."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.traceability import TRACEABILITY, TraceabilityError, generate


class Command(BaseCommand):
    """Writes the table of requirements and the tests that prove them."""

    help = "Write docs/traceability.md from docs/requirements.md and the marks in tests/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` compares and changes nothing; `--root` reads another tree."""
        parser.add_argument("--check", action="store_true", help="fail when it is out of date")
        parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[3])

    def handle(self, *, check: bool, root: Path, **_options: object) -> None:
        """Raises CommandError for an unreadable mark, an unknown id, or a stale table."""
        target = root / TRACEABILITY
        try:
            fresh = generate(root)
        except (TraceabilityError, OSError, SyntaxError) as error:
            raise CommandError(str(error)) from error
        if not check:
            target.write_text(fresh, encoding="utf-8")
            self.stdout.write(f"wrote {TRACEABILITY}")
            return
        written = target.read_text(encoding="utf-8") if target.exists() else ""
        if written != fresh:
            raise CommandError(_difference(written, fresh))
        self.stdout.write(f"{TRACEABILITY} is up to date")


def _difference(written: str, fresh: str) -> str:
    lines = difflib.unified_diff(
        written.splitlines(), fresh.splitlines(), "as it is", "as it should be", lineterm="", n=1
    )
    told = [f"{TRACEABILITY} is out of date; run: python manage.py traceability", *lines]
    return "\n".join(told)
