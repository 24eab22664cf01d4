"""``manage.py audit_verify``: is everything as it was sealed? Exit status 0 or 1."""

from __future__ import annotations

import re
import sys
import time
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.findings import Report
from audit.seal_log import Noted
from audit.verifying import verify_here

_EXPECTED = re.compile(r"(\d{1,18}):([0-9a-fA-F]{12,64})")
_WIDTH = 30


class Command(BaseCommand):
    """Walks seals, trail and data and names what was tampered with."""

    help = "Check every sealed row, every seal and every row of the data; 1 if anything differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--expect` for a seal printed elsewhere, `--read-only` to leave no line in the trail."""
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="a seal printed on a data cut or a report; 12 characters of its hash will do",
        )
        parser.add_argument(
            "--read-only", action="store_true", help="do not note the verification in the trail"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError for a seal that cannot be read."""
        expected = [_noted(text) for text in options["expect"]]
        bar = Bar(sys.stderr)
        report = verify_here(expected=expected, note=not options["read_only"], tick=bar)
        bar.close()
        self._tell(report)
        if not report.clean:
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        walked = f"{report.rows} rows under {report.seals} seals; {report.waiting} rows wait"
        newest = f"newest seal {report.newest}:{report.newest_hash}" if report.newest else "no seal"
        if report.clean:
            self.stdout.write(f"Everything is as it was sealed: {walked}; {newest}")
            return
        first, *others = report.findings
        self.stdout.write(f"TAMPERED WITH: {report.total} findings. The first:\n  {first}")
        for one in others:
            self.stdout.write(f"  {one}")
        if report.total > len(report.findings):
            self.stdout.write(f"  and {report.total - len(report.findings)} more")
        self.stdout.write(f"{walked}; {newest}")


class Bar:
    """Progress on one line of a terminal; elsewhere a line for every tenth part."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.began = time.monotonic()
        self._told = -1

    def __call__(self, done: int, total: int) -> None:
        """So many of so many rows are done."""
        part = min(1.0, done / total) if total else 1.0
        steps = 100 if self.out.isatty() else 10
        if int(part * steps) <= self._told:
            return
        self._told = int(part * steps)
        filled = "#" * round(part * _WIDTH)
        left = (time.monotonic() - self.began) * (1 - part) / part if part else 0
        line = f"[{filled:<{_WIDTH}}] {part:4.0%} {done} of {total} rows, {left:.0f} s left"
        self.out.write(f"\r{line}" if self.out.isatty() else f"{line}\n")
        self.out.flush()

    def close(self) -> None:
        """Leave the line."""
        if self.out.isatty() and self._told >= 0:
            self.out.write("\n")


def _noted(text: str) -> Noted:
    found = _EXPECTED.fullmatch(text.strip())
    if found is None:
        raise CommandError(f"{text} is no seal: give NUMBER:HASH as printed.")
    return Noted(int(found[1]), found[2].lower())
