"""``make backup``: the database and the data cuts, as one folder that proves itself.

Rows are counted in the very snapshot that is dumped, and every file is hashed, so that
``make restore-drill`` can tell whether what comes back is what was there. Works for the embedded
mode and for a server named by DATABASE_URL alike.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config import settings
from config.embedded import EmbeddedError, running
from config.servers.software import postgres_programs

SCHEMA = "hermes-backup/1"
MANIFEST = "manifest.json"
DUMP = "database.dump"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Independent of the order of the rows; the server's own hash of each row as text.
_SUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t"
_TRIGGERS = """
    SELECT relname || '.' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND NOT tgisinternal ORDER BY 1
"""


class BackupError(RuntimeError):
    """A backup could not be made or does not hold; the message says what is wrong."""


def parameters(database: Mapping[str, Any]) -> dict[str, str]:
    """libpq's parameters of one of Django's database settings."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    names["PORT"] = "port"
    return {ours: str(database[theirs]) for theirs, ours in names.items() if database.get(theirs)}


def connect(server: Mapping[str, str], *, autocommit: bool = False) -> psycopg.Connection:
    """A connection to ``server``; times are shown in UTC, whatever the client's zone."""
    address = make_conninfo("", **server)
    return psycopg.connect(address, autocommit=autocommit, options="-c timezone=UTC")


def run_program(name: str, arguments: Sequence[str], server: Mapping[str, str]) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, unseen by ``ps``.

    Raises BackupError with what the program said.
    """
    address = make_conninfo("", **{key: server[key] for key in server if key != "password"})
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    if "password" in server:
        environment["PGPASSWORD"] = server["password"]
    done = subprocess.run(  # noqa: S603 - a program of the installed package
        [str(postgres_programs() / name), *arguments, f"--dbname={address}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {done.stderr.strip() or done.returncode}")


def contents(connection: psycopg.Connection) -> dict[str, Any]:
    """How many rows each table has, a sum over their contents, and every trigger.

    Triggers count because the audit floor must come back with the rows it guards.
    """
    counts, sums = {}, {}
    for (table,) in connection.execute(_TABLES).fetchall():
        query = sql.SQL(_SUM).format(sql.Identifier(table))
        row = cast("tuple[int, str]", connection.execute(query).fetchone())
        counts[table], sums[table] = row
    triggers = [name for (name,) in connection.execute(_TRIGGERS).fetchall()]
    return {"counts": counts, "sums": sums, "triggers": triggers}


def hashes(folder: Path) -> list[dict[str, Any]]:
    """Name, size in bytes and SHA-256 of every file of a backup, the manifest apart."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        {
            "file": str(path.relative_to(folder)),
            "bytes": path.stat().st_size,
            "sha256": digest(path),
        }
        for path in files
        if path != folder / MANIFEST
    ]


def digest(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_backup(backups: Path, cuts: Path, server: Mapping[str, str]) -> Path:
    """Make a backup under ``backups``; its folder, which appears only when complete.

    Raises BackupError or OSError and leaves nothing half made under a final name.
    """
    at = datetime.now(UTC)
    folder = backups / at.strftime("%Y%m%dT%H%M%SZ")
    unfinished = backups / f"{folder.name}.unfinished"
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        found = _dump(unfinished, server)
        # After the snapshot: a cut that the database knows has all its files by now.
        if cuts.exists():
            shutil.copytree(cuts, unfinished / "cuts")
        manifest = {
            "schema": SCHEMA,
            "made_at": at.isoformat(),
            "application": f"hermes-ecrf {settings.VERSION}",
            **found,
            "files": hashes(unfinished),
        }
        (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        return unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _dump(folder: Path, server: Mapping[str, str]) -> dict[str, Any]:
    with connect(server) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot(), version()").fetchone()
        snapshot, version = cast("tuple[str, str]", row)
        found = contents(connection)
        if not found["counts"]:
            raise BackupError("The database is empty: there is nothing to back up.")
        arguments = ["--format=custom", f"--snapshot={snapshot}", f"--file={folder / DUMP}"]
        run_program("pg_dump", arguments, server)
    return {"server": version, **found}


def main() -> int:
    """Make one backup and say where it is; 1 after an error told in a sentence."""
    os.umask(0o077)
    try:
        with running(settings.BASE_DIR):
            server = parameters(settings.DATABASES["default"])
            folder = make_backup(settings.STATE_DIR / "backups", settings.CUTS_DIR, server)
    except (BackupError, EmbeddedError, OSError, psycopg.Error) as error:
        sys.stderr.write(f"No backup was made. {error}\n")
        return 1
    manifest = json.loads((folder / MANIFEST).read_text())
    rows = sum(manifest["counts"].values())
    sys.stdout.write(
        f"{folder}\n"
        f"{rows} rows of {len(manifest['counts'])} tables, {len(manifest['files'])} files\n"
        f"SHA-256 of its manifest, to be noted elsewhere: {digest(folder / MANIFEST)}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
