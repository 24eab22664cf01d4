"""Stata: what pandas and ReadStat read back is what the CSV holds, labels included."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from pandas.io.stata import StataReader

from exports.errors import UnfitForFormat
from exports.formats import dta
from exports.tables import Column
from tests.exports.formats.made_tables import (
    ROWS,
    SCORES,
    VISITS,
    cells,
    frozen,
    made,
    of_one,
)
from tests.exports.formats.reading_back import as_cell, expected

pytestmark = pytest.mark.requirement("R-061", "R-062")


def by_pandas(path: Path) -> list[dict[str, Any]]:
    """The rows as pandas reads them, codes as numbers."""
    frame = pd.read_stata(path, convert_categoricals=False)
    return [
        {str(name): None if value is pd.NaT else value for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def test_pandas_reads_back_what_the_csv_holds(tmp_path: Path) -> None:
    list(dta.write(frozen(tmp_path / "cut")))
    found = [
        {one.name: as_cell(row[one.name], one) for one in SCORES.columns}
        for row in by_pandas(tmp_path / "cut" / "dta" / "scores.dta")
    ]
    assert found == expected(cells(tmp_path / "cut" / "scores.csv"), SCORES.columns)


def test_the_labels_are_those_of_the_codebook(tmp_path: Path) -> None:
    list(dta.write(frozen(tmp_path / "cut")))
    with StataReader(tmp_path / "cut" / "dta" / "scores.dta") as reader:
        labels, sets = reader.variable_labels(), reader.value_labels()
        assert reader.data_label == SCORES.title
    assert labels == {one.name: one.label for one in SCORES.columns} | {"visit_n": "Visit code"}
    assert sets == {
        "visit_n": {number: words for number, (_, words) in enumerate(VISITS, start=1)},
        "grade": {0: "No symptoms", 1: "Symptoms, no disability", 6: "Dead"},
        "done": {0: "No", 1: "Yes"},
    }


def test_codes_that_are_words_have_their_numbers_beside_them(tmp_path: Path) -> None:
    list(dta.write(frozen(tmp_path / "cut")))
    frame = pd.read_stata(tmp_path / "cut" / "dta" / "scores.dta")
    words = dict(VISITS)
    assert [words.get(code) for code in frame["visit"]] == [
        None if pd.isna(label) else label for label in frame["visit_n"]
    ]
    held = {row["name"]: row["holds"] for row in cells(tmp_path / "cut" / "dta" / "crosswalk.csv")}
    assert held["visit_n"] == "the column's codes as numbers: 1 = V0; 2 = M1; 3 = M24"


def test_readstat_agrees(tmp_path: Path) -> None:
    list(dta.write(frozen(tmp_path / "cut")))
    frame, meta = pyreadstat.read_dta(tmp_path / "cut" / "dta" / "scores.dta")
    assert list(frame["remark"]) == [row["remark"] or "" for row in ROWS]
    assert frame["signed_at"][1] == datetime(1959, 12, 31, 23, 59, 59)  # noqa: DTZ001 - the format has no zones
    assert meta.creation_time == datetime(2027, 3, 12, 10, 14)  # noqa: DTZ001 - nor has the header
    assert meta.original_variable_types["assessed_on"] == "%td"
    assert meta.original_variable_types["signed_at"] == "%tc"
    assert meta.column_names_to_labels["total_of_all_others"] == SCORES.columns[4].label


@pytest.mark.parametrize("length", [2045, 2046, 70_000])
def test_text_of_any_length_is_held(tmp_path: Path, length: int) -> None:
    texts = ["ä" * (length // 2), None, "short", " \n\t'-kept ", "ä" * (length // 2) + "x"]
    at_hand = of_one(tmp_path / "cut", Column("remark", "Remark"), *texts)
    (path, _) = (at_hand.folder / one.name for one in dta.write(at_hand))
    assert [row["remark"] or None for row in by_pandas(path)] == texts
    frame, _ = pyreadstat.read_dta(path)
    assert [text or None for text in frame["remark"]] == texts


def test_names_and_labels_that_do_not_fit_are_in_the_crosswalk_and_the_file(
    tmp_path: Path,
) -> None:
    column = Column("x" * 33, "A label – " + "w" * 80, "integer")
    at_hand = of_one(tmp_path / "cut", column, 1)
    list(dta.write(at_hand))
    _, meta = pyreadstat.read_dta(at_hand.folder / "dta" / "t.dta")
    assert meta.column_names == ["participant", "x" * 32]
    assert meta.column_labels[1] == "A label – " + "w" * 67 + "..."
    line = cells(at_hand.folder / "dta" / "crosswalk.csv")[1]
    assert (line["column"], line["label"]) == (column.name, column.label)
    assert column.label.encode() in (at_hand.folder / "dta" / "t.dta").read_bytes()


@pytest.mark.parametrize("name", ["if", "in", "with", "_n", "long"])
def test_a_word_of_statas_own_is_no_name(tmp_path: Path, name: str) -> None:
    at_hand = of_one(tmp_path / "cut", Column(name, "L"), "a")
    list(dta.write(at_hand))
    assert set(by_pandas(at_hand.folder / "dta" / "t.dta")[0]) == {"participant", f"{name}_"}


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        made(at_hand, list(dta.write(at_hand)))
        for at_hand in (frozen(tmp_path / "one"), frozen(tmp_path / "two"))
    )
    assert first == second
    assert len(pd.read_stata(tmp_path / "one" / "dta" / "empty_for_now.dta")) == 0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (Column("größe", "R"), "x", "not one of Stata's"),
        (Column("str8", "R"), "x", "not one of Stata's"),
        (Column("n", "R", "integer"), 2**53 + 1, "too large"),
        (Column("n", "R", "integer"), -(2**53) - 1, "too large"),
        (Column("n", "R", "choice", values=((2**31 - 20, "Label"),)), 1, "too large"),
        (Column("n", "R", "choice", values=((1, "x" * 32_001),)), 1, "too long"),
    ],
)
def test_what_it_cannot_hold_is_refused_by_table_and_column(
    tmp_path: Path, column: Column, value: object, words: str
) -> None:
    with pytest.raises(UnfitForFormat, match=words) as refused:
        list(dta.write(of_one(tmp_path / "cut", column, value)))
    assert column.name in str(refused.value)
