"""CSV written by the server itself: byte for byte what the product writes, with the same guards."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.db.models.expressions import RawSQL

from exports import catalogue
from exports.formats import copied_csv, tidy_csv
from exports.formats.tidy_csv import UnfitCellError
from exports.tables import Column, Kind, Selection
from tests.exports.trial_data import Trial
from tests.people import People
from trial.models import Site


def nothing() -> None:
    """No progress is told."""


@pytest.mark.requirement("R-061", "R-062")
@pytest.mark.parametrize("blinded", [True, False])
def test_the_server_writes_what_the_product_writes(
    blinded: bool, trial: Trial, committed_people: People, tmp_path: Path
) -> None:
    both = [tmp_path / "product", tmp_path / "server"]
    for folder in both:
        folder.mkdir()
    seen = set()
    for table in catalogue.tables(blinded=blinded, reader=committed_people.uma):
        if table.select is None:
            continue
        own = tidy_csv.write(both[0] / table.file, table.columns, table.rows(), nothing)
        assert own == copied_csv.write(both[1] / table.file, table.columns, table.select(), nothing)
        assert own.rows == table.count()
        seen.add(table.file if own.rows else "")
    assert {"visits.csv", "nihss.csv", "mrs.csv"} <= seen


def made_of(expression: str) -> Selection:
    """One site's row, with one column called n."""
    found = Site.objects.filter(code="GRE").order_by("pk")
    return Selection(found, {"n": RawSQL(expression, [])})  # noqa: S611 - the expressions of this file


def written(kind: Kind, selection: Selection, folder: Path) -> bytes:
    """The file the server writes of it, without the header."""
    with transaction.atomic():
        copied_csv.write(folder / "t.csv", (Column("n", "n", kind),), selection, nothing)
    return (folder / "t.csv").read_bytes().removeprefix(b"n\n")


@pytest.mark.requirement("R-062")
@pytest.mark.parametrize(
    ("kind", "expression", "cell"),
    [
        ("text", "'=1+1'", b"'=1+1"),
        ("text", "''''''''''||'-x'", b"'''''-x"),
        ("text", "E'\\ta'", b"'\ta"),
        ("text", "E'a\\rb'", b'"a\rb"'),
        ("text", "'a \"b\", c'", b'"a ""b"", c"'),
        ("text", "' x '", b" x "),
        ("text", "''", b""),
        ("text", "NULL::text", b""),
        ("choice", "-4", b"-4"),
        ("decimal", "-0.30", b"-0.30"),
        ("decimal", "1e25", b"1" + b"0" * 25),
        ("boolean", "false", b"0"),
        ("date", "DATE '2027-03-12'", b"2027-03-12"),
        (
            "datetime",
            "TIMESTAMPTZ '2027-03-12 09:30:59.9+02'",
            b"2027-03-12T07:30:59Z",
        ),
    ],
)
def test_the_server_writes_each_kind_in_its_one_form(
    kind: Kind,
    expression: str,
    cell: bytes,
    people: People,
    tmp_path: Path,
) -> None:
    assert written(kind, made_of(expression), tmp_path) == cell + b"\n"


@pytest.mark.requirement("R-062")
@pytest.mark.parametrize(
    ("kind", "expression", "words"),
    [
        ("integer", "'4'::text", "text in a column of kind integer"),
        ("integer", "true", "bool in a column of kind integer"),
        ("decimal", "1.5::float8", "float8 in a column of kind decimal"),
        ("text", "3", "int4 in a column of kind text"),
        ("date", "now()", "timestamptz in a column of kind date"),
        ("datetime", "now()::timestamp", "timestamp in a column of kind datetime"),
        ("decimal", "code::text||'NaN'", "text in a column of kind decimal"),
        ("decimal", "substr(code||'NaN', 4)::numeric", "n holds what no file can"),
        ("date", "substr(code||'infinity', 4)::date", "n holds what no file can"),
        ("date", "substr(code||'0001-01-01 BC', 4)::date", "n holds what no file can"),
        ("datetime", "substr(code||'-infinity', 4)::timestamptz", "no file can"),
    ],
)
def test_the_server_refuses_a_value_that_is_not_of_its_columns_kind(
    kind: Kind, expression: str, words: str, people: People, tmp_path: Path
) -> None:
    with pytest.raises(UnfitCellError, match=rf"t\.csv, column n.*{words}|t\.csv, .*{words}"):
        written(kind, made_of(expression), tmp_path)


def test_the_server_never_writes_over_a_file(people: People, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("mine")
    with pytest.raises(FileExistsError):
        written("integer", made_of("1"), tmp_path)
    assert (tmp_path / "t.csv").read_text() == "mine"
