"""Adverse events without immortal time: every count once more by plain loops over the tables."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.cut import read_cut
from analysis.event_classes import in_classes
from analysis.event_rates import Observed, anchors, counted_from
from analysis.study import Study, analyse
from tests.analysis.cut_builder import BARE, Tables, known_tables, write_cut

pytestmark = pytest.mark.requirement("R-065")
Files = dict[str, bytes]
DAYS = {"6 months": 183, "2 years": 731}


TABLES = known_tables()
"""Of the known cut; not to be changed."""


@pytest.fixture(scope="module")
def results(report: Files) -> dict[str, Any]:
    """The numbers of the known cut's report."""
    found: dict[str, Any] = json.loads(report["results.json"])
    return found


def facts() -> tuple[dict[str, int], dict[str, int], Mapping[str, dict[str, str]]]:
    """By participant: days observed from inclusion, day of the infusion; groups by set."""
    ends, infused = {}, {}
    treated = {row["participant"]: row for row in TABLES["treatment.csv"]}
    for row in TABLES["participants.csv"]:
        code, start = row["participant"], row["consented_on"]
        days = [(row[n] - start).days for n in ("died_on", "withdrawn_on", "lost_on") if row[n]]
        ends[code] = min([*days, 10_000])
        if treated[code]["infused_on"]:
            infused[code] = (treated[code]["infused_on"] - start).days
    groups = {
        "as_treated": {code: row["received"] for code, row in treated.items()},
        "itt": {row["participant"]: row["arm"] for row in TABLES["allocation.csv"]},
    }
    return ends, infused, groups


def counted(anchor: str, horizon: str, chosen: str, group: str, *, serious: bool) -> dict[str, Any]:
    """Participants, events and years from an anchor, by the rules in words."""
    ends, infused, groups = facts()
    middle, last = round(statistics.median(infused.values())), max(infused.values())
    common = {"inclusion": 0, "infusion": middle, "landmark": last}[anchor]
    n = events = days = 0
    having = set()
    for code, place in groups[chosen].items():
        first = infused.get(code, common) if anchor == "infusion" else common
        final = DAYS[horizon] + (first if anchor == "infusion" else 0)
        if place != group or ends[code] < first:
            continue
        n += 1
        days += max(0, min(ends[code], final) - first)
        for event in TABLES["adverse_events.csv"]:
            day = event["days_from_inclusion"]
            if event["participant"] != code or day == "" or (serious and not event["serious"]):
                continue
            if first <= day <= final:
                events += 1
                having.add(code)
    return {"n": n, "events": events, "participants": len(having), "years": days / 365.25}


def test_it_counts_what_plain_loops_count(results: dict[str, Any]) -> None:
    told = results["adverse_events_by_anchor"]
    assert len(told) == 3 * 2 * 2 * 2 * 2
    for row in told:
        mine = counted(
            row["counted_from"],
            row["horizon"],
            row["analysis_set"],
            row["group"],
            serious=row["serious_only"],
        )
        assert {key: row[key] for key in ("n", "events", "participants")} == {
            key: mine[key] for key in ("n", "events", "participants")
        }
        assert row["person_years"] == pytest.approx(mine["years"], rel=1e-5)


def test_from_inclusion_it_is_the_published_count(results: dict[str, Any]) -> None:
    told = {
        (row["horizon"], row["group"]): row["events"]
        for row in results["adverse_events_by_anchor"]
        if row["counted_from"] == "inclusion"
        and row["analysis_set"] == "as_treated"
        and not row["serious_only"]
    }
    assert list(told.values()) == [10, 12, 16, 24]


def test_the_split_gives_time_before_the_infusion_to_the_not_infused(
    results: dict[str, Any],
) -> None:
    ends, infused, _ = facts()
    for row in results["adverse_events_split_at_infusion"]:
        last = DAYS[row["horizon"]]
        after = sum(max(0, min(ends[c], last) - day) for c, day in infused.items())
        total = sum(min(end, last) for end in ends.values())
        assert row["infused"]["person_years"] == pytest.approx(after / 365.25, rel=1e-5)
        rest = row["not_infused"]["person_years"]
        assert rest == pytest.approx((total - after) / 365.25, rel=1e-5)
        mine = [
            event
            for event in TABLES["adverse_events.csv"]
            if event["days_from_inclusion"] != ""
            and 0 <= event["days_from_inclusion"] <= last
            and (event["serious"] or not row["serious_only"])
        ]
        emergent = sum(event["phase"] == "treatment_emergent" for event in mine)
        assert row["infused"]["events"] == emergent
        assert row["not_infused"]["events"] == len(mine) - emergent
        assert row["phase_unknown"] == 0


def test_who_left_before_the_landmark_is_not_counted(tmp_path: Path, tables: Tables) -> None:
    early = tables["participants.csv"][1]
    early["withdrawn_on"] = early["consented_on"]

    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE)))
    observed = Observed(study.events, study.people, study.as_of)
    by_code = {one.code: one for one in anchors(study.people)}
    sizes = {
        code: {
            found.group.code: found.n
            for found in counted_from(
                by_code[code], study.sets[:1], study.manifest.protocol.horizons[:1], observed
            )
        }
        for code in by_code
    }

    assert sizes["inclusion"] == {"cells": 16, "control": 15}
    assert sizes["infusion"] == sizes["landmark"] == {"cells": 16, "control": 14}


def test_without_an_infusion_there_is_inclusion_alone(blinded_study: Study) -> None:
    assert [one.code for one in anchors(blinded_study.people)] == ["inclusion"]


def test_coded_events_are_counted_by_class_and_term(tmp_path: Path, tables: Tables) -> None:
    places = {"Fall": ("Injury", "Fall"), "Seizure": ("Nervous system", "Seizure")}
    for row in tables["adverse_events.csv"]:
        row["soc"], row["pt"] = places.get(row["term"], ("", ""))

    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE)))
    horizon = study.manifest.protocol.horizons[1]
    years = {(one.code, group.code): 2.5 for one in study.sets for group in one.groups}
    found = in_classes(study.events, study.sets, horizon, years)

    received = {row["participant"]: row["received"] for row in tables["treatment.csv"]}
    for soc, term, words in (
        ("Injury", "", "Fall"),
        ("Injury", "Fall", "Fall"),
        ("Nervous system", "Seizure", "Seizure"),
        ("Not coded", "infection", "Urinary infection"),
    ):
        for group in ("cells", "control"):
            mine = [
                row["participant"]
                for row in tables["adverse_events.csv"]
                if row["term"] == words
                and row["days_from_inclusion"] != ""
                and 0 <= row["days_from_inclusion"] <= horizon.days
                and received[row["participant"]] == group
            ]
            (told,) = (
                one
                for one in found
                if (one.soc, one.term, one.group.code, one.analysis_set.code)
                == (soc, term, group, "as_treated")
            )
            assert (told.rate.events, told.share.successes) == (len(mine), len(set(mine)))
            assert told.rate.value == len(mine) / 2.5
    assert {one.soc for one in found} == {"Injury", "Nervous system", "Not coded"}


def test_what_is_withheld_is_not_taken_for_a_class(tmp_path: Path, tables: Tables) -> None:
    for row in tables["adverse_events.csv"]:
        row["soc"] = row["pt"] = "withheld"

    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE)))

    years = {(one.code, group.code): 1.0 for one in study.sets for group in one.groups}
    found = in_classes(study.events, study.sets, study.manifest.protocol.horizons[0], years)
    assert {one.soc for one in found} == {"Not coded"}
