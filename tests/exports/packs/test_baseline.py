"""Every cell of the baseline of both packs, computed once more from the cut's CSV files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest

from analysis.tables import fixed
from exports.packs.figures.pack import Pack
from tests.exports.packs.reading import Files, cells, table

pytestmark = pytest.mark.requirement("R-056")
ARMS = ("control", "cells")  # groups A and B
FLAGS = {"": "", "0": "no", "1": "yes"}


def measured(files: Files) -> dict[str, dict[str, float]]:
    """The numbers by measure and participant."""
    ages = {one["participant"]: float(one["age_at_consent"]) for one in files.people}
    waits = {
        one["participant"]: float(
            (date.fromisoformat(one["randomized_on"]) - date.fromisoformat(one["index_on"])).days
        )
        for one in files.people
    }
    scores = {
        row["participant"]: float(row["total"])
        for row in files.rows("nihss")
        if row["visit"] == "V0" and row["total"]
    }
    return {"Age": ages, "NIHSS": scores, "Days": waits}


def answered(files: Files) -> dict[str, dict[str, str]]:
    """The words by characteristic and participant, those that are known."""
    history = files.rows("demographics")

    def of(column: str, words: dict[str, str] | None = None) -> dict[str, str]:
        found = {row["participant"]: row[column] for row in history}
        return {who: words[value] if words else value for who, value in found.items() if value}

    return {
        "Sex": {one["participant"]: one["sex"] for one in files.people},
        "Side of the infarct": of("infarct_side"),
        "Arterial territory": of("territory"),
        "Intravenous thrombolysis": of("thrombolysis", FLAGS),
        "Mechanical thrombectomy": of("thrombectomy", FLAGS),
        "mRS grade before this stroke": of("prestroke_mrs"),
    }


def spread(values: Iterable[float]) -> tuple[str, str]:
    """How many, and median and quartiles by another library."""
    known = [*values]
    low, middle, high = (fixed(float(q), 1) for q in np.percentile(known, (25, 50, 75)))
    return str(len(known)), f"{middle} ({low} to {high})"


def test_the_numbers_of_everybody(files: Files, opened: Pack) -> None:
    wanted = measured(files)
    shown = {name.split(",")[0].split()[0]: row for name, row in cells(opened, "baseline").items()}
    assert shown == {name: spread(values.values()) for name, values in wanted.items()}


def test_the_numbers_of_each_group(files: Files, closed: Pack) -> None:
    wanted = measured(files)
    shown = {name.split(",")[0].split()[0]: row for name, row in cells(closed, "baseline").items()}
    assert shown == {
        name: tuple(
            cell
            for arm in ARMS
            for cell in spread(value for who, value in values.items() if files.arm[who] == arm)
        )
        for name, values in wanted.items()
    }


def test_the_characteristics_of_each_group(files: Files, closed: Pack) -> None:
    wanted = set()
    for words, answers in answered(files).items():
        for value in set(answers.values()):
            row: list[str] = []
            for arm in ARMS:
                known = [answers[who] for who in answers if files.arm[who] == arm]
                count = known.count(value)
                row += [f"{count} of {len(known)}", fixed(100 * count / len(known), 1)]
            wanted.add((words, value, *row))
    rows = table(closed, "baseline_words").rows
    assert set(rows) == wanted
    assert len(rows) == len(wanted)
