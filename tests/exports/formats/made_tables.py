"""Tables with a bit of everything, as CSV files of a cut that is being made; without a database."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from exports.formats import tidy_csv
from exports.formats.frozen import Frozen, FrozenTable
from exports.output import WrittenFile
from exports.tables import Column, Row, Table
from trial.csv_cells import unguarded

AS_OF = datetime(2027, 3, 12, 10, 14, 5, 250_000, tzinfo=UTC)
GRADES = ((0, "No symptoms"), (1, "Symptoms, no disability"), (6, "Dead"))
VISITS = (("V0", "Inclusion"), ("M1", "1 month"), ("M24", "24 months: the last"))
SCORES = Table(
    "scores.csv",
    "Every kind of column",
    (
        Column("participant", "Participant code"),
        Column("visit", "Visit code", "choice", values=VISITS),
        Column("grade", "Grade of the scale", "choice", values=GRADES),
        Column("total_of_all_items", "Total: the sum of every one of the items on the form",
               "integer", "points", minimum=0, maximum=42),
        Column("total_of_all_others", "Total of the others – half a point’s worth", "decimal"),
        Column("done", "Done", "boolean"),
        Column("assessed_on", "Assessed on", "date"),
        Column("onset", "Onset, as far as known", "partial"),
        Column("signed_at", "Signed", "datetime"),
        Column("remark", "Remark"),
        Column("nothing", "Never filled in"),
        Column("no_number", "Never measured", "decimal"),
    ),
    lambda: iter(()),
    lambda: 0,
)  # fmt: skip
EMPTY = Table(
    "empty_for_now.csv",
    "Without any row",
    (Column("participant", "Participant code"), Column("n", "A number", "integer")),
    lambda: iter(()),
    lambda: 0,
)
ROWS: tuple[Row, ...] = (
    {
        "participant": "GRE-001", "visit": "V0", "grade": 0, "total_of_all_items": 42,
        "total_of_all_others": Decimal("0.1"), "done": True, "assessed_on": date(2026, 2, 28),
        "onset": "2026", "signed_at": datetime(2026, 3, 1, 9, 30, 59, tzinfo=UTC),
        "remark": "=1+1", "nothing": None, "no_number": None,
    },
    {
        "participant": "GRE-002", "visit": "M24", "grade": 6, "total_of_all_items": -7,
        "total_of_all_others": Decimal("-123456.789012"), "done": False,
        "assessed_on": date(1924, 2, 29), "onset": "2026-03",
        "signed_at": datetime(1959, 12, 31, 23, 59, 59, tzinfo=UTC),
        "remark": 'He said "no",\nthen\r\nleft', "nothing": None, "no_number": None,
    },
    {
        "participant": "LYO-001", "visit": None, "grade": None, "total_of_all_items": None,
        "total_of_all_others": None, "done": None, "assessed_on": None, "onset": None,
        "signed_at": None, "remark": None, "nothing": None, "no_number": None,
    },
    {
        "participant": "LYO-002", "visit": "M1", "grade": 1, "total_of_all_items": 2**40,
        "total_of_all_others": Decimal("1E-7"), "done": True, "assessed_on": date(2026, 3, 1),
        "onset": "2026-03-04", "signed_at": datetime(2026, 3, 1, tzinfo=UTC),
        "remark": "''-x" + "y" * 196, "nothing": None, "no_number": None,
    },
)  # fmt: skip


def frozen(
    folder: Path, tables: Sequence[tuple[Table, Sequence[Row]]] = ((SCORES, ROWS), (EMPTY, ()))
) -> Frozen:
    """These tables as the CSV files of a cut in a new folder."""
    folder.mkdir()
    held = []
    for table, rows in tables:
        tidy_csv.write(folder / table.file, table.columns, rows, _nothing)
        held.append(FrozenTable(table, folder / table.file, len(rows)))
    return Frozen(folder, folder / ".aside", "CUT-0001", AS_OF, True, held, _nothing)


def of_one(folder: Path, column: Column, *values: object) -> Frozen:
    """A table ``t.csv`` of a participant and this column, one row a value."""
    columns = (Column("participant", "Participant code"), column)
    table = Table("t.csv", "One column", columns, lambda: iter(()), lambda: 0)
    rows = [{"participant": "GRE-001", column.name: value} for value in values]
    return frozen(folder, [(table, rows)])


def made(at_hand: Frozen, written: Sequence[WrittenFile]) -> Mapping[str, bytes]:
    """The files by name, each as big as was said."""
    contents = {one.name: (at_hand.folder / one.name).read_bytes() for one in written}
    assert all(len(contents[one.name]) == one.bytes for one in written)
    return contents


def cells(path: Path) -> list[dict[str, str | None]]:
    """The rows of a CSV file, without guards; None for an empty cell."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = csv.DictReader(source, strict=True)
        return [{name: unguarded(cell) or None for name, cell in row.items()} for row in rows]


def _nothing() -> None:
    """Nobody counts, and nobody stops it."""
