"""Rows of a frozen file by position, and what changed between two: pure, on files made here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets import pages, records
from exports.datasets.described import Dataset, Value, Variable, key_of
from exports.datasets.pages import Choice, NotComparable, Place
from exports.tables import Kind
from trial.csv_cells import guarded, line

KINDS: dict[str, Kind] = {
    "participant": "text", "visit": "choice", "occurrence": "integer", "note": "text",
    "score": "decimal", "late": "boolean",
}  # fmt: skip
ALL = Choice({})


def variable(name: str, kind: Kind = "text", **more: Any) -> Variable:
    """A column."""
    facts: dict[str, Any] = {
        "dataset": "t", "title": "", "position": 1, "label": "", "unit": "", "minimum": None,
        "maximum": None, **more,
    }  # fmt: skip
    return Variable(name=name, kind=kind, **facts)


def written(path: Path, rows: Sequence[Sequence[str]], names: Sequence[str] = ()) -> Dataset:
    """A dataset of these cells."""
    names = names or list(KINDS)[: len(rows[0])]
    path.write_bytes("".join(map(line, [names, *rows])).encode())
    return Dataset(path.stem, path, tuple(variable(n, KINDS[n]) for n in names), _first(path))


def _first(path: Path) -> int:
    return records.header(path)[1]


def every(new: Dataset, old: Dataset | None, choice: Choice, size: int) -> list[pages.Page]:
    """All pages."""
    found: list[pages.Page] = []
    place: Place | None = None
    while not found or place is not None:
        page = pages.changes(new, old, choice, place, size)
        found.append(page)
        place = page.next
    return found


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["\n", '"', "a\r\nb", ",", "'=1", "=1+1", "é\u2028"]
)


@pytest.mark.requirement("R-063")
@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.tuples(CELL, CELL), max_size=12), size=st.integers(1, 5))
def test_page_by_page_gives_every_row_once_whatever_a_cell_holds(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], size: int
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    rows = [("P", guarded(one), guarded(other)) for one, other in cells]
    names = ["participant", "note", "visit"]
    dataset = written(path, rows, names) if rows else written(path, [], names)
    found = [row for page in every(dataset, None, ALL, size) for row in page.rows]
    expected = [
        {"participant": "P", "note": one or None, "visit": other or None} for one, other in cells
    ]
    assert found == expected


def test_a_cell_is_what_its_column_says() -> None:
    read = {
        ("integer", "-3"): -3, ("decimal", "2.50"): 2.5, ("boolean", "0"): False,
        ("boolean", "1"): True, ("boolean", ""): None, ("date", "2027-03-12"): "2027-03-12",
        ("partial", "'-2027"): "-2027", ("text", "'=1+1"): "=1+1", ("text", "007"): "007",
        ("choice", "3"): "3",
    }  # fmt: skip
    kinds: Any = [(kind, cell, value) for (kind, cell), value in read.items()]
    for kind, cell, value in kinds:
        found = variable("x", kind).read(cell)
        assert (found, type(found)) == (value, type(value)), (kind, cell)
    coded = variable("x", "choice", values=((0, "no"), (1, "yes")))
    assert (coded.read("1"), coded.read("")) == (1, None)


@pytest.mark.parametrize("content", [b"", b'a,b\n1,"2\n', b"a,b\n1,2"])
def test_a_file_that_is_cut_off_is_never_read_as_if_it_were_whole(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(records.BrokenFileError):
        list(records.rows(path, records.header(path)[1]))


OLD = [("A", "V0", "1", "x"), ("A", "V1", "1", "x"), ("B", "V0", "1", "x"), ("C", "V0", "1", "x")]
NEW = [("A", "V0", "1", "x"), ("A", "V1", "1", "y"), ("A", "V1", "2", "x"), ("C", "V0", "1", "x")]


def key(participant: str, visit: str, occurrence: int) -> dict[str, Value]:
    """A key as the pages give it."""
    return {"participant": participant, "visit": visit, "occurrence": occurrence}


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize("scanned", [1, 2, 100])
@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_changed_is_added_changed_or_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, scanned: int
) -> None:
    monkeypatch.setattr(pages, "SCANNED", scanned)
    # The order of the rows, which a moved visit changes, says nothing.
    new, old = written(tmp_path / "n.csv", NEW[::-1]), written(tmp_path / "o.csv", OLD)
    found = every(new, old, ALL, size)
    assert [row for page in found for row in page.rows] == [
        {**key("A", "V1", 2), "note": "x"}, {**key("A", "V1", 1), "note": "y"},
    ]  # fmt: skip
    assert [row for page in found for row in page.gone] == [key("B", "V0", 1)]
    assert all(len(page.rows) + len(page.gone) <= size for page in found)
    places = [page.next for page in found[:-1]]
    assert all(one != other for one, other in pairwise(places))


@pytest.mark.requirement("R-063")
def test_changes_of_some_rows_only(tmp_path: Path) -> None:
    new, old = written(tmp_path / "n.csv", NEW), written(tmp_path / "o.csv", OLD)
    (page,) = every(new, old, Choice({"participant": {"B"}, "visit": {"V0"}}), 100)[-1:]
    assert page.gone == [key("B", "V0", 1)]
    found = every(new, old, Choice({"visit": {"V0"}}), 100)
    assert [row for page in found for row in page.rows] == []


def test_a_new_column_changes_only_the_rows_that_fill_it(tmp_path: Path) -> None:
    names = ["participant", "visit", "occurrence", "score", "note"]
    rows = [("A", "V0", "1", "", "x"), ("C", "V0", "1", "3", "x")]
    new = written(tmp_path / "n.csv", rows, names)
    old = written(tmp_path / "o.csv", [OLD[0], OLD[3]])
    found = every(new, old, ALL, 100)
    assert [row["participant"] for page in found for row in page.rows] == ["C"]


def test_a_table_the_earlier_cut_lacks_is_new_as_a_whole(tmp_path: Path) -> None:
    new = written(tmp_path / "n.csv", NEW)
    assert sum(len(page.rows) for page in every(new, None, ALL, 3)) == 4


def test_two_rows_of_one_key_cannot_be_compared(tmp_path: Path) -> None:
    new, old = written(tmp_path / "n.csv", [*NEW, NEW[0]]), written(tmp_path / "o.csv", OLD)
    with pytest.raises(NotComparable, match="same key"):
        every(new, old, ALL, 100)


def test_few_rows_among_many_come_in_bounded_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SCANNED", 10)
    rows = [("A", "V0", str(number)) for number in range(25)]
    dataset = written(tmp_path / "t.csv", [*rows, ("Z", "V0", "1")])
    chosen = Choice({"participant": {"Z"}})
    first = pages.page(dataset, chosen, None, 5)
    assert (first.rows, first.next) != ([], None)
    assert [len(page.rows) for page in every(dataset, None, chosen, 5)] == [0, 0, 1]
    assert pages.page(dataset, ALL, Place("rows", dataset.path.stat().st_size), 5).rows == []


def test_the_key_of_a_table_is_read_off_its_columns() -> None:
    assert key_of(["screening_id", "site", "participant"]) == ("screening_id",)
    assert key_of(["participant", "ae_number", "place", "grade"]) == (
        "participant", "ae_number", "place",
    )  # fmt: skip
    assert key_of(["a", "b"]) == ("a", "b")
