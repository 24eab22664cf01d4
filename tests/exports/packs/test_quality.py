"""Data quality, the plan and the meeting before in the open pack: computed once more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from analysis.cut import read_cut
from analysis.tables import fixed
from exports.packs.figures import pack
from exports.packs.figures.changes import FIRST, Before
from exports.packs.figures.laboratory import NONE
from exports.packs.figures.pack import Pack
from exports.packs.figures.suppressing import MARK
from tests.analysis.cut_builder import VISITS, write_cut
from tests.exports.packs.made_cut import SETTING, pack_tables
from tests.exports.packs.reading import CUT_OFF, Files, agrees, alone, cells, pair

pytestmark = pytest.mark.requirement("R-056")
LABELS = {code: label for code, label, _ in VISITS}
PLANNED = set(LABELS)
REQUIRED = {"nihss": {"V0", "M6"}, "mrs": {"V0", "M6", "M24"}}


def test_visits_due_done_and_outside_their_window(files: Files, opened: Pack) -> None:
    printed, outside = cells(opened, "visits"), 0
    for code in PLANNED:
        mine = files.due({code})
        done = [row for row in mine if row["status"] == "done"]
        late = sum(row["out_of_window"] == "1" for row in done)
        outside += late
        assert printed[LABELS[code]][:4] == pair(len(done), len(mine))
        assert printed[LABELS[code]][4] == MARK
    assert cells(opened, "deviations")["Visits outside their window"][0] == alone(outside)


def test_deviations(files: Files, opened: Pack) -> None:
    due = files.due(PLANNED)
    wanted = sum(len(files.due(visits)) for visits in REQUIRED.values())
    printed = cells(opened, "deviations")
    unfit = sum(person["eligible"] == "0" for person in files.people)
    assert printed["Randomized though a criterion is not met"] == (
        alone(unfit), f"{len(files.people)} randomized"
    )  # fmt: skip
    missed = sum(row["status"] == "missed" for row in due)
    assert printed["Visits said to be missed"] == (alone(missed), f"{len(due)} visits due")
    assert printed["Required forms said to be not done"] == ("under 3", f"{wanted} forms due")


@pytest.mark.parametrize(
    ("form", "label"), [("nihss", "NIHSS total"), ("mrs", "Modified Rankin Scale")]
)
def test_forms_received_and_outcomes_measured(
    files: Files, opened: Pack, form: str, label: str
) -> None:
    wanted = {(row["participant"], row["visit"]) for row in files.due(REQUIRED[form])}
    complete = [row for row in files.rows(form) if row["status"] == "complete"
                and (row["participant"], row["visit"]) in wanted]  # fmt: skip
    measured = sum(bool(row["total"]) for row in complete)
    assert cells(opened, "forms")[SETTING.titles[form]] == pair(len(complete), len(wanted))
    assert cells(opened, "outcomes")[label] == pair(measured, len(wanted))


def test_queries_by_age_and_verification(files: Files, opened: Pack) -> None:
    counts: Counter[str] = Counter()
    shown = [row for row in files.rows("queries") if row["tells_arm"] == "0"]
    for row in shown:
        waited = (date.fromisoformat(CUT_OFF) - date.fromisoformat(row["opened_at"][:10])).days
        words = "up to 7 days" if waited <= 7 else "8 to 30 days"
        words = f"Waiting {words if waited <= 30 else 'more than 30 days'}"
        counts["Closed" if row["status"] == "closed" else words] += 1
    assert counts["Closed"] == 9
    agrees(opened, "queries", counts)
    found = [row for row in files.rows("sdv") if row["visit"] != "INF"]
    asked = [row for row in found if row["planned"] != "0"]
    items, verified = (sum(int(row[name]) for row in asked) for name in ("planned", "verified"))
    printed = cells(opened, "sdv")
    assert printed["Items"] == pair(verified, items)
    whole = sum(row["verified"] == row["planned"] for row in asked)
    assert printed["Forms, everything planned in them"] == pair(whole, len(asked))


def test_enrolment_against_the_plan_and_the_numbers_of_the_infusions(
    files: Files, opened: Pack
) -> None:
    printed = cells(opened, "enrolment_pace")
    assert printed["Randomized by the cut-off"] == (str(len(files.people)),)
    assert (
        printed["Planned by the cut-off, at an even pace"] == printed["Planned in all"] == ("30",)
    )
    given = [row for row in files.rows("treatment") if row["infused_on"]]
    start = {person["participant"]: person["randomized_on"] for person in files.people}
    waits = [(date.fromisoformat(row["infused_on"])
              - date.fromisoformat(start[row["participant"]])).days for row in given]  # fmt: skip
    doses = cells(opened, "doses")
    for words, values in (
        ("Days from randomization to infusion", waits),
        ("Cells given, millions", [float(row["cells_millions"]) for row in given]),
        ("Viability, %", [float(row["viability_percent"]) for row in given]),
        ("Volume, mL", [float(row["volume_ml"]) for row in given]),
    ):
        assert doses[words][0] == str(len(values))
        assert doses[words][1].split(" ")[0] == fixed(median(values), 1)


def test_halfway_the_planned_number_is_half(files: Files) -> None:
    facts = read_cut(files.folder)
    slow = pack.open_pack(facts, replace(SETTING, months=72), [])
    first = min(person["randomized_on"] for person in files.people)
    days = (date.fromisoformat(CUT_OFF) - date.fromisoformat(first)).days
    by_now = cells(slow, "enrolment_pace")["Planned by the cut-off, at an even pace"]
    assert by_now == (str(int(30 * days / 30.4375 / 72)),)


def test_changes_since_the_meeting_before(files: Files, opened: Pack, tmp_path: Path) -> None:
    assert FIRST in _section(opened, "Changes since the last meeting")
    tables = pack_tables()
    old = {name: rows for name, rows in tables.items() if name not in {"queries.csv", "sdv.csv"}}
    # Five were not there yet, and nothing of them.
    late = {f"GRE-{number:03d}" for number in range(27, 32)}
    for name, rows in old.items():
        old[name] = [row for row in rows if row.get("participant") not in late]
    then = write_cut(tmp_path / "then", old, as_of="2028-06-30T00:00:00Z", cut="CUT-0000")
    before = Before("DSMB-01", "2028-07-01", read_cut(then))
    now = pack.open_pack(read_cut(files.folder), SETTING, ["said"], before)
    printed = cells(now, "changes")
    left = [event for event in files.events if event["participant"] not in late]
    for words, was, now_is in (
        ("Consented", 26, 31),
        ("Adverse events", len(left), len(files.events)),
        ("Serious adverse events", sum(e["serious"] == "1" for e in left),
         sum(e["serious"] == "1" for e in files.events)),
        ("Infusion given", sum(bool(day) for who, day in files.infused.items() if who not in late),
         sum(bool(day) for day in files.infused.values())),
    ):  # fmt: skip
        small = abs(now_is - was) < 3
        wanted = (MARK, str(now_is), "under 3") if small else (
            str(was), str(now_is), f"{now_is - was:+d}"
        )  # fmt: skip
        assert printed[words] == wanted, words
    assert printed["Deaths"] == ("under 3", "under 3", "under 3")
    sentences = _section(now, "Changes since the last meeting")
    assert any("CUT-0000" in str(part) for part in sentences)
    assert any("as it was then" in str(part) for part in sentences)


def test_laboratory_values_are_counted_where_the_protocol_has_a_form_for_them(
    opened: Pack, tmp_path: Path
) -> None:
    assert NONE in _section(opened, "Clinically significant laboratory values")
    tables = pack_tables()
    tables["lab.csv"] = [
        {"participant": person["participant"], "visit": "V0", "status": "complete",
         "creatinine": 300, "creatinine_significant": int(number < 4),
         "alanine_significant": int(number < 2)}
        for number, person in enumerate(tables["participants.csv"])
    ]  # fmt: skip
    cut = read_cut(write_cut(tmp_path / "lab", tables))
    printed = cells(pack.open_pack(cut, replace(SETTING, laboratory=("lab",)), []), "laboratory")
    assert printed == {"Creatinine": ("4", "4"), "Alanine": ("under 3", MARK)}


def test_a_cut_of_before_there_were_queries_in_it_says_so(tmp_path: Path) -> None:
    tables = {name: rows for name, rows in pack_tables().items()
              if name not in {"queries.csv", "sdv.csv"}}  # fmt: skip
    made = pack.open_pack(read_cut(write_cut(tmp_path / "old", tables)), SETTING, [])
    assert not {"queries", "sdv"} & {one.name for one in made.tables}
    assert any("before cuts had queries" in str(one) for one in _section(made, "Data quality"))


def _section(of: Pack, title: str) -> list[object]:
    return [part for head, parts in of.sections if head == title for part in parts]
