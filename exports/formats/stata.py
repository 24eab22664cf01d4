"""Stata files, format 118 (Stata 14 and later), byte by byte: written batch by batch.

After Stata's own "Description of .dta file format 118". A file is a header, a map of where its
parts begin, one entry a variable in each of several lists, the rows, long texts apart, and the
value labels. Text is UTF-8. Nothing is cut off: what the format cannot hold is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from exports.errors import UnfitForFormat
from exports.formats.doubles import TooLargeError, doubles
from exports.formats.stata_names import LABEL_LENGTH, RESERVED, Variable
from exports.output import HashedFile, WrittenFile

VALUE_LABEL_BYTES = 32_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
_RESERVED_TYPE = re.compile(r"str[0-9]+")
_LONGEST_STR = 2045
_STRL, _DOUBLE, _LONG, _BYTE = 32_768, 65_526, 65_528, 65_530
_LOWEST_LONG, _HIGHEST_LONG = -2_147_483_647, 2_147_483_620
_MISSING_DOUBLE = float.fromhex("0x1p1023")
_MISSING = {_DOUBLE: _MISSING_DOUBLE, _LONG: 2_147_483_621, _BYTE: 101}
_CELLS = {_DOUBLE: "<f8", _LONG: "<i4", _BYTE: "i1", _STRL: "<u8"}
_EPOCH = date(1960, 1, 1)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Batches = Callable[[], Iterator[pa.RecordBatch]]


def write_dataset(
    path: Path,
    folder: str,
    *,
    label: str,
    variables: Sequence[Variable],
    schema: pa.Schema,
    batches: Batches,
    rows: int,
    at: datetime,
) -> WrittenFile:
    """Write one data set into a new file of this folder of the cut; ``batches`` is read again.

    ``at`` stands in the header as the time it was saved. The same arguments give the same bytes.

    Raises:
        UnfitForFormat: a name, label, text or number that the format cannot hold.
        OSError: the disk is full, or not there.
    """
    _check_names(path.stem, label, variables)
    columns = [
        _Column(path.stem, number, one, schema.field(one.source).type)
        for number, one in enumerate(variables, start=1)
    ]
    for batch in batches():
        for column in columns:
            column.measure(batch.column(column.variable.source))
    with HashedFile(path, folder) as out:
        out.add(_before_the_rows(label, columns, rows, at))
        for batch in _numbered(batches):
            out.add(_rows(columns, *batch))
        out.add(b"</data><strls>")
        if any(column.kind == _STRL for column in columns):
            for batch in _numbered(batches):
                out.add(_long_texts(columns, *batch))
        out.add(b"</strls>" + _value_labels(columns) + b"</stata_dta>")
        return out.finish(rows=rows)


def _check_names(table: str, label: str, variables: Sequence[Variable]) -> None:
    if len(label) > LABEL_LENGTH:
        raise UnfitForFormat(table, "(title)", f"its title is over {LABEL_LENGTH} characters")
    taken: set[str] = set()
    for one in variables:
        legal = _NAME.fullmatch(one.name) and not _RESERVED_TYPE.fullmatch(one.name)
        if not legal or one.name in taken | RESERVED:
            raise UnfitForFormat(table, one.source, "its name is not one of Stata's, or taken")
        if len(one.label) > LABEL_LENGTH:
            raise UnfitForFormat(table, one.source, f"its label is over {LABEL_LENGTH} characters")
        if not all(_LOWEST_LONG <= value <= _HIGHEST_LONG for value in one.labels):
            raise UnfitForFormat(table, one.source, "a code is too large for a value label")
        if any(len(words.encode()) > VALUE_LABEL_BYTES for words in one.labels.values()):
            raise UnfitForFormat(table, one.source, "a value label is too long")
        taken.add(one.name)


class _Column:
    """One variable with its type in the file and how its values become bytes."""

    def __init__(self, table: str, number: int, variable: Variable, kind: pa.DataType) -> None:
        self.number, self.variable = number, variable
        self._table, self._arrow = table, kind
        self.text = pa.types.is_string(kind)
        self._width, self._whole = 1, True
        self.long_bytes = 0

    @property
    def kind(self) -> int:
        """The type's number in the format: the width itself for text that is not long."""
        if self.text:
            return self._width if self._width <= _LONGEST_STR else _STRL
        if pa.types.is_boolean(self._arrow):
            return _BYTE
        if pa.types.is_floating(self._arrow) or pa.types.is_timestamp(self._arrow):
            return _DOUBLE
        return _LONG if self._whole else _DOUBLE

    @property
    def cell(self) -> str:
        """The type of one cell in a row."""
        return _CELLS.get(self.kind, f"S{self.kind}")

    @property
    def display(self) -> str:
        """The display format."""
        if self.text:
            return "%-9s" if self.kind == _STRL else f"%-{self.kind}s"
        if pa.types.is_date(self._arrow):
            return "%td"
        if pa.types.is_timestamp(self._arrow):
            return "%tc"
        return {_DOUBLE: "%12.0g", _LONG: "%12.0g", _BYTE: "%8.0g"}[self.kind]

    def measure(self, values: pa.Array) -> None:
        """Learn how wide the variable must be."""
        if self.text:
            lengths = pc.binary_length(values)
            self._width = max(self._width, pc.max(lengths).as_py() or 0)
            held = pc.filter(lengths, pc.greater(lengths, 0))
            self.long_bytes += (pc.sum(held).as_py() or 0) + len(held) * _LONG_TEXT_OVERHEAD
        elif pa.types.is_integer(self._arrow):
            lowest, highest = (pc.min_max(values)[end].as_py() or 0 for end in ("min", "max"))
            self._whole = self._whole and lowest >= _LOWEST_LONG and highest <= _HIGHEST_LONG

    def fill(self, values: pa.Array, first: int) -> NDArray[np.generic]:
        """The values as they stand in the rows, the first of which has this number."""
        kind = self.kind
        if kind == _STRL:
            rows = np.arange(first, first + len(values), dtype="<u8")
            held = pc.fill_null(pc.binary_length(values), 0).to_numpy() > 0
            return np.where(held, rows << np.uint64(16) | np.uint64(self.number), np.uint64(0))
        if self.text:
            cells = [(cell or "").encode() for cell in values.to_pylist()]
            return np.array(cells, dtype=self.cell)
        numbers = self._numbers(values)
        return np.where(np.isnan(numbers), _MISSING[kind], numbers).astype(self.cell)

    def _numbers(self, values: pa.Array) -> NDArray[np.float64]:
        try:
            numbers = doubles(values, epoch=_EPOCH, second=1000)
        except TooLargeError:
            raise self._unfit("has a whole number too large for Stata") from None
        if np.any(np.abs(numbers) >= _MISSING_DOUBLE):
            raise self._unfit("has a number that Stata takes for missing")
        return numbers

    def _unfit(self, what: str) -> UnfitForFormat:
        return UnfitForFormat(self._table, self.variable.source, what)


# GSO, variable, row, kind, length, and the zero behind the text.
_LONG_TEXT = struct.Struct("<3sIQBI")
_LONG_TEXT_OVERHEAD = _LONG_TEXT.size + 1
_PLAIN_TEXT = 130


def _numbered(batches: Batches) -> Iterator[tuple[pa.RecordBatch, int]]:
    first = 1
    for batch in batches():
        yield batch, first
        first += len(batch)


def _rows(columns: Sequence[_Column], batch: pa.RecordBatch, first: int) -> bytes:
    rows = np.empty(len(batch), dtype=[(one.variable.name, one.cell) for one in columns])
    for one in columns:
        rows[one.variable.name] = one.fill(batch.column(one.variable.source), first)
    return rows.tobytes()


def _long_texts(columns: Sequence[_Column], batch: pa.RecordBatch, first: int) -> bytes:
    long = [
        (one.number, batch.column(one.variable.source).to_pylist())
        for one in columns
        if one.kind == _STRL
    ]
    parts = []
    for row in range(len(batch)):
        for number, texts in long:
            if texts[row]:
                text = texts[row].encode() + b"\0"
                head = _LONG_TEXT.pack(b"GSO", number, first + row, _PLAIN_TEXT, len(text))
                parts.append(head + text)
    return b"".join(parts)


def _before_the_rows(label: str, columns: Sequence[_Column], rows: int, at: datetime) -> bytes:
    """The header, the map, and the lists of the variables."""
    header = _header(label, len(columns), rows, at)
    lists = [
        _tagged("variable_types", *(struct.pack("<H", one.kind) for one in columns)),
        _tagged("varnames", *(_fixed(one.variable.name, 129) for one in columns)),
        _tagged("sortlist", bytes(2 * (len(columns) + 1))),
        _tagged("formats", *(_fixed(one.display, 57) for one in columns)),
        _tagged("value_label_names", *(_fixed(_labelled(one), 129) for one in columns)),
        _tagged("variable_labels", *(_fixed(one.variable.label, 321) for one in columns)),
        _tagged("characteristics", *(_note(*one) for one in _notes(columns))),
    ]
    width = sum(np.dtype(one.cell).itemsize for one in columns)
    long = sum(one.long_bytes for one in columns if one.kind == _STRL)
    sizes = (
        len(header),
        len(_map([])),
        *map(len, lists),
        len(b"<data></data>") + width * rows,
        len(b"<strls></strls>") + long,
        len(_value_labels(columns)),
        len(b"</stata_dta>"),
    )
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + size)
    return b"".join((header, _map(starts), *lists, b"<data>"))


def _header(label: str, variables: int, rows: int, at: datetime) -> bytes:
    utc = at.astimezone(UTC)
    saved = f"{utc:%d} {_MONTHS[utc.month - 1]} {utc:%Y %H:%M}".encode("ascii")
    title = label.encode()
    inner = b"".join(
        (
            _tagged("release", b"118"),
            _tagged("byteorder", b"LSF"),
            _tagged("K", struct.pack("<H", variables)),
            _tagged("N", struct.pack("<Q", rows)),
            _tagged("label", struct.pack("<H", len(title)), title),
            _tagged("timestamp", struct.pack("<B", len(saved)), saved),
        )
    )
    return b"<stata_dta>" + _tagged("header", inner)


def _map(starts: Sequence[int]) -> bytes:
    """Where the file begins, its map, the seven lists, rows, texts, labels, end and nothing."""
    return _tagged("map", struct.pack("<14Q", *starts) if starts else bytes(14 * 8))


def _labelled(column: _Column) -> str:
    return column.variable.name if column.variable.labels else ""


def _notes(columns: Sequence[_Column]) -> Iterator[tuple[str, str, str]]:
    for one in columns:
        for name, words in one.variable.notes.items():
            yield one.variable.name, name, words


def _note(variable: str, name: str, words: str) -> bytes:
    content = _fixed(variable, 129) + _fixed(name, 129) + words.encode() + b"\0"
    return _tagged("ch", struct.pack("<I", len(content)), content)


def _value_labels(columns: Sequence[_Column]) -> bytes:
    return _tagged("value_labels", *(_label_set(one.variable) for one in columns))


def _label_set(variable: Variable) -> bytes:
    if not variable.labels:
        return b""
    values = sorted(variable.labels)
    texts = [variable.labels[value].encode() + b"\0" for value in values]
    starts = np.concatenate(([0], np.cumsum([len(text) for text in texts])))
    table = b"".join(
        (
            struct.pack("<2I", len(values), starts[-1]),
            starts[:-1].astype("<u4").tobytes(),
            np.array(values, dtype="<i4").tobytes(),
            *texts,
        )
    )
    head = struct.pack("<I", len(table)) + _fixed(variable.name, 129) + bytes(3)
    return _tagged("lbl", head, table)


def _tagged(tag: str, *content: bytes) -> bytes:
    return b"".join((f"<{tag}>".encode("ascii"), *content, f"</{tag}>".encode("ascii")))


def _fixed(words: str, size: int) -> bytes:
    return words.encode().ljust(size, b"\0")
