"""What a dataset of a frozen cut is: its columns, kinds and codes, from the cut's own codebook.

The product may have changed since the cut was made: nothing here asks the present declarations.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports import codebook
from exports.datasets import records
from exports.tables import Kind
from trial.csv_cells import unguarded

Value = str | int | float | bool | None

KINDS: Mapping[str, Kind] = {words: kind for kind, words in codebook.TYPES.items()}
_GUARDED = {"text", "choice", "partial"}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
# What names a row of a table that has it, whatever else it has.
_ALONE = ("screening_id", "query")
# What names a row together: those of these that a table has.
_TOGETHER = (
    *("participant", "visit", "occurrence", "form"),
    *("ae_number", "report_version", "assessment", "place"),
)


@dataclass(frozen=True)
class Variable:
    """One column as the frozen codebook has it; ``values`` are codes with what they mean."""

    dataset: str
    title: str
    position: int
    name: str
    label: str
    kind: Kind
    unit: str
    minimum: Value
    maximum: Value
    values: tuple[tuple[Value, str], ...] = ()

    def read(self, cell: str) -> Value:
        """What a cell of this column holds; None where it is missing."""
        if not cell:
            return None
        if self.kind in _GUARDED:
            text = unguarded(cell)
            return int(text) if self.numbered else text
        if self.kind in {"integer", "decimal"}:
            return _number(cell)
        return cell == "1" if self.kind == "boolean" else cell

    @property
    def numbered(self) -> bool:
        """Whether its codes are whole numbers, all of them."""
        return bool(self.values) and all(isinstance(value, int) for value, _ in self.values)


@dataclass(frozen=True)
class Dataset:
    """One table of a cut: where it lies, its columns in the order of the file, and its key."""

    name: str
    path: Path
    variables: tuple[Variable, ...]
    first: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(variable.name for variable in self.variables)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row."""
        return key_of(self.columns)

    def row(self, cells: Sequence[str]) -> dict[str, Value]:
        """A row as JSON holds it."""
        pairs = zip(self.variables, cells, strict=True)
        return {variable.name: variable.read(cell) for variable, cell in pairs}


def key_of(columns: Collection[str]) -> tuple[str, ...]:
    """The columns that name a row of a table with these columns; all of them where none do."""
    for name in _ALONE:
        if name in columns:
            return (name,)
    return tuple(name for name in _TOGETHER if name in columns) or tuple(columns)


def variables(
    folder: Path, dataset: str | None, position: int | None = None
) -> Iterator[tuple[Variable, int]]:
    """The columns of one dataset, or of all, each with the position after it in the codebook."""
    names, first = records.header(folder / codebook.FILE)
    labels = _labels(folder, dataset)
    for cells, after in records.rows(folder / codebook.FILE, position or first):
        found = dict(zip(names, cells, strict=True))
        name = found["table"].removesuffix(".csv")
        if dataset is None or name == dataset:
            yield _variable(name, found, labels), after


def describe(folder: Path, name: str) -> Dataset:
    """The dataset of this name; the codebook says what its columns are.

    Raises:
        BrokenFileError: codebook and file do not have the same columns.
    """
    path = folder / f"{name}.csv"
    columns, first = records.header(path)
    found = tuple(variable for variable, _ in variables(folder, name))
    if [variable.name for variable in found] != columns:
        raise records.BrokenFileError(f"{path.name} is not as the codebook says")
    return Dataset(name, path, found, first)


_Labels = Mapping[tuple[str, str], list[tuple[str, str]]]


def _labels(folder: Path, dataset: str | None) -> _Labels:
    path = folder / codebook.LABELS_FILE
    names, first = records.header(path)
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for cells, _ in records.rows(path, first):
        row = dict(zip(names, cells, strict=True))
        name = row["table"].removesuffix(".csv")
        if dataset is None or name == dataset:
            pair = (unguarded(row["value"]), unguarded(row["label"]))
            found.setdefault((name, row["column"]), []).append(pair)
    return found


def _variable(name: str, found: Mapping[str, str], labels: _Labels) -> Variable:
    pairs = labels.get((name, found["column"]), [])
    whole = all(_WHOLE.fullmatch(code) for code, _ in pairs)
    return Variable(
        dataset=name,
        title=unguarded(found["title"]),
        position=int(found["position"]),
        name=found["column"],
        label=unguarded(found["label"]),
        kind=KINDS[unguarded(found["type"])],
        unit=unguarded(found["unit"]),
        minimum=_number(found["minimum"]),
        maximum=_number(found["maximum"]),
        values=tuple((int(code) if whole else code, label) for code, label in pairs),
    )


def _number(text: str) -> int | float | None:
    if not text:
        return None
    return int(text) if _WHOLE.fullmatch(text) else float(text)
