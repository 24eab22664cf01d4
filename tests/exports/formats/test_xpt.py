"""SAS transport v5: what pandas and ReadStat read back is what the CSV holds, names as told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.errors import UnfitForFormat
from exports.formats import xpt
from exports.tables import Column
from tests.exports.formats.made_tables import EMPTY, SCORES, cells, frozen, made, of_one
from tests.exports.formats.reading_back import as_cell, expected

pytestmark = pytest.mark.requirement("R-061", "R-062")
SAS_DAY = date(1960, 1, 1)
PANDAS_ZERO = 16.0**-65


def names(at_hand: Any) -> dict[str, dict[str, str]]:
    """By data set: the column behind each variable's name, as the crosswalk has it."""
    found: dict[str, dict[str, str]] = {}
    for line in cells(at_hand.folder / "xpt" / "crosswalk.csv"):
        found.setdefault(str(line["table"]), {})[str(line["name"])] = str(line["column"])
    return found


def test_pandas_reads_back_what_the_csv_holds(tmp_path: Path) -> None:
    at_hand = frozen(tmp_path / "cut")
    list(xpt.write(at_hand))
    called = names(at_hand)["scores.csv"]
    columns = {column.name: column for column in SCORES.columns}
    found = [
        {
            called[name]: as_cell(value, columns[called[name]], epoch=SAS_DAY)
            for name, value in row.items()
        }
        for row in _read_by_pandas(tmp_path / "cut" / "xpt" / "scores.xpt")
    ]
    assert found == expected(cells(tmp_path / "cut" / "scores.csv"), SCORES.columns)


def _read_by_pandas(path: Path) -> list[dict[str, Any]]:
    frame = pd.read_sas(path, format="xport", encoding="utf-8")
    return [
        {str(name): _value(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _value(value: Any) -> Any:
    # pandas reads the zero of IBM as the smallest number there is.
    if isinstance(value, float) and abs(value) == PANDAS_ZERO:
        return 0.0
    return None if value is pd.NaT else value


def test_readstat_reads_the_names_labels_and_formats(tmp_path: Path) -> None:
    at_hand = frozen(tmp_path / "cut")
    list(xpt.write(at_hand))
    frame, meta = pyreadstat.read_xport(tmp_path / "cut" / "xpt" / "scores.xpt")
    assert (meta.table_name, meta.file_label) == ("SCORES", "Every kind of column")
    assert meta.column_names == [
        "PARTICIP", "VISIT", "GRADE", "TOTAL_OF", "TOTAL_O2", "DONE", "ASSESSED", "ONSET",
        "SIGNED_A", "REMARK", "NOTHING", "NO_NUMBE",
    ]  # fmt: skip
    assert meta.column_labels[3:5] == [
        "Total: the sum of every one of the it...",
        "Total of the others - half a point's...",
    ]
    assert meta.original_variable_types["ASSESSED"] == "DATE9"
    assert meta.original_variable_types["SIGNED_A"] == "DATETIME20"
    assert list(frame["ASSESSED"])[:2] == [date(2026, 2, 28), date(1924, 2, 29)]
    full = {line["name"]: line for line in cells(tmp_path / "cut" / "xpt" / "crosswalk.csv")}
    assert full["TOTAL_OF"]["label"] == SCORES.columns[3].label
    assert full["TOTAL_OF"]["label_in_file"] == meta.column_labels[3]
    assert full["TOTAL_OF"]["dataset"] == "SCORES"


def test_a_table_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    list(xpt.write(frozen(tmp_path / "cut")))
    frame, meta = pyreadstat.read_xport(tmp_path / "cut" / "xpt" / "empty_for_now.xpt")
    assert (len(frame), meta.table_name) == (0, "EMPTY_FO")
    assert meta.column_labels == [column.label for column in EMPTY.columns]


def test_two_runs_give_the_same_bytes_and_name_the_instant_of_the_cut(tmp_path: Path) -> None:
    first, second = (
        made(at_hand, list(xpt.write(at_hand)))
        for at_hand in (frozen(tmp_path / "one"), frozen(tmp_path / "two"))
    )
    assert first == second
    assert first["xpt/scores.xpt"].count(b"12MAR27:10:14:05") == 4
    assert {len(content) % 80 for name, content in first.items() if name.endswith("xpt")} == {0}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-70, max_value=1e70)))
def test_a_double_is_held_to_its_last_bit(values: list[float]) -> None:
    import pyarrow as pa

    from exports.formats.xport import Variable, _Column

    both = np.array([*values, *(-value for value in values), 0.0])
    column = _Column("t", Variable("x", "X", ""), pa.float64())
    held = np.frombuffer(column.fill(pa.array(both)).astype(">u8").tobytes(), dtype=">u8")
    assert [_of_ibm(int(bits)) for bits in held] == list(both)


def _of_ibm(bits: int) -> float:
    """An IBM double read by its definition, apart from what wrote it."""
    sign = -1 if bits >> 63 else 1
    return float(sign * Decimal(bits & (2**56 - 1)) * Decimal(16) ** ((bits >> 56 & 127) - 78))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (Column("remark", "R"), "x" * 201, "text of over 200 characters"),
        (Column("remark", "R"), "été", "not plain ASCII"),
        (Column("remark", "R"), "a\u00a0b", "not plain ASCII"),
        (Column("remark", "R"), "kept? ", "ends in a blank"),
        (Column("remark", "Größe in µ – 漢"), "x", "no form in ASCII"),
        (Column("remark", "R", "integer"), 2**53 + 1, "too large"),
        (Column("9th", "R"), "x", "not of SAS transport"),
        (Column("größe", "R"), "x", "not of SAS transport"),
        (Column("remark", "R", "decimal"), Decimal("1E-80"), "cannot hold"),
        (Column("remark", "R", "decimal"), Decimal("0.12345678901234567890"), "more digits"),
    ],
)
def test_what_it_cannot_hold_is_refused_by_table_and_column(
    tmp_path: Path, column: Column, value: object, words: str
) -> None:
    with pytest.raises(UnfitForFormat, match=words) as refused:
        list(xpt.write(of_one(tmp_path / "cut", column, value)))
    assert column.name in str(refused.value)
    assert str(refused.value).startswith("t")
    assert str(value) not in str(refused.value)
