"""`manage.py codebook`: write docs/codebook/, or say whether it is out of date."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from outcomes.codebook import FOLDER, pages


class Command(BaseCommand):
    """Writes what each column of each form holds, from the declarations."""

    help = "Write docs/codebook/ from the declarations in outcomes/scales/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` compares and changes nothing; `--root` writes into another tree."""
        parser.add_argument("--check", action="store_true", help="fail when it is out of date")
        parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[3])

    def handle(self, *, check: bool, root: Path, **_options: object) -> None:
        """Raises CommandError when `--check` finds a stale, missing or unknown page."""
        folder = root / FOLDER
        fresh = pages()
        found = {path.name: path for path in folder.glob("*.md")}
        stale = sorted(
            name
            for name in {*fresh, *found}
            if name not in found or found[name].read_text(encoding="utf-8") != fresh.get(name)
        )
        if check and stale:
            raise CommandError(
                f"{FOLDER} is out of date ({', '.join(stale)}); run: python manage.py codebook"
            )
        if not check:
            _write(folder, fresh, stale)
        self.stdout.write(f"{FOLDER}: {len(fresh)} pages, {len(stale)} written")


def _write(folder: Path, fresh: dict[str, str], stale: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in fresh:
            (folder / name).write_text(fresh[name], encoding="utf-8")
        else:
            (folder / name).unlink()
