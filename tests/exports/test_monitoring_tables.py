"""Queries and verification in a cut: what hangs where, what holds, and nothing for the blinded."""

from __future__ import annotations

import pytest

from audit.acts import act
from exports import monitoring_table
from exports.errors import IncompleteCut
from exports.formats.tidy_csv import cell
from exports.monitoring_table import QUERIES, SDV
from monitoring import services
from tests.builders import enrolled, saved, visit_of
from tests.exports.test_catalogue import described
from tests.monitoring.marked import changed, verified
from tests.monitoring.test_query_pages import hidden_query
from tests.people import AT, People
from tests.safety.reports import reported
from tests.stage import once
from trial.models import Record


@once
def record(people: People) -> Record:
    """A complete NIHSS with three queries: on it, on a hidden visit, on the participant's event."""
    nihss = saved(enrolled(people), "V0", "nihss", people, face=2)
    hidden_query(people, nihss)
    event = reported(people, nihss.participant)
    for about in ({"visit": nihss.visit, "form": "nihss", "item": "face"},
                  {"adverse_event": event}):  # fmt: skip
        services.open_query(participant=nihss.participant, text="Is it so?", actor=people.mona,
                            at=AT, **about)  # fmt: skip
    return nihss


@pytest.mark.requirement("R-061")
@pytest.mark.requirement("R-017")
def test_queries_stand_where_they_hang_and_one_that_tells_an_arm_in_no_blinded_cut(
    people: People, record: Record
) -> None:
    seen = list(described(people, blinded=True)[QUERIES].rows())
    told = list(described(people, blinded=False)[QUERIES].rows())
    assert [(row["query"], row["visit"], row["item"], row["ae_number"]) for row in seen] == [
        ("1", "V0", "face", None), ("2", None, "", 1),
    ]  # fmt: skip
    assert [(row["query"], row["tells_arm"], row["asked_by"]) for row in told] == [
        ("1", False, "person"), ("2", False, "person"), ("T1", True, "check"),
    ]  # fmt: skip
    assert {row["status"] for row in told} == {"open"}
    for row in told:
        assert not {"Is it so?", "Infused?"} & {str(value) for value in row.values()}


@pytest.mark.requirement("R-061")
def test_verification_counts_what_the_plan_asks_and_what_holds_now(
    people: People, record: Record
) -> None:
    def found() -> dict[str, object]:
        (row,) = described(people, blinded=True)[SDV].rows()
        return dict(row)

    planned = found()["planned"]
    assert isinstance(planned, int)
    assert planned > 0
    assert (found()["verified"], found()["whole"]) == (0, False)
    verified(record, people)
    assert (found()["verified"], found()["whole"], found()["outdated"]) == (planned, True, 0)
    changed(record, people, face=1)
    assert (found()["verified"], found()["outdated"], found()["version"]) == (0, 1, 2)


def test_a_record_of_a_hidden_visit_is_in_the_unblinded_cut_only(
    people: People, record: Record
) -> None:
    with act(actor=people.nils, at=AT):
        Record.objects.create(
            participant=record.participant, visit=visit_of(record.participant, "INF"),
            form="vitals", form_version="1", status="complete", assessed_on=AT.date(),
        )  # fmt: skip
    for blinded, wanted in ((True, ["V0"]), (False, ["V0", "INF"])):
        rows = described(people, blinded=blinded)[SDV].rows()
        assert sorted((str(row["visit"]) for row in rows), reverse=True) == wanted


def test_every_cell_is_of_its_columns_kind_and_counted(people: People, record: Record) -> None:
    for blinded in (True, False):
        for name in (QUERIES, SDV):
            table = described(people, blinded=blinded)[name]
            rows = list(table.rows())
            assert len(rows) == table.count()
            for row in rows:
                assert all(isinstance(cell(row[one.name], one.kind), str) for one in table.columns)


def test_without_a_source_no_cut_is_made(monkeypatch: pytest.MonkeyPatch, people: People) -> None:
    monkeypatch.setattr(monitoring_table, "_source", [])
    with pytest.raises(IncompleteCut, match="Nobody said"):
        described(people, blinded=True)[QUERIES].count()
