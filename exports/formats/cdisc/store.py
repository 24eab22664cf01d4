"""The rows of a data set while its files are made: on the disk, measured once, read often."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow as pa

from exports.errors import UnfitForFormat
from exports.formats.cdisc.model import Dataset, Kind, Row, Value

_BATCH = 10_000
_FULL_DATE = 10
_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "date": pa.string(),
    "datetime": pa.string(),
    "day": pa.date32(),
}


@dataclass
class Measure:
    """Of one variable: how many characters and decimals its values have.

    ``partial`` says of a date that it is not always known to the day.
    """

    length: int = 1
    decimals: int = 0
    partial: bool = False

    def take(self, value: Value) -> None:
        """One more value."""
        if value is None:
            return
        text = str(value)
        self.length = max(self.length, len(text))
        self.partial = self.partial or len(text) < _FULL_DATE
        if isinstance(value, float):
            self.decimals = max(self.decimals, len(text.partition(".")[2]))


@dataclass
class Stored:
    """The rows of one data set, put down one by one and then read in that order."""

    dataset: Dataset
    path: Path
    count: int = 0
    measures: dict[str, Measure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.measures = {one.name: Measure() for one in self.dataset.variables}
        self._codes = {
            one.name: {term.value for term in one.codes.terms}
            for one in self.dataset.variables
            if one.codes is not None
        }
        self._out = self.path.open("x", encoding="utf-8")

    def add(self, row: Row) -> None:
        """Put one row down; a variable it does not have is missing, as is empty text.

        Raises:
            UnfitForFormat: a code that is not in its variable's list.
            KeyError: the row has a variable the data set does not declare.
        """
        values: list[Value] = []
        for name, measure in self.measures.items():
            value = row.get(name)
            value = None if value == "" else value
            if value is not None and value not in self._codes.get(name, (value,)):
                raise UnfitForFormat(self.dataset.file, name, "has a code its list does not have")
            measure.take(value)
            values.append(value)
        if strange := set(row) - set(self.measures):
            raise KeyError(f"{self.dataset.name} declares no {', '.join(sorted(strange))}.")
        self._out.write(json.dumps(values, ensure_ascii=False) + "\n")
        self.count += 1

    def close(self) -> None:
        """Every row is down."""
        self._out.close()

    def rows(self) -> Iterator[list[Value]]:
        """The rows, a value a variable; a day in ISO 8601."""
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    @property
    def schema(self) -> pa.Schema:
        """The types of ``batches``."""
        return pa.schema([(one.name, _TYPES[one.kind]) for one in self.dataset.variables])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, typed."""
        found = self.rows()
        while some := list(islice(found, _BATCH)):
            columns = [
                [_day(value) for value in values] if one.kind == "day" else list(values)
                for one, values in zip(self.dataset.variables, zip(*some, strict=True), strict=True)
            ]
            yield pa.record_batch(
                [
                    pa.array(values, kind)
                    for values, kind in zip(columns, self.schema.types, strict=True)
                ],
                schema=self.schema,
            )


@contextmanager
def shelf(folder: Path) -> Iterator[Callable[[Dataset], Stored]]:
    """Gives a place in this folder to each data set; all are closed at the end, come what may."""
    with ExitStack() as opened:

        def stored(dataset: Dataset) -> Stored:
            found = Stored(dataset, folder / f"{dataset.file}.jsonl")
            opened.callback(found.close)
            return found

        yield stored


def _day(value: Value) -> date | None:
    return None if value is None else date.fromisoformat(str(value))
