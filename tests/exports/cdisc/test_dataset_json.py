"""Dataset-JSON 1.1: what the standard asks for, and the values of the CSV."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from odmlib.dataset_json_1_1.model import DatasetJSON

from exports.formats.dataset_json import tables
from tests.exports.cdisc import harness
from tests.exports.cdisc.harness import Cut
from trial.csv_cells import unguarded

# The order of the specification, by which a reader may read row by row.
ORDER = (
    "datasetJSONCreationDateTime", "datasetJSONVersion", "fileOID", "dbLastModifiedDateTime",
    "originator", "sourceSystem", "studyOID", "metaDataVersionOID", "metaDataRef", "itemGroupOID",
    "isReferenceData", "records", "name", "label", "columns", "rows",
)  # fmt: skip
KINDS: dict[str, Any] = {
    "string": str, "decimal": str, "date": str, "datetime": str, "integer": int,
    "float": (int, float), "boolean": bool,
}  # fmt: skip


def check(document: dict[str, Any]) -> None:
    """The attributes in order, as many rows as said, each value of its variable's type."""
    assert list(document) == [name for name in ORDER if name in document]
    assert document["records"] == len(document["rows"])
    kinds = [KINDS[one["dataType"]] for one in document["columns"]]
    for row in document["rows"]:
        assert len(row) == len(kinds)
        for value, kind in zip(row, kinds, strict=True):
            assert value is None or (
                isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
            )


@pytest.mark.requirement("R-061")
def test_every_table_holds_the_values_of_the_csv(each: Cut, tmp_path: Path) -> None:
    files = harness.files(tables.write, each, tmp_path / "cut")
    assert len(files) == len(each.frozen.tables)
    for table in each.frozen.tables:
        path = files[f"dataset_json/{table.name}.json"]
        check(json.loads(path.read_text()))
        read = DatasetJSON.read_json(str(path))
        assert read.records == table.rows
        names = read.column_names
        assert names == [column.name for column in table.table.columns]
        with table.path.open(newline="") as file:
            for row, told in zip(csv.DictReader(file, strict=True), read.rows, strict=True):
                assert [_cell(value) for value in told] == [
                    unguarded(row[name]) if isinstance(value, str) else row[name]
                    for name, value in zip(names, told, strict=True)
                ]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)
