"""The frozen CSV files read again: typed, batch by batch, and never guessed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from exports.errors import UnfitForFormat
from exports.formats import frozen as reading
from exports.formats import parquet
from exports.tables import Column
from tests.exports.formats.made_tables import (
    EMPTY,
    ROWS,
    SCORES,
    cells,
    frozen,
    made,
    of_one,
)
from tests.exports.formats.reading_back import as_cell, expected

pytestmark = pytest.mark.requirement("R-061", "R-062")


def as_cells(batches: list[pa.RecordBatch]) -> list[dict[str, str | None]]:
    """The rows of batches, told as the cells of the CSV file."""
    return [
        {one.name: as_cell(row[one.name], one) for one in SCORES.columns}
        for batch in batches
        for row in batch.to_pylist()
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1000])
@pytest.mark.parametrize("block", [400, 1 << 22])
def test_batches_of_any_size_hold_every_row_once_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, block: int
) -> None:
    monkeypatch.setattr(reading, "_BLOCK_BYTES", block)
    at_hand = frozen(tmp_path / "cut", [(SCORES, ROWS * 3)])
    (table,) = at_hand.tables
    batches = list(table.batches(size))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    assert as_cells(batches) == expected(cells(table.path), SCORES.columns)
    assert {batch.schema for batch in batches} == {table.schema}


def test_a_text_is_given_back_without_its_guard(tmp_path: Path) -> None:
    texts = ["=1", "'=1", "''=1", "'plain", "'", "-", "\tx", "\r", "a'=1", "@", "a\n'=1", "x"]
    at_hand = of_one(tmp_path / "cut", Column("remark", "R"), *texts)
    (batch,) = at_hand.tables[0].batches()
    assert batch.column("remark").to_pylist() == texts


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (Column("n", "N", "integer"), "1.5"),
        (Column("n", "N", "integer"), "one"),
        (Column("n", "N", "decimal"), "1,5"),
        (Column("n", "N", "boolean"), "yes"),
        (Column("n", "N", "date"), "2026-02-30"),
        (Column("n", "N", "datetime"), "noon"),
        (Column("n", "N", "choice", values=((1, "One"),)), "one"),
    ],
)
def test_a_cell_of_another_type_is_refused_and_not_quoted(
    tmp_path: Path, column: Column, cell: str
) -> None:
    at_hand = of_one(tmp_path / "cut", column)
    with at_hand.tables[0].path.open("a", encoding="utf-8") as out:
        out.write(f'GRE-001,"{cell}"\n')
    with pytest.raises(UnfitForFormat, match=r"t\.csv, column n") as refused:
        list(at_hand.tables[0].batches())
    assert cell not in str(refused.value)


@pytest.mark.parametrize("number", ["0.1", "-123456789012.345", "1E+20", "0.3000000000000000"])
def test_a_number_is_the_number_of_the_cell(tmp_path: Path, number: str) -> None:
    at_hand = of_one(tmp_path / "cut", Column("n", "N", "decimal"), Decimal(number))
    (batch,) = at_hand.tables[0].batches()
    assert Decimal(repr(batch.column("n")[0].as_py())) == Decimal(number)


def test_a_number_that_no_double_holds_is_refused(tmp_path: Path) -> None:
    number = Decimal("1234567890.1234567890")
    at_hand = of_one(tmp_path / "cut", Column("n", "N", "decimal"), Decimal(1), number)
    with pytest.raises(UnfitForFormat, match="column n: has a number of more digits"):
        list(at_hand.tables[0].batches())


def test_parquet_is_read_back_by_polars_with_its_words(tmp_path: Path) -> None:
    import json

    import polars

    at_hand = frozen(tmp_path / "cut")
    list(parquet.write(at_hand))
    path = at_hand.folder / "parquet" / "scores.parquet"
    rows: list[dict[str, Any]] = polars.read_parquet(path).to_dicts()
    found = [{one.name: as_cell(row[one.name], one) for one in SCORES.columns} for row in rows]
    assert found == expected(cells(at_hand.folder / "scores.csv"), SCORES.columns)
    schema = pa.parquet.read_schema(path)
    assert schema.metadata[b"title"].decode() == SCORES.title
    for one in SCORES.columns:
        words = {
            key.decode(): word.decode() for key, word in schema.field(one.name).metadata.items()
        }
        assert (words["label"], words["kind"]) == (one.label, one.kind)
        assert words.get("unit", "") == one.unit
        labels = json.loads(words.get("value_labels", "{}"))
        assert labels == {str(value): label for value, label in one.values}
    empty = polars.read_parquet(at_hand.folder / "parquet" / "empty_for_now.parquet")
    assert (len(empty), empty.columns) == (0, [one.name for one in EMPTY.columns])


def test_two_runs_give_the_same_parquet(tmp_path: Path) -> None:
    first, second = (
        made(at_hand, list(parquet.write(at_hand)))
        for at_hand in (frozen(tmp_path / "one"), frozen(tmp_path / "two"))
    )
    assert first == second
