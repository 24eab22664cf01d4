"""The table of participants: by the database and by hand the same bytes, whatever is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from exports import participants
from exports.formats import copied_csv, tidy_csv
from exports.scope import Scope
from exports.tables import Table
from tests.builders import eligible, enrolled
from tests.exports.test_catalogue import described
from tests.exports.test_copied_csv import nothing
from tests.people import AT, People
from tests.stage import once
from trial import services
from trial.models import Participant

LATER = AT + timedelta(days=200)
# The last day before, and the day of: consent, death, signature, withdrawal, last contact.
DAYS = (0, 1, 27, 28, 38, 39, 47, 48, 60, 61)
SCOPES = (
    Scope(),
    Scope(sites=("LYO",)),
    Scope(randomized=True),
    *(Scope(until=date(2026, 2, 1) + timedelta(days=days)) for days in DAYS),
    Scope(until=date(2026, 3, 31), sites=("GRE",)),
)


@once
def everybody(people: People) -> list[Participant]:
    """Signed, died in a month or a year, withdrew twice, lost, consented again, and nothing."""
    found = [eligible(people), eligible(people), enrolled(people), enrolled(people)]
    found.append(enrolled(people, site=people.lyon, sex="M", year_of_birth=1970))
    who: dict[str, Any] = {"actor": people.ines, "at": LATER}
    services.record_death(participant=found[0], died_on="2026-03", cause="Stroke", **who)
    services.record_death(participant=found[1], died_on="2026", cause="Stroke", **who)
    for day, scope in ((5, "treatment"), (31, "follow_up"), (20, "follow_up")):
        services.record_withdrawal(
            participant=found[2], withdrawn_on=date(2026, 3, 1) + timedelta(days=day),
            scopes=[scope], reason="", **who,
        )  # fmt: skip
    services.record_loss(
        participant=found[3], last_contact_on=date(2026, 4, 3), attempts="Called", **who
    )
    return found


def by_hand(scope: Scope, table: Table, folder: Path) -> bytes:
    """The file as the product writes it from rows of its own."""
    tidy_csv.write(folder / table.file, table.columns, participants.rows(scope), nothing)
    return (folder / table.file).read_bytes()


def by_the_server(scope: Scope, table: Table, folder: Path) -> bytes:
    """The file as PostgreSQL writes it."""
    copied_csv.write(folder / table.file, table.columns, participants.selection(scope), nothing)
    return (folder / table.file).read_bytes()


@pytest.mark.requirement("R-061")
def test_both_ways_give_the_same_bytes(
    people: People, everybody: list[Participant], tmp_path: Path
) -> None:
    table, seen = described(people, blinded=True)["participants.csv"], set()
    for number, scope in enumerate(SCOPES):
        folders = [tmp_path / f"{way}{number}" for way in ("hand", "server")]
        for folder in folders:
            folder.mkdir()
        written = by_hand(scope, table, folders[0])
        assert written == by_the_server(scope, table, folders[1]), scope
        seen.add(written)
    # Nobody; five days on which something happened; one site; the other up to a day.
    assert len(seen) == 8


@pytest.mark.requirement("R-061")
def test_a_protocol_of_free_functions_gets_the_same_table_by_hand(
    people: People, everybody: list[Participant], monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = described(people, blinded=True)["participants.csv"]
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.by_function")
    free = described(people, blinded=True)["participants.csv"]
    assert declared.select is not None
    assert free.select is None
    assert free.count() == declared.count() == len(everybody)
    by_function = [dict(row) for row in free.rows()]
    monkeypatch.undo()
    assert by_function == [dict(row) for row in declared.rows()]
    assert {row["eligible"] for row in by_function} == {True, None}
