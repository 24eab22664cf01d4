"""Adverse events by horizon: counted once, from inclusion, by received treatment and allocation."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.cut import read_cut
from analysis.errors import CutRefused
from analysis.events import Tally, left_out, phase_table
from analysis.people import read_people
from analysis.study import Study, analyse
from tests.analysis.cut_builder import BARE, Tables, write_cut

pytestmark = pytest.mark.requirement("R-065")


def counts(study: Study, analysis: str) -> dict[tuple[str, str], Tally]:
    return {(t.horizon.label, t.group.code): t for t in study.tallies[analysis]}


def frame_of(tables: Tables) -> pd.DataFrame:
    """Events joined to allocation and treatment, by pandas and not by the module."""
    events = pd.DataFrame(tables["adverse_events.csv"])
    events["day"] = pd.to_numeric(events["days_from_inclusion"])
    for name in ("allocation.csv", "treatment.csv"):
        events = events.merge(pd.DataFrame(tables[name]), on="participant")
    return events


def test_it_counts_events_by_treatment_received(study: Study) -> None:
    found = {key: tally.events for key, tally in counts(study, "as_treated").items()}

    assert found == {
        ("6 months", "cells"): 10,
        ("6 months", "control"): 12,
        ("2 years", "cells"): 16,
        ("2 years", "control"): 24,
    }


@pytest.mark.parametrize(("analysis", "column"), [("as_treated", "received"), ("itt", "arm")])
def test_it_agrees_with_a_count_by_other_means(
    study: Study, tables: Tables, analysis: str, column: str
) -> None:
    events = frame_of(tables)
    for (horizon, group), found in counts(study, analysis).items():
        last = {"6 months": 183, "2 years": 731}[horizon]
        mine = events[(events[column] == group) & events["day"].between(0, last)]
        serious = mine[mine["serious"] == 1]
        assert found.events == len(mine)
        assert found.participants == mine["participant"].nunique()
        assert found.serious_events == len(serious)
        assert found.serious_participants == serious["participant"].nunique()


def test_it_gives_rates_per_participant(study: Study) -> None:
    found = counts(study, "as_treated")

    assert found["6 months", "cells"].per_participant == pytest.approx(10 / 16)
    assert found["6 months", "control"].per_participant == pytest.approx(12 / 15)
    assert found["2 years", "cells"].per_participant == pytest.approx(16 / 16)
    assert found["2 years", "control"].per_participant == pytest.approx(24 / 15)


def test_it_keeps_the_total_whatever_the_set(study: Study) -> None:
    for horizon in ("6 months", "2 years"):
        totals = {
            analysis: sum(
                t.events for (by, _), t in counts(study, analysis).items() if by == horizon
            )
            for analysis in ("as_treated", "itt")
        }
        assert totals["as_treated"] == totals["itt"]


def test_it_stops_the_clock_at_death_withdrawal_and_loss(study: Study, tables: Tables) -> None:
    stops = {}
    for row in tables["participants.csv"]:
        ends = [row[name] for name in ("died_on", "withdrawn_on", "lost_on") if row[name]]
        last = min([*ends, row["consented_on"] + timedelta(days=731)])
        stops[row["participant"]] = (last - row["consented_on"]).days
    found = counts(study, "itt")

    total = found["2 years", "cells"].person_years + found["2 years", "control"].person_years
    assert total == pytest.approx(sum(stops.values()) / 365.25)
    assert min(stops.values()) < 731


def test_it_stops_the_clock_at_the_cut(study: Study) -> None:
    person = study.people["GRE-001"]
    assert person.consented_on is not None

    assert person.observed_days(person.consented_on + timedelta(days=9), 183) == 9
    assert person.observed_days(date(2020, 1, 1), 183) == 0


@pytest.mark.parametrize(("known", "days"), [("2027-09", 1), ("2027-09-20", 20), ("2027", 0)])
def test_it_stops_the_clock_at_the_first_day_a_death_can_mean(
    tmp_path: Path, tables: Tables, known: str, days: int
) -> None:
    tables["participants.csv"][0] |= {"died_on": known, "consented_on": "2027-08-31"}
    tables["participants.csv"][0]["index_on"] = "2027-08-30"

    person = read_people(read_cut(write_cut(tmp_path, tables)))[0]

    assert person.observed_days(date(2029, 1, 1), 731) == days


@pytest.mark.parametrize("known", ["20", "2027-13", "2027-3", "March 2027", "2027-02-30"])
def test_it_refuses_a_death_it_cannot_date(tmp_path: Path, tables: Tables, known: str) -> None:
    tables["participants.csv"][0]["died_on"] = known

    with pytest.raises(CutRefused, match="is no date, month or year"):
        read_people(read_cut(write_cut(tmp_path, tables)))


def test_it_says_what_it_does_not_count(study: Study) -> None:
    said = left_out(study.events, study.manifest.protocol.horizons, study.members)

    assert "Events with onset before inclusion are not counted: 1." in said
    assert "Events with onset after the last horizon are not counted: 1." in said
    assert "Events without a usable onset date are not counted: 1." in said
    assert "Events of participants outside the analysis set are not counted: 0." in said


def test_it_leaves_out_events_of_those_never_randomized(tmp_path: Path, tables: Tables) -> None:
    stranger = dict(tables["participants.csv"][0]) | {"participant": "GRE-099", "randomized": 0}
    tables["participants.csv"].append(stranger | {"randomized_on": ""})
    event = dict(tables["adverse_events.csv"][0]) | {"participant": "GRE-099"}
    tables["adverse_events.csv"].append(event)

    study = analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE)))

    assert counts(study, "as_treated")["6 months", "cells"].events == 10
    said = left_out(study.events, study.manifest.protocol.horizons, study.members)
    assert "Events of participants outside the analysis set are not counted: 1." in said


def test_it_shows_immortal_time_apart(study: Study, tables: Tables) -> None:
    chosen = study.sets[0]
    horizons = study.manifest.protocol.horizons
    table = phase_table(chosen, horizons, study.events, study.people, study.as_of)
    events = frame_of(tables)
    within = events[events["day"].between(0, 731) & (events["received"] == "cells")]

    found = {(row[0], row[1], row[2]): int(row[4]) for row in table.rows}

    assert (
        found["2 years", "Treated", "before infusion"] == (within["phase"] == "pre_infusion").sum()
    )
    emergent = (within["phase"] == "treatment_emergent").sum()
    assert found["2 years", "Treated", "from infusion on"] == emergent
    assert found["2 years", "Control", "never infused"] == 24
    assert found["2 years", "Treated", "before infusion"] > 0


def test_it_splits_the_time_of_the_treated_at_infusion(study: Study, tables: Tables) -> None:
    chosen, horizons = study.sets[0], study.manifest.protocol.horizons[:1]
    table = phase_table(chosen, horizons, study.events, study.people, study.as_of)
    started = {row["participant"]: row["consented_on"] for row in tables["participants.csv"]}
    before = sum(
        (row["infused_on"] - started[row["participant"]]).days
        for row in tables["treatment.csv"]
        if row["infused_on"]
    )

    years = {row[2]: row[6] for row in table.rows if row[1] == "Treated"}

    assert years["before infusion"] == f"{before / 365.25:.1f}"


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("days_from_inclusion", "soon", "'soon' is no number"),
        ("days_from_inclusion", "inf", "'inf' is no number"),
        ("serious", "yes", "'yes' is no 0 or 1"),
    ],
)
def test_it_refuses_a_cell_it_cannot_read(
    tmp_path: Path, tables: Tables, column: str, cell: Any, words: str
) -> None:
    tables["adverse_events.csv"][4][column] = cell

    with pytest.raises(CutRefused, match=f"Column {column}, row 6: {words}"):
        analyse(read_cut(write_cut(tmp_path, tables, protocol=BARE)))
