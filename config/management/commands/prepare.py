"""`manage.py prepare`: what `make run` does before it serves.

Brings the tables up to date, collects the static files when they changed, and builds the demo trial
into an empty database of a simulated environment, unless HERMES_DEMO is no.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.models import User
from config.demo.people import sign_ins
from config.embedded import kept_secret
from config.settings import flag

# Letters and digits that nobody mistakes for another when reading them off a screen.
_ALPHABET = "abcdefghkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    """Makes everything ready to be served; safe to repeat."""

    help = "Migrate, collect static files, and build the demo trial into an empty database."

    def handle(self, *_arguments: object, **_options: object) -> None:
        """Say what takes long; leave for the supervisor who can sign in to the demo."""
        folder = Path(settings.STATE_DIR)
        (folder / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        self._collect_static()
        if self._demo_is_wanted():
            self._build_demo(folder)
        _write_private(folder / "run" / "people.json", json.dumps(people(folder)))

    def _collect_static(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        found = static_fingerprint()
        if not stamp.exists() or stamp.read_text() != found:
            self.stdout.write("collecting static files")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(found)

    def _demo_is_wanted(self) -> bool:
        simulated = settings.HERMES_ENVIRONMENT == "simulated"
        return simulated and flag("HERMES_DEMO", default=True) and not User.objects.exists()

    def _build_demo(self, folder: Path) -> None:
        self.stdout.write("building the demo trial; this happens once")
        told = "password of all: the HERMES_DEMO_PASSWORD given at the first start"
        if not os.environ.get("HERMES_DEMO_PASSWORD"):
            os.environ["HERMES_DEMO_PASSWORD"] = kept_secret(folder / "demo_password", _password)
            told = f"password of all: {os.environ['HERMES_DEMO_PASSWORD']}"
        # Told first: the demo is built whole or not at all, and its password must not be lost.
        _write_private(folder / "demo_sign_in", told)
        call_command("demo", stdout=self.stdout)


def people(folder: Path) -> dict[str, object]:
    """Who can sign in to the demo trial built here, and how; nobody where none was built."""
    told = folder / "demo_sign_in"
    if not told.exists():
        return {"people": [], "sign_in": ""}
    return {"people": sign_ins(), "sign_in": told.read_text()}


def static_fingerprint() -> str:
    """Changes whenever a static file is added, removed or written."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            digest.update(f"{path} {file.st_mtime_ns} {file.st_size}\n".encode())
    return digest.hexdigest()


def _password() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _write_private(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)
