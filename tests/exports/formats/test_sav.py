"""SPSS: what two independent readers read back is what the CSV holds, labels included."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars_readstat
import pyreadstat
import pytest

from exports.errors import UnfitForFormat
from exports.formats import sav
from exports.tables import Column
from tests.exports.formats.made_tables import (
    EMPTY,
    GRADES,
    SCORES,
    VISITS,
    cells,
    frozen,
    made,
    of_one,
)
from tests.exports.formats.reading_back import as_cell, expected

pytestmark = pytest.mark.requirement("R-061", "R-062")


def by_polars(path: Path) -> list[dict[str, Any]]:
    """The rows as polars-readstat reads them, codes as they are."""
    return list(polars_readstat.read_readstat(str(path)).to_dicts())


def test_polars_reads_back_what_the_csv_holds(tmp_path: Path) -> None:
    list(sav.write(frozen(tmp_path / "cut")))
    found = [
        {one.name: as_cell(row[one.name], one) for one in SCORES.columns}
        for row in by_polars(tmp_path / "cut" / "sav" / "scores.sav")
    ]
    assert found == expected(cells(tmp_path / "cut" / "scores.csv"), SCORES.columns)


def test_readstat_agrees_and_finds_the_labels(tmp_path: Path) -> None:
    list(sav.write(frozen(tmp_path / "cut")))
    path = tmp_path / "cut" / "sav" / "scores.sav"
    frame, meta = pyreadstat.read_sav(path)
    found = [
        {one.name: as_cell(_none(row[one.name]), one) for one in SCORES.columns}
        for row in frame.astype(object).to_dict("records")
    ]
    assert found == expected(cells(tmp_path / "cut" / "scores.csv"), SCORES.columns)
    assert meta.column_names_to_labels == {one.name: one.label for one in SCORES.columns}
    assert meta.variable_value_labels == {
        "visit": dict(VISITS), "grade": dict(GRADES), "done": {0: "No", 1: "Yes"},
    }  # fmt: skip
    assert (meta.file_label, meta.file_encoding) == (SCORES.title, "UTF-8")
    assert meta.creation_time == datetime(2027, 3, 12, 10, 14, 5)  # noqa: DTZ001 - the header has no zone
    assert meta.original_variable_types["assessed_on"] == "DATE11"
    assert meta.original_variable_types["signed_at"] == "DATETIME20"
    assert meta.variable_measure["grade"] == "nominal"
    assert meta.variable_measure["total_of_all_items"] == "scale"


def _none(value: Any) -> Any:
    return None if value != value else value  # noqa: PLR0124 - nothing and no day differ from themselves


@pytest.mark.parametrize("length", [8, 9, 254, 255, 256, 504, 505, 511, 3000, 32_767])
def test_text_of_every_length_is_held(tmp_path: Path, length: int) -> None:
    texts = ["ä" * (length // 2) + "x" * (length % 2), None, " \n\t'-kept", "y" * length]
    at_hand = of_one(tmp_path / "cut", Column("remark", "Remark"), *texts)
    (path, _) = (at_hand.folder / one.name for one in sav.write(at_hand))
    assert [row["remark"] or None for row in by_polars(path)] == texts
    frame, _ = pyreadstat.read_sav(path)
    assert [text or None for text in frame["remark"]] == texts


def test_codes_of_more_than_eight_letters_are_labelled(tmp_path: Path) -> None:
    values = (("release_failed", "Release test failed"), ("no", "µ – ok"))
    column = Column("reason", "Why", "choice", values=values)
    at_hand = of_one(tmp_path / "cut", column, "no", None, "release_failed")
    list(sav.write(at_hand))
    frame, meta = pyreadstat.read_sav(at_hand.folder / "sav" / "t.sav")
    assert list(frame["reason"]) == ["no", "", "release_failed"]
    labels: dict[str, Any] = meta.variable_value_labels
    assert labels == {"reason": dict(values)}


def test_what_does_not_fit_is_in_the_crosswalk(tmp_path: Path) -> None:
    at_hand = of_one(tmp_path / "cut", Column("by", "A label – " + "ä" * 130, "integer"), 1)
    list(sav.write(at_hand))
    _, meta = pyreadstat.read_sav(at_hand.folder / "sav" / "t.sav")
    line = cells(at_hand.folder / "sav" / "crosswalk.csv")[1]
    assert (line["column"], line["name"]) == ("by", "by_")
    assert meta.column_names_to_labels["by_"] == line["label_in_file"]
    assert str(line["label_in_file"]).endswith("ä...")
    assert line["label"] == "A label – " + "ä" * 130


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        made(at_hand, list(sav.write(at_hand)))
        for at_hand in (frozen(tmp_path / "one"), frozen(tmp_path / "two"))
    )
    assert first == second
    frame, meta = pyreadstat.read_sav(tmp_path / "one" / "sav" / "empty_for_now.sav")
    assert (len(frame), meta.column_labels) == (0, [one.label for one in EMPTY.columns])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (Column("remark", "R"), "x" * 32_768, "text of over 32767 bytes"),
        (Column("remark", "R"), "kept? ", "ends in a blank"),
        (Column("größe", "R"), "x", "not one of SPSS's"),
        (Column("_n", "R"), "x", "not one of SPSS's"),
        (Column("n", "R", "integer"), 2**53 + 1, "too large"),
        (Column("n", "R", "choice", values=((1, "x" * 121),)), 1, "value label is over 120"),
    ],
)
def test_what_it_cannot_hold_is_refused_by_table_and_column(
    tmp_path: Path, column: Column, value: object, words: str
) -> None:
    with pytest.raises(UnfitForFormat, match=words) as refused:
        list(sav.write(of_one(tmp_path / "cut", column, value)))
    assert column.name in str(refused.value)
