"""The seal: whatever a superuser does to a copy with every trigger off is found and located."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test.utils import override_settings
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict
from pytest_django.plugin import DjangoDbBlocker

from audit import seal_log, sealing
from audit.events import record_event
from audit.findings import Finding, Findings, Kind
from audit.seal_log import Noted
from audit.tables import column_digests, fix_rendering, row_digest
from config.backup import BackupError
from config.restore_drill import check_seals
from tests.audit.sealed import Sealed, Tampered, copy_of, tampered
from tests.audit.whole_trial import commit_whole_trial
from tests.conftest import Restorer, Rows
from tests.people import AT, make_people
from trial.models import Death
from trial.operations import place_query


@pytest.fixture(scope="module")
def sealed(
    put_back: Restorer,
    _first_rows: Rows,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sealed]:
    """A whole trial under a chain of seals, made once and then only copied."""
    state = tmp_path_factory.mktemp("state")
    with django_db_blocker.unblock(), override_settings(STATE_DIR=state):
        name = str(connection.settings_dict["NAME"])
        with transaction.atomic():
            people = make_people()
        sealing.seal(at=timezone.now())
        commit_whole_trial(people)
        event("before the gap")
        event("rolled back", undone=True)
        event("after the gap")
        sealing.seal(at=timezone.now(), rows_per_seal=50)
        noted = tuple(seal_log.lines(seal_log.path()))
        connections.close_all()
        put_back.leave()
        with copy_of(put_back.dsn, name, f"{name}_sealed") as copy:
            put_back(_first_rows)
            yield Sealed(copy, noted, state)


def event(name: str, *, undone: bool = False) -> int:
    """One line of the log; undone, it leaves only a gap in the keys."""
    with transaction.atomic():
        made = record_event(name=name, actor=None, at=AT, system="test")
        transaction.set_rollback(undone)
    return made.pk


@pytest.fixture
def copy(sealed: Sealed) -> Iterator[Tampered]:
    with tampered(sealed) as found:
        yield found


def told(found: list[Finding]) -> list[tuple[str, str, int | str | None, str]]:
    """Kind, table, row and field of each."""
    return [(str(one.kind), one.table, one.key, one.field) for one in found]


@pytest.mark.requirement("R-032")
def test_what_nobody_touched_verifies_clean(copy: Tampered) -> None:
    report = copy.verified()
    assert told(list(report.findings)) == []
    assert report.clean
    assert report.seals == len(copy.noted) > 4
    assert (report.rows, report.waiting) == (
        copy.one("SELECT count(*) FROM audit_sealedrow")[0], 0,
    )  # fmt: skip


DEATH, EVENT, VISIT = "trial_historicaldeath", "audit_event", "trial_historicalvisit"


@pytest.mark.requirement("R-032")
def test_1_a_changed_answer_is_found_in_its_field(copy: Tampered) -> None:
    (key,) = copy.one(f"UPDATE {DEATH} SET cause = 'Fall' RETURNING history_id")
    live = copy.one("UPDATE trial_death SET cause = 'Fall' RETURNING participant_id")
    assert live is not None
    assert told(copy.findings()) == [("changed", DEATH, key, "cause")]


@pytest.mark.requirement("R-032")
def test_2_a_deleted_row_is_found(copy: Tampered) -> None:
    (key,) = copy.one(f"SELECT history_id FROM {VISIT} ORDER BY 1 OFFSET 3 LIMIT 1")
    copy.run(f"DELETE FROM {VISIT} WHERE history_id = %s", key)
    found = told(copy.findings())
    assert found[0] == ("deleted", VISIT, key, "")
    assert {one[1] for one in found} == {VISIT, "trial_visit"}


@pytest.mark.requirement("R-032")
@pytest.mark.parametrize("place", ["min(id) - 5", "max(id) - 1"], ids=["before", "between"])
def test_3_a_row_put_between_sealed_ones_is_found(copy: Tampered, place: str) -> None:
    (key,) = copy.one(f"SELECT {place} FROM {EVENT}")
    copy.run(
        f"INSERT INTO {EVENT} (id, at, name, role, reason, data, reveals_arm, participant,"
        " subject_type, subject_id) VALUES (%s, now(), 'note', 'x', '', '{}', false, '', '', '')",
        key,
    )
    assert told(copy.findings()) == [("inserted", EVENT, key, "")]


@pytest.mark.requirement("R-032")
@pytest.mark.parametrize("column", ["history_date", "history_recorded_at"])
def test_4_a_re_dated_row_is_found_in_the_date(copy: Tampered, column: str) -> None:
    (key,) = copy.one(
        f"UPDATE {DEATH} SET {column} = {column} - interval '1 day' RETURNING history_id"
    )
    assert told(copy.findings()) == [("re-dated", DEATH, key, column)]


@pytest.mark.requirement("R-032")
def test_5_two_rows_that_changed_places_are_found_as_such(copy: Tampered) -> None:
    low, high = copy.one(f"SELECT min(id), max(id) FROM {EVENT}")
    for old, new in ((low, 0), (high, low), (0, high)):
        copy.run(f"UPDATE {EVENT} SET id = %s WHERE id = %s", new, old)
    found = copy.findings()
    assert told(found) == [("swapped", EVENT, low, ""), ("swapped", EVENT, high, "")]
    assert f"row {high}" in found[0].says


@pytest.mark.requirement("R-032")
def test_6_a_tail_cut_off_with_its_seals_is_found(copy: Tampered) -> None:
    last = copy.noted[-1].number
    for table, (first,) in _firsts(copy, last).items():
        key = "id" if table == EVENT else "history_id"
        assert copy.run(f"DELETE FROM {table} WHERE {key} >= %s", first)
    copy.run("DELETE FROM audit_sealedrow WHERE seal_id = %s", last)
    copy.run("DELETE FROM audit_seal WHERE number = %s", last)
    assert told(copy.findings())[0] == ("chain cut", "audit_seal", last, "")
    assert "chain cut" not in {one.kind for one in copy.verified(noted=()).findings}
    by_paper = copy.verified(noted=(), expected=[Noted(last, copy.noted[-1].hash[:12])])
    assert by_paper.findings[0].kind == Kind.CHAIN_CUT


def _firsts(copy: Tampered, number: int) -> dict[str, tuple[int]]:
    found = copy.connection.execute(
        'SELECT "table", min(key) FROM audit_sealedrow WHERE seal_id = %s GROUP BY 1', [number]
    )
    return {table: (first,) for table, first in found.fetchall()}


@pytest.mark.requirement("R-032")
@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("name", "'signed-in'", "changed"),
        ("actor_id", "NULL", "changed"),
        ("participant", "'GRE-999'", "moved"),
        ("at", "at + interval '1 second'", "re-dated"),
        ("data", "data || '{\"x\": 1}'", "changed"),
    ],
)
def test_7_an_edited_event_is_found_in_its_field(
    copy: Tampered, column: str, value: str, kind: str
) -> None:
    (key,) = copy.one(f"SELECT id FROM {EVENT} ORDER BY id OFFSET 5 LIMIT 1")
    copy.run("ALTER TABLE audit_event DROP CONSTRAINT event_has_an_actor")
    copy.run(f"UPDATE {EVENT} SET {column} = {value} WHERE id = %s", key)
    assert told(copy.findings()) == [(kind, EVENT, key, column)]


@pytest.mark.requirement("R-032")
@pytest.mark.parametrize(
    "change",
    [
        "sealed_at = sealed_at - interval '1 hour'",
        "content = content - 'audit_event'",
        "content = '[]'",
        "version = '9'",
        "previous_hash = repeat('0', 64)",
        "hash = repeat('0', 64)",
    ],
)
def test_8_an_edited_seal_is_found(copy: Tampered, change: str) -> None:
    (number,) = copy.one("SELECT max(number) FROM audit_seal WHERE content ? 'audit_event'")
    copy.run("ALTER TABLE audit_seal DROP CONSTRAINT seal_is_a_link")
    assert copy.run(f"UPDATE audit_seal SET {change} WHERE number = %s", number) == 1
    found = told(copy.findings())
    assert ("seal altered", "audit_seal", number, "hash") in found
    assert found[0][:3] == ("seal altered", "audit_seal", number)


@pytest.mark.requirement("R-032")
def test_8_a_seal_without_its_row_hashes_or_with_others_is_found(copy: Tampered) -> None:
    leaf = "SELECT min(id) FROM audit_sealedrow WHERE seal_id = 3"
    copy.run(f"UPDATE audit_sealedrow SET columns = '\\x00' WHERE id = ({leaf})")
    assert ("seal altered", "audit_seal", 3, "") in told(copy.findings())
    copy.run("DELETE FROM audit_sealedrow WHERE seal_id = 3")
    assert ("seal altered", "audit_seal", 3, "") in told(copy.findings())


@pytest.mark.requirement("R-032")
def test_8_a_row_and_its_hash_altered_together_are_found_by_the_seal(copy: Tampered) -> None:
    """Somebody who knows how a row is hashed must also alter the seal, and all after it."""
    key, seal = edited(copy)
    (text,) = copy.one(f"SELECT to_jsonb(e)::text FROM {EVENT} e WHERE id = %s", key)
    (said,) = copy.one("SELECT content FROM audit_seal WHERE number = %s", seal)
    columns = said[EVENT]["columns"]
    copy.run(
        "UPDATE audit_sealedrow SET digest = %s, columns = %s WHERE \"table\" = %s AND key = %s",
        row_digest(EVENT, text), column_digests(text, columns), EVENT, key,
    )  # fmt: skip
    assert told(copy.findings()) == [("seal altered", "audit_seal", seal, "")]


def edited(copy: Tampered) -> tuple[int, int]:
    """An event whose name was altered: its key, and the number of its seal."""
    fix_rendering(copy.connection)
    key, seal = copy.one(
        f"SELECT key, seal_id FROM audit_sealedrow WHERE \"table\" = '{EVENT}'"
        " AND seal_id > 1 ORDER BY key LIMIT 1"
    )
    assert copy.run(f"UPDATE {EVENT} SET name = 'forged' WHERE id = %s", key) == 1
    return key, seal


@pytest.mark.requirement("R-032")
def test_8_a_chain_made_anew_from_some_link_on_is_not_the_one_noted(copy: Tampered) -> None:
    _, seal = edited(copy)
    copy.reseal(seal)
    assert copy.verified(noted=()).clean  # nothing inside the database contradicts it
    after = [one.number for one in copy.noted if one.number >= seal]
    assert told(copy.findings()) == [("seal altered", "audit_seal", one, "hash") for one in after]


@pytest.mark.requirement("R-032")
def test_8_a_chain_made_anew_and_the_log_taken_away_is_found(copy: Tampered) -> None:
    _, seal = edited(copy)
    copy.reseal(seal)
    last = copy.noted[-1].number
    found = copy.verified(noted=(), upto=last).findings
    assert told(list(found)) == [("not noted", "audit_seal", one, "") for one in range(1, last + 1)]
    partly = copy.verified(noted=copy.noted[: seal - 1], upto=last).findings
    assert [one.key for one in partly] == list(range(seal, last + 1))


@pytest.mark.requirement("R-032")
def test_9_a_row_moved_to_another_participant_is_found(copy: Tampered) -> None:
    (key, here) = copy.one(f"SELECT history_id, participant_id FROM {VISIT} ORDER BY 1 LIMIT 1")
    (there,) = copy.one("SELECT id FROM trial_participant WHERE id <> %s", here)
    copy.run(f"UPDATE {VISIT} SET participant_id = %s WHERE history_id = %s", there, key)
    assert told(copy.findings())[0] == ("moved", VISIT, key, "participant_id")


@pytest.mark.requirement("R-032")
def test_10_a_changed_name_of_a_person_is_found(copy: Tampered) -> None:
    (key,) = copy.one(
        "UPDATE accounts_user SET full_name = 'Ines Wirth' WHERE username = 'ines' RETURNING id"
    )
    assert told(copy.findings()) == [("changed", "accounts_user", str(key), "full_name")]


@pytest.mark.requirement("R-032")
def test_a_row_of_the_data_that_its_history_contradicts_is_found(copy: Tampered) -> None:
    (gone,) = copy.one("DELETE FROM trial_death RETURNING id")
    (key,) = copy.one(
        "UPDATE trial_visit SET window_to = window_to + 1 WHERE id ="
        " (SELECT min(id) FROM trial_visit) RETURNING id"
    )
    assert told(copy.findings()) == [
        ("deleted", "trial_death", str(gone), ""),
        ("changed", "trial_visit", str(key), "window_to"),
    ]


@pytest.mark.requirement("R-031")
def test_a_floor_that_was_lifted_is_found(copy: Tampered) -> None:
    copy.run(f"ALTER TABLE {DEATH} DISABLE TRIGGER hermes_append_only")
    copy.run("DROP TRIGGER hermes_must_be_audited ON trial_death")
    copy.run(
        "CREATE OR REPLACE FUNCTION hermes_never_deleted() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN OLD; END $$"
    )
    found = copy.findings()
    assert told(found) == [
        ("floor lifted", "functions", None, "hermes_never_deleted"),
        ("floor lifted", "trial_death", None, ""),
        ("floor lifted", DEATH, None, ""),
    ]


LOCKED = (
    "DROP TRIGGER hermes_locked ON trial_death;"
    " CREATE TRIGGER hermes_locked BEFORE {} ON trial_death FOR EACH ROW {} EXECUTE FUNCTION {}"
)
PLACE = place_query(Death, "participant")


@pytest.mark.requirement("R-031", "R-043")
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE trial_death DISABLE TRIGGER hermes_locked",
        LOCKED.format("INSERT OR UPDATE", "", "hermes_harmless()"),
        LOCKED.format("INSERT OR UPDATE", "", f"hermes_locked('{PLACE} WHERE false')"),
        LOCKED.format("INSERT OR UPDATE", "WHEN (false)", f"hermes_locked('{PLACE}')"),
        LOCKED.format("INSERT", "", f"hermes_locked('{PLACE}')"),
    ],
    ids=["off", "another function", "another argument", "a condition", "other events"],
)
def test_a_lock_trigger_that_is_off_or_another_is_found(copy: Tampered, change: str) -> None:
    copy.run(
        "CREATE FUNCTION hermes_harmless() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NEW; END $$"
    )
    copy.run(LOCKED.format("INSERT OR UPDATE", "", f"hermes_locked('{PLACE}')"))
    assert copy.findings() == []
    copy.run(change)
    assert told(copy.findings()) == [("floor lifted", "trial_death", None, "")]


@pytest.mark.requirement("R-031", "R-043")
def test_functions_and_triggers_of_every_app_are_compared(copy: Tampered) -> None:
    copy.run("ALTER TABLE outcomes_nihssrecord DISABLE TRIGGER hermes_locked")
    copy.run("ALTER TABLE trial_lock DISABLE TRIGGER hermes_locking")
    copy.run("ALTER TABLE exports_datacut DISABLE TRIGGER hermes_cut_is_final")
    for name in ("hermes_locked()", "hermes_locking()", "hermes_refuse_locked(int8, int8, int8)"):
        copy.run(f"ALTER FUNCTION {name} SET search_path = elsewhere, public")
    copy.run("CREATE SCHEMA elsewhere")
    copy.run(
        "CREATE FUNCTION elsewhere.hermes_close_gate(participant bigint) RETURNS void"
        " LANGUAGE sql AS ''"
    )
    assert [one[1:] for one in told(copy.findings())] == [
        ("exports_datacut", None, ""),
        ("functions", None, "hermes_close_gate"),
        ("functions", None, "hermes_locked"),
        ("functions", None, "hermes_locking"),
        ("functions", None, "hermes_refuse_locked"),
        ("outcomes_nihssrecord", None, ""),
        ("trial_lock", None, ""),
    ]


@pytest.mark.requirement("R-032")
def test_a_column_added_later_is_left_out_and_one_taken_away_is_told(copy: Tampered) -> None:
    for table in ("trial_death", DEATH):
        copy.run(f"ALTER TABLE {table} ADD COLUMN autopsy boolean DEFAULT false")
    assert copy.findings() == []
    for table in ("trial_death", DEATH):
        copy.run(f"ALTER TABLE {table} DROP COLUMN cause")
    assert told(copy.findings()) == [("deleted", DEATH, None, "cause")]
    copy.run(f"UPDATE {DEATH} SET died_on = '2026-02'")
    copy.run("UPDATE trial_death SET died_on = '2026-02'")
    assert [one.field for one in copy.findings()] == ["died_on", "cause"]


@pytest.mark.requirement("R-032")
def test_findings_are_counted_beyond_those_that_are_kept() -> None:
    findings = Findings()
    for key in range(3000, 0, -1):
        findings.add(Finding(EVENT, key, "", Kind.DELETED, "gone", key))
    assert [one.key for one in findings.sorted()] == list(range(1, 501))
    assert findings.total() == 3000


@pytest.mark.requirement("R-032", "R-081")
def test_the_restore_drill_verifies_the_copy(sealed: Sealed, settings: Any) -> None:
    settings.STATE_DIR = sealed.state
    server = {name: str(value) for name, value in conninfo_to_dict(sealed.copy).items()}
    check_seals(server)
    options = "-c session_replication_role=replica"
    with psycopg.connect(sealed.copy, options=options, autocommit=True) as superuser:
        superuser.execute(b"UPDATE trial_site SET name = name || 'x' WHERE code = 'GRE'")
        with pytest.raises(BackupError, match=r"CHANGED: trial_site, row \d+, field name"):
            check_seals(server)
        superuser.execute(b"UPDATE trial_site SET name = left(name, -1) WHERE code = 'GRE'")
    check_seals(server)


@pytest.mark.requirement("R-032", "R-081")
def test_the_drill_needs_every_seal_of_the_copy_in_the_log_where_there_is_one(
    sealed: Sealed, settings: Any, tmp_path: Path
) -> None:
    server = {name: str(value) for name, value in conninfo_to_dict(sealed.copy).items()}
    settings.STATE_DIR = tmp_path
    check_seals(server)  # another machine
    first = sealed.noted[0]
    seal_log.append(first.number, first.hash, AT)
    with pytest.raises(BackupError, match="NOT NOTED: audit_seal, row 2"):
        check_seals(server)
