"""Backups that prove themselves, and drills that notice when one does not."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.backup import (
    DUMP,
    MANIFEST,
    BackupError,
    connect,
    contents,
    digest,
    make_backup,
    parameters,
)
from config.embedded import EmbeddedPostgres
from config.restore_drill import drill, newest, read_manifest
from config.servers.roles import APPLICATION, OWNER, grant

Server = dict[str, str]
MAKE = """
    CREATE TABLE kept (n int, said text);
    INSERT INTO kept SELECT n, 'row ' || n FROM generate_series(1, 100) AS n;
    CREATE TABLE empty (n int);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER floor BEFORE UPDATE OR DELETE ON kept EXECUTE FUNCTION refuse();
"""
UNMAKE = """
    DROP TABLE IF EXISTS kept, empty, more;
    DROP SEQUENCE IF EXISTS closed;
    DROP FUNCTION refuse;
"""


@pytest.fixture(scope="module")
def one_server(serving: EmbeddedPostgres) -> Server:
    """One server for the file, as the superuser meets it."""
    found = {"USER": "postgres", "HOST": serving.folders.socket, "PORT": 5432}
    return parameters({**found, "NAME": "hermes"})


@pytest.fixture
def server(one_server: Server) -> Iterator[Server]:
    """It holds what ``MAKE`` makes, and afterwards nothing of what a test did to it."""
    with connect({**one_server, "user": OWNER}) as connection:
        connection.execute(MAKE)
        grant(connection, APPLICATION)
    yield {**one_server, "user": APPLICATION}
    with connect(one_server) as connection:
        connection.execute(UNMAKE)
    assert databases(one_server) == ["hermes", "postgres", "template0", "template1"]


@pytest.fixture
def cuts(tmp_path: Path) -> Path:
    folder = tmp_path / "cuts" / "CUT-0001"
    folder.mkdir(parents=True)
    (folder / "nihss.csv").write_text("participant,total\n")
    return folder.parent


@pytest.fixture
def backup(tmp_path: Path, server: Server, cuts: Path) -> Path:
    return make_backup(tmp_path / "backups", cuts, server)


def as_superuser(server: Server) -> Server:
    return {**server, "user": "postgres"}


def databases(server: Server) -> list[str]:
    with connect(as_superuser(server)) as connection:
        rows = connection.execute("SELECT datname FROM pg_database ORDER BY datname").fetchall()
    return [name for (name,) in rows]


@pytest.mark.requirement("R-081")
def test_it_backs_up_rows_triggers_and_cuts_with_their_hashes(backup: Path, server: Server) -> None:
    manifest = json.loads((backup / MANIFEST).read_text())
    assert manifest["counts"] == {"kept": 100, "empty": 0}
    assert manifest["triggers"] == ["kept.floor"]
    assert {entry["file"] for entry in manifest["files"]} == {DUMP, "cuts/CUT-0001/nihss.csv"}
    for entry in manifest["files"]:
        assert entry["sha256"] == digest(backup / entry["file"])
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700


@pytest.mark.requirement("R-081")
def test_it_restores_what_was_there_and_leaves_nothing_behind(backup: Path, server: Server) -> None:
    before = databases(server)
    manifest, rights_tried = drill(backup, as_superuser(server), OWNER, APPLICATION)
    assert manifest["counts"]["kept"] == 100
    assert rights_tried
    assert databases(server) == before
    with connect(server) as connection:
        assert contents(connection)["counts"] == {"kept": 100, "empty": 0}


@pytest.mark.parametrize("name", [DUMP, "cuts/CUT-0001/nihss.csv"])
def test_it_notices_a_file_that_changed(backup: Path, name: str) -> None:
    with (backup / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(BackupError, match=f"missing, new or changed: {name}"):
        read_manifest(backup)


def test_it_notices_files_that_came_and_went(backup: Path) -> None:
    (backup / "cuts" / "CUT-0001" / "nihss.csv").rename(backup / "elsewhere.csv")
    with pytest.raises(BackupError, match=r"changed: cuts/CUT-0001/nihss\.csv, elsewhere\.csv"):
        read_manifest(backup)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("INSERT INTO kept VALUES (101, 'more')", r"rows differ:\s+kept: 100 .* 101 restored"),
        ("UPDATE kept SET said = 'other' WHERE n = 7", r"contents differ:\s+kept: "),
        (
            "CREATE TABLE more (n int); ALTER TABLE more OWNER TO hermes",
            r"rows differ:\s+more: none backed up, 0 restored",
        ),
        ("DROP TRIGGER floor ON kept", r"triggers differ:\s+kept\.floor: 1 backed up, none"),
    ],
)
def test_it_notices_a_dump_that_is_not_what_was_counted(
    server: Server, cuts: Path, backup: Path, statement: str, told: str
) -> None:
    with connect(as_superuser(server), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())
    other = make_backup(backup.parents[1] / "later", cuts, server)
    manifest = json.loads((backup / MANIFEST).read_text())
    changed = {**json.loads((other / MANIFEST).read_text())}
    changed.update({key: manifest[key] for key in ("counts", "sums", "triggers")})
    (other / MANIFEST).write_text(json.dumps(changed))
    before = databases(server)
    with pytest.raises(BackupError, match=told):
        drill(other, as_superuser(server), OWNER, APPLICATION)
    assert databases(server) == before


@pytest.mark.requirement("R-031")
def test_it_notices_that_the_restored_tables_belong_to_the_application(
    backup: Path, server: Server
) -> None:
    with pytest.raises(BackupError, match="role hermes has wrong rights: it owns empty, it owns"):
        drill(backup, as_superuser(server), APPLICATION, APPLICATION)


def test_it_says_that_no_rights_were_tried_where_the_server_has_no_such_role(
    backup: Path, server: Server
) -> None:
    assert drill(backup, as_superuser(server), OWNER, "nobody_here")[1] is False


def test_it_makes_no_backup_of_nothing(tmp_path: Path, server: Server, cuts: Path) -> None:
    with pytest.raises(BackupError, match="database is empty"):
        make_backup(tmp_path / "backups", cuts, {**as_superuser(server), "dbname": "postgres"})
    assert list((tmp_path / "backups").iterdir()) == []


def test_it_says_why_a_dump_failed(tmp_path: Path, server: Server, cuts: Path) -> None:
    with connect(as_superuser(server), autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE closed")
    with pytest.raises(BackupError, match=r"pg_dump failed: .*\"closed\""):
        make_backup(tmp_path / "backups", cuts, server)
    assert list((tmp_path / "backups").iterdir()) == []


def test_it_drills_the_newest_complete_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no backup"):
        newest(tmp_path)
    for name in ("20260101T000000Z", "20270101T000000Z", "20280101T000000Z.unfinished"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).touch()
    assert newest(tmp_path).name == "20270101T000000Z"
