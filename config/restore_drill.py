"""``make restore-drill``: prove that a backup restores.

The newest backup, or the one named, is restored into a scratch database, compared with what was
counted when it was made, and dropped again. Its owner is the role that owns the tables; the
application's role must come out owning nothing. The running database is not touched. The result
is noted in ``backups/drills.txt``.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import settings
from config.backup import (
    DUMP,
    MANIFEST,
    SCHEMA,
    BackupError,
    connect,
    contents,
    digest,
    hashes,
    parameters,
    run_program,
)
from config.embedded import EmbeddedError, running
from config.servers.roles import OWNER, exists, faults, grant


def newest(backups: Path) -> Path:
    """The newest complete backup. Raises BackupError when there is none."""
    found = sorted(backups.glob(f"*Z/{MANIFEST}"))
    if not found:
        raise BackupError(f"There is no backup in {backups}. Make one: make backup")
    return found[-1].parent


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose files are all there and unchanged; else BackupError."""
    file = folder / MANIFEST
    if not file.exists():
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}.")
    manifest: dict[str, Any] = json.loads(file.read_text())
    if manifest.get("schema") != SCHEMA:
        raise BackupError(f"{file} is not a {SCHEMA} manifest.")
    there = {entry["file"]: entry for entry in hashes(folder)}
    wanted = {entry["file"]: entry for entry in manifest["files"]}
    wrong = sorted(name for name in there | wanted if there.get(name) != wanted.get(name))
    if wrong:
        raise BackupError(f"These files are missing, new or changed: {', '.join(wrong)}")
    return manifest


@contextmanager
def scratch_database(server: Mapping[str, str], owner: str) -> Iterator[dict[str, str]]:
    """A new empty database of ``owner`` on ``server``, dropped at the end."""
    name = f"hermes_drill_{secrets.token_hex(4)}"
    with connect({**server, "dbname": "postgres"}, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(owner)))
        try:
            yield {**server, "dbname": name, "user": owner}
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


def drill(
    folder: Path, server: Mapping[str, str], owner: str, application: str
) -> tuple[dict[str, Any], bool]:
    """Restore the backup in ``folder`` and compare; BackupError says what differs.

    Its manifest, and whether the rights of the role ``application`` were tried: they are where the
    server knows that role.
    """
    manifest = read_manifest(folder)
    with scratch_database(server, owner) as scratch:
        arguments = ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction"]
        run_program("pg_restore", [*arguments, str(folder / DUMP)], scratch)
        with connect(scratch) as connection:
            found = contents(connection)
            known = exists(connection, application)
            if known:
                grant(connection, application)
                wrong = faults(connection, application)
        check_seals(scratch)
    _compare("rows", manifest["counts"], found["counts"])
    _compare("contents", manifest["sums"], found["sums"])
    _compare("triggers", _as_keys(manifest["triggers"]), _as_keys(found["triggers"]))
    if known and wrong:
        raise BackupError(f"The role {application} has wrong rights: {', '.join(wrong)}")
    return manifest, known


def check_seals(scratch: Mapping[str, str]) -> None:
    """Check a copy against its own seals, and those against the log of the running trial.

    Another machine has no such log: there the copy is checked against itself alone.
    BackupError names what is not as it was sealed.
    """
    import django  # noqa: PLC0415 - the settings come first, and only this part needs the models

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from audit import seal_log  # noqa: PLC0415 - as above
    from audit.verification import one_snapshot, verify  # noqa: PLC0415 - as above

    with connect(scratch, autocommit=True) as connection:
        there = connection.execute("SELECT to_regclass('audit_seal')").fetchone()
        if there == (None,):
            return  # made by a release that sealed nothing
        with one_snapshot(connection):
            upto = sys.maxsize if seal_log.newest() else 0
            noted = seal_log.lines(seal_log.path())
            report = verify(connection, noted=noted, older=True, upto=upto)
    if not report.clean:
        told = "\n  ".join(str(one) for one in report.findings)
        raise BackupError(f"The trail in the backup is not as it was sealed:\n  {told}")


def _as_keys(names: list[str]) -> dict[str, int]:
    return dict.fromkeys(names, 1)


def _compare(what: str, backed_up: Mapping[str, object], restored: Mapping[str, object]) -> None:
    wrong = [
        f"{name}: {backed_up.get(name, 'none')} backed up, {restored.get(name, 'none')} restored"
        for name in sorted({*backed_up, *restored})
        if backed_up.get(name) != restored.get(name)
    ]
    if wrong:
        raise BackupError(f"The {what} differ:\n  " + "\n  ".join(wrong))


def drill_server() -> tuple[dict[str, str], str]:
    """Where to restore and who owns the scratch database.

    The embedded server has its superuser make it. Elsewhere HERMES_DRILL_URL names a server and a
    role that may create databases; without it the application's own is tried.
    """
    if settings.EMBEDDED:
        server = parameters(settings.DATABASES["default"])
        return {**server, "user": "postgres"}, OWNER
    url = os.environ.get("HERMES_DRILL_URL")
    server = parameters(settings.database(url) if url else settings.DATABASES["default"])
    return server, server["user"]


def main(arguments: list[str]) -> int:
    """Drill and say the result; 1 when the backup does not hold."""
    backups = settings.STATE_DIR / "backups"
    at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        folder = Path(arguments[0]) if arguments else newest(backups)
        with running(settings.BASE_DIR):
            manifest, tried = drill(folder, *drill_server(), settings.APPLICATION_ROLE)
    except (BackupError, EmbeddedError, OSError, psycopg.Error) as error:
        sys.stderr.write(f"The restore drill FAILED. {error}\n")
        _note(backups, f"{at} FAILED {error}")
        return 1
    rights = "owns nothing" if tried else "is unknown on that server: its rights were not tried"
    told = (
        f"{folder.name} restores: {sum(manifest['counts'].values())} rows of "
        f"{len(manifest['counts'])} tables, {len(manifest['triggers'])} triggers and "
        f"{len(manifest['files'])} files are as they were; the role {settings.APPLICATION_ROLE} "
        f"{rights}; manifest {digest(folder / MANIFEST)}"
    )
    sys.stdout.write(f"{told}\n")
    _note(backups, f"{at} passed {told}")
    return 0


def _note(backups: Path, line: str) -> None:
    if backups.exists():
        with (backups / "drills.txt").open("a") as notes:
            notes.write(" ".join(line.split()) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
