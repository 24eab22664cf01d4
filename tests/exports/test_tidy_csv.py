"""Tidy CSV: what is written is what was there, and no spreadsheet computes any of it."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.formats.tidy_csv import UnfitCellError, cell, guarded, line, unguarded, write
from exports.tables import Column, Kind, Row

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DANGEROUS = st.builds(str.__add__, st.sampled_from((*FORMULAS, "'", "'=", "''-")), TEXTS)


@pytest.mark.requirement("R-062")
@given(TEXTS | DANGEROUS)
def test_it_writes_no_text_that_a_spreadsheet_would_compute(text: str) -> None:
    assert not guarded(text).startswith(FORMULAS)


@given(TEXTS | DANGEROUS)
def test_it_gives_a_guarded_text_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.lists(st.tuples(TEXTS | DANGEROUS, st.integers(-1000, 1000)), max_size=8))
def test_it_is_read_back_as_it_was_whatever_the_text(rows: list[tuple[str, int]]) -> None:
    written = "".join(line((cell(text, "text"), cell(number, "integer"))) for text, number in rows)
    read = csv.reader(io.StringIO(written, newline=""), strict=True)
    assert [(unguarded(text), int(number)) for text, number in read] == rows


@given(st.integers(max_value=-1))
def test_it_leaves_a_negative_number_alone(number: int) -> None:
    assert cell(number, "integer") == str(number)
    assert cell(Decimal(number), "decimal") == str(number)


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (None, "text", ""),
        (None, "boolean", ""),
        ("", "text", ""),
        (True, "boolean", "1"),
        (False, "boolean", "0"),
        (Decimal("1E+2"), "decimal", "100"),
        (Decimal("-0.30"), "decimal", "-0.30"),
        (7, "decimal", "7"),
        (date(2027, 3, 12), "date", "2027-03-12"),
        ("2027-03", "partial", "2027-03"),
        (datetime(2027, 3, 12, 9, 30, tzinfo=UTC), "datetime", "2027-03-12T09:30:00Z"),
        (
            datetime(2027, 3, 12, 9, 30, tzinfo=timezone(timedelta(hours=2))),
            "datetime",
            "2027-03-12T07:30:00Z",
        ),
        (3, "choice", "3"),
        ("cells", "choice", "cells"),
    ],
)
def test_it_writes_each_kind_in_its_one_form(value: object, kind: Kind, written: str) -> None:
    assert cell(value, kind) == written


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("4", "integer"),
        (True, "integer"),
        (1, "boolean"),
        (1.5, "decimal"),
        (Decimal("NaN"), "decimal"),
        (datetime(2027, 3, 12, tzinfo=UTC), "date"),
        ("2027-03-12", "date"),
        (datetime(2027, 3, 12), "datetime"),  # noqa: DTZ001 - an instant without a zone is the point
        (3, "text"),
    ],
)
def test_it_refuses_a_value_of_another_kind(value: object, kind: Kind) -> None:
    with pytest.raises(UnfitCellError):
        cell(value, kind)


def test_it_says_rows_bytes_and_hash_of_what_it_wrote(tmp_path: Path) -> None:
    columns = (Column("who", "Who"), Column("n", "How many", "integer"))
    ticks: list[None] = []
    rows: list[Row] = [{"who": "=1+1", "n": -4}, {"who": 'a "b", c', "n": None}]
    file = write(tmp_path / "t.csv", columns, rows, lambda: ticks.append(None))
    content = (tmp_path / "t.csv").read_bytes()
    assert content == b'who,n\n\'=1+1,-4\n"a ""b"", c",\n'
    assert (file.name, file.rows, file.bytes) == ("t.csv", 2, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert len(ticks) == 2


def test_it_names_file_and_column_of_a_cell_it_refuses(tmp_path: Path) -> None:
    columns = (Column("n", "How many", "integer"),)
    with pytest.raises(UnfitCellError, match=r"t\.csv, column n: str in a column of kind integer"):
        write(tmp_path / "t.csv", columns, [{"n": "four"}], lambda: None)


def test_it_never_writes_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("mine")
    with pytest.raises(FileExistsError):
        write(tmp_path / "t.csv", (Column("n", "n"),), [], lambda: None)
    assert (tmp_path / "t.csv").read_text() == "mine"
