"""Sealing while others write: nobody is kept waiting, nothing is lost, nothing slips in below."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from audit import seal_log, sealing
from audit.events import record_event
from audit.findings import Report
from audit.models import Event, Seal, SealedRow
from audit.tables import sealed_tables
from audit.tasks import seal as seal_task
from audit.tasks import verify as verify_task
from audit.verifying import VERIFIED, verify_here
from tests.people import AT

pytestmark = pytest.mark.requirement("R-032")


@pytest.fixture(autouse=True)
def state(settings: Any, tmp_path: Path, committed: None) -> Path:
    """A log of seals of this test's own."""
    settings.STATE_DIR = tmp_path
    return tmp_path


def event(name: str = "note") -> int:
    """One line of the log."""
    return record_event(name=name, actor=None, at=AT, system="test").pk


def sealed(**how: Any) -> Seal:
    """Everything settled, sealed."""
    found = sealing.seal(at=timezone.now(), **how)
    assert found is not None
    return found


def verified() -> Report:
    """A verification that leaves no line."""
    return verify_here(note=False)


def covered() -> set[int]:
    """The events under a seal."""
    found = SealedRow.objects.filter(table="audit_event")
    return set(found.values_list("key", flat=True))


@pytest.fixture
def other(superuser_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else, in a transaction of their own."""
    with psycopg.connect(superuser_dsn) as found:
        yield found
        found.rollback()


def write(other: psycopg.Connection[Any]) -> int:
    """A line of the log, not committed yet."""
    row = other.execute(
        "INSERT INTO audit_event (at, name, role, reason, data, reveals_arm, participant,"
        " subject_type, subject_id) VALUES (now(), 'slow', 'x', '', '{}', false, '', '', '')"
        " RETURNING id"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_seal_covers_all_there_is_and_names_the_one_before() -> None:
    event()
    first = sealed()
    event()
    second = sealed()
    assert (first.number, first.previous_hash) == (1, "")
    assert (second.number, second.previous_hash) == (2, first.hash)
    assert covered() == set(Event.objects.values_list("pk", flat=True))
    assert second.content["audit_event"]["count"] == 1
    assert verified().clean


def test_nothing_new_makes_no_seal() -> None:
    event()
    assert sealed() == sealed()
    assert Seal.objects.count() == 1


def test_a_seal_covers_the_tables_of_every_audited_model() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid"
            " WHERE tgname = 'hermes_gate'"
        )
        gated = {name for (name,) in cursor.fetchall()}
    assert {table.name for table in sealed_tables()} == gated


def test_a_backlog_becomes_several_seals_and_stays_clean_after_more_work() -> None:
    for _ in range(25):
        event()
    assert sealed(rows_per_seal=10).number == 3
    event()
    assert verified().waiting == 1
    assert sealed().number == 4
    report = verified()
    assert (report.clean, report.rows, report.waiting) == (True, 26, 0)


def test_a_long_transaction_is_waited_for_and_never_overtaken(
    other: psycopg.Connection[Any],
) -> None:
    slow, quick = write(other), event()
    assert slow < quick
    with pytest.raises(sealing.NotSettled):
        sealing.seal(at=timezone.now(), patience=0)
    assert covered() == set()
    assert sealing.seal_if_settled(at=timezone.now(), patience=0) is None
    event()  # the sealer keeps nobody waiting
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_sealed_elsewhere)
        other.commit()
        waiting.result(timeout=20)
    assert {slow, quick} <= covered()
    assert verified().clean


def _sealed_elsewhere() -> None:
    try:
        sealing.seal(at=timezone.now())
    finally:
        connection.close()


def test_a_transaction_that_began_after_the_sealing_does_not_hold_it_up(
    other: psycopg.Connection[Any],
) -> None:
    event()
    sealed()
    write(other)
    other.rollback()
    event()
    assert sealed(patience=0).number == 2


def test_writers_and_sealers_at_once_lose_nothing_and_make_one_chain() -> None:
    def written() -> list[int]:
        try:
            return [event() for _ in range(15)]
        finally:
            connection.close()

    def sealed_often() -> None:
        try:
            for _ in range(5):
                sealing.seal(at=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(written) for _ in range(4)]
        sealers = [pool.submit(sealed_often) for _ in range(2)]
        keys = {key for one in writers for key in one.result(timeout=60)}
        for one in sealers:
            one.result(timeout=60)
    sealed()
    assert covered() == keys
    assert len(keys) == 60
    numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert [line.number for line in seal_log.lines(seal_log.path())] == numbers
    assert verified().clean


def test_an_interrupted_sealing_leaves_nothing_half_written(superuser_dsn: str) -> None:
    keys = [event() for _ in range(15)]
    table = "ALTER TABLE audit_sealedrow"
    with psycopg.connect(superuser_dsn, autocommit=True) as superuser:
        superuser.execute(f"{table} ADD CONSTRAINT breaks_off CHECK (key < {keys[-1]})".encode())
        try:
            with pytest.raises(psycopg.errors.CheckViolation):
                sealing.seal(at=timezone.now(), rows_per_seal=10)
        finally:
            superuser.execute(f"{table} DROP CONSTRAINT breaks_off".encode())
    assert (Seal.objects.count(), SealedRow.objects.count()) == (1, 10)
    assert sealed().number == 2
    assert [line.number for line in seal_log.lines(seal_log.path())] == [1, 2]
    assert verified().clean


def test_sealing_is_no_part_of_a_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        sealing.seal(at=timezone.now())


def test_a_disk_that_is_full_stops_no_seal_and_the_next_one_notes_both() -> None:
    event()
    assert sealed().number == 1
    kept = seal_log.path().rename(seal_log.path().with_name("kept"))
    seal_log.path().mkdir()
    event()
    assert sealed().number == 2
    seal_log.path().rmdir()
    kept.rename(seal_log.path())
    event()
    assert sealed().number == 3
    assert [line.number for line in seal_log.lines(seal_log.path())] == [1, 2, 3]
    assert verified().clean


def test_a_line_of_the_log_cut_short_by_a_crash_is_passed_over_and_swallows_none() -> None:
    event()
    newest = sealed()
    with seal_log.path().open("a") as log:
        log.write("2 abcdef")
    assert seal_log.newest() == (1, newest.hash)
    assert [line.hash for line in seal_log.lines(seal_log.path())] == [newest.hash]
    assert verified().clean
    event()
    sealed()
    assert [line.number for line in seal_log.lines(seal_log.path())] == [1, 2]
    assert verified().clean


@pytest.mark.parametrize("left", ["", None], ids=["emptied", "deleted"])
def test_a_log_that_is_lost_is_found_and_never_made_from_the_chain_by_itself(
    left: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        event()
        sealed()
    seal_log.path().unlink()
    if left is not None:
        seal_log.path().write_text(left)
    assert [(one.kind, one.key) for one in verified().findings] == [
        ("not noted", 1),
        ("not noted", 2),
    ]
    event()
    assert sealed().number == 3  # the chain itself goes on
    assert "is not continued: it is gone or empty" in caplog.text
    assert list(seal_log.lines(seal_log.path())) == []
    assert verified().total == 3


def test_a_log_that_ends_otherwise_than_the_chain_is_not_continued(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event()
    sealed()
    kept = f"1 {'0' * 64} x\n"
    seal_log.path().write_text(kept)
    event()
    assert sealed().number == 2
    assert "its last line is seal 1:000000000000" in caplog.text
    assert seal_log.path().read_text() == kept


def test_a_new_log_is_begun_with_a_reason_that_stands_in_the_trail(state: Path) -> None:
    for _ in range(2):
        event()
        sealed()
    seal_log.path().write_text(f"9 {'0' * 64} x\n")
    with pytest.raises(CommandError, match="Say why"):
        call_command("audit_seal", "--new-log", " ", stdout=StringIO())
    call_command("audit_seal", "--new-log", "Restored from Friday", stdout=StringIO())
    assert verified().clean
    assert [line.number for line in seal_log.lines(seal_log.path())] == [1, 2, 3]
    told = Event.objects.get(name=sealing.LOG_BEGUN)
    assert (told.reason, told.data["seal"]) == ("Restored from Friday", 2)
    (aside,) = (state / "seals").glob("seals.log.*")
    assert aside.read_text().startswith("9 0000")


def test_the_commands_seal_verify_and_take_a_printed_hash() -> None:
    event()
    out = StringIO()
    call_command("audit_seal", stdout=out)
    printed = out.getvalue().strip()
    assert printed == f"1:{Seal.objects.get().hash}"
    out = StringIO()
    call_command("audit_verify", "--expect", printed[:14], stdout=out)
    assert out.getvalue().startswith("Everything is as it was sealed: 1 rows under 1 seals; 0")
    noted = Event.objects.get(name=VERIFIED)
    assert noted.data == {"seal": 1, "hash": Seal.objects.get().hash, "findings": 0}
    assert json.dumps(noted.data).count("rows") == 0
    with pytest.raises(CommandError, match="no seal"):
        call_command("audit_verify", "--expect", "one")


def test_the_command_fails_and_says_what_was_tampered_with() -> None:
    event()
    sealed()
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("audit_verify", "--read-only", "--expect", f"1:{'0' * 64}", stdout=out)
    assert stopped.value.code == 1
    assert "SEAL ALTERED: audit_seal, row 1, field hash" in out.getvalue()
    assert not Event.objects.filter(name=VERIFIED).exists()


def test_beat_seals_and_verifies(settings: Any) -> None:
    event()
    assert seal_task() == 1
    assert verify_task() == 0
    asked = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {seal_task.name, verify_task.name} <= asked
