"""SPSS system files, byte by byte: a data set is written batch by batch, uncompressed, in UTF-8.

After "System File Format" in the developers' guide of GNU PSPP. A file is a header, one record
for each eight bytes of a row, records with long names, value labels and the encoding, and the
rows. Text of over 255 bytes lies in several segments. Nothing is cut off: what the format cannot
hold is refused.
"""

from __future__ import annotations

import math
import re
import struct
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from exports.errors import UnfitForFormat
from exports.formats.doubles import TooLargeError, doubles
from exports.output import HashedFile, WrittenFile

NAME_LENGTH, LABEL_BYTES, VALUE_LABEL_BYTES, TEXT_BYTES = 64, 255, 120, 32_767
RESERVED = frozenset(("ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO",
                      "WITH"))  # fmt: skip
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_OCTET = 8
_EPOCH = date(1582, 10, 14)
_SEGMENT, _SEGMENT_STEP = 255, 252
_TEXT, _NUMBER, _DATE, _INSTANT = 1, 5, 20, 22
_NOMINAL, _SCALE = 1, 3
_HIGHEST, _MISSING = sys.float_info.max, -sys.float_info.max
_LOWEST = math.nextafter(_MISSING, 0)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Batches = Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class Variable:
    """One variable: the field of the batches it comes from, its name and label in the file.

    ``labels`` are value labels, of text for a field of text and of numbers for any other.
    """

    source: str
    name: str
    label: str
    labels: Mapping[int | str, str] = field(default_factory=dict)


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
    """Write one data set into a new file of this folder of the cut; ``batches`` is read twice.

    ``at`` stands in the header as the time it was made. The same arguments give the same bytes.

    Raises:
        UnfitForFormat: a name, label, text or number that the format cannot hold.
        OSError: the disk is full, or not there.
    """
    _check_names(path.stem, label, variables)
    columns = [_Column(path.stem, one, schema.field(one.source).type) for one in variables]
    for batch in batches():
        for column in columns:
            column.measure(batch.column(column.variable.source))
    _place(columns)
    with HashedFile(path, folder) as out:
        out.add(_dictionary(label, columns, rows, at))
        for batch in batches():
            out.add(_rows(columns, batch))
        return out.finish(rows=rows)


def _check_names(table: str, label: str, variables: Sequence[Variable]) -> None:
    if len(label.encode()) > 64:
        raise UnfitForFormat(table, "(title)", "its title is over 64 bytes")
    taken: set[str] = set()
    for one in variables:
        if not _NAME.fullmatch(one.name) or one.name.upper() in taken | RESERVED:
            raise UnfitForFormat(table, one.source, "its name is not one of SPSS's, or taken")
        if len(one.label.encode()) > LABEL_BYTES:
            raise UnfitForFormat(table, one.source, f"its label is over {LABEL_BYTES} bytes")
        if any(len(words.encode()) > VALUE_LABEL_BYTES for words in one.labels.values()):
            raise UnfitForFormat(
                table, one.source, f"a value label is over {VALUE_LABEL_BYTES} bytes"
            )
        taken.add(one.name.upper())


class _Column:
    """One variable: its width, its segments, and how its values become bytes."""

    def __init__(self, table: str, variable: Variable, kind: pa.DataType) -> None:
        self.variable, self._table, self._kind = variable, table, kind
        self.text = pa.types.is_string(kind)
        codes = (len(str(value).encode()) for value in variable.labels)
        self.width = max(1, *codes) if self.text and variable.labels else int(self.text)
        self.first, self.short_names = 0, [""]

    @property
    def segments(self) -> list[int]:
        """The width of each piece the variable lies in; 0 for a number."""
        if self.width <= _SEGMENT:
            return [self.width]
        count = -(-self.width // _SEGMENT_STEP)
        return [_SEGMENT] * (count - 1) + [self.width - (count - 1) * _SEGMENT_STEP]

    @property
    def octets(self) -> int:
        """How many pieces of eight bytes it takes in a row."""
        return sum(max(1, -(-width // _OCTET)) for width in self.segments)

    def display(self, width: int) -> int:
        """The display format of a segment, as the format packs it."""
        if self.text:
            return _TEXT << 16 | width << 8
        if pa.types.is_date(self._kind):
            return _DATE << 16 | 11 << 8
        if pa.types.is_timestamp(self._kind):
            return _INSTANT << 16 | 20 << 8
        return _NUMBER << 16 | 12 << 8 | (4 if pa.types.is_floating(self._kind) else 0)

    @property
    def measure_level(self) -> int:
        """Nominal for text and codes, scale for numbers and dates."""
        return _NOMINAL if self.text or self.variable.labels else _SCALE

    def measure(self, values: pa.Array) -> None:
        """Widen the variable to its longest text; refuse what cannot be held."""
        if not self.text:
            return
        if pc.any(pc.ends_with(values, " ")).as_py():
            raise self._unfit("has text that ends in a blank, which would be lost")
        self.width = max(self.width, pc.max(pc.binary_length(values)).as_py() or 0)
        if self.width > TEXT_BYTES:
            raise self._unfit(f"has text of over {TEXT_BYTES} bytes")

    def fill(self, values: pa.Array) -> NDArray[np.generic]:
        """The values as they stand in the rows."""
        if self.text:
            size = self.octets * _OCTET
            cells = [self._cell((cell or "").encode()) for cell in values.to_pylist()]
            return np.array(cells, dtype=f"S{size}")
        try:
            numbers = doubles(values, epoch=_EPOCH, day=86_400)
        except TooLargeError:
            raise self._unfit("has a whole number too large for SPSS") from None
        return np.where(np.isnan(numbers), _MISSING, numbers)

    def _cell(self, text: bytes) -> bytes:
        """The text over its segments, each filled with blanks to whole octets."""
        parts = []
        for number, width in enumerate(self.segments):
            part = text[number * _SEGMENT : (number + 1) * _SEGMENT]
            parts.append(part.ljust(-(-width // _OCTET) * _OCTET))
        return b"".join(parts)

    def _unfit(self, what: str) -> UnfitForFormat:
        return UnfitForFormat(self._table, self.variable.source, what)


def _place(columns: Sequence[_Column]) -> None:
    """Give each variable its place in a row and its short names, V1 and so on."""
    place, number = 1, 0
    for column in columns:
        column.first, names = place, []
        for _ in column.segments:
            number += 1
            names.append(f"V{number}")
        column.short_names = names
        place += column.octets


def _rows(columns: Sequence[_Column], batch: pa.RecordBatch) -> bytes:
    layout = [
        (one.variable.name, f"S{one.octets * _OCTET}" if one.text else "<f8") for one in columns
    ]
    rows = np.empty(len(batch), dtype=layout)
    for one in columns:
        rows[one.variable.name] = one.fill(batch.column(one.variable.source))
    return rows.tobytes()


def _dictionary(label: str, columns: Sequence[_Column], rows: int, at: datetime) -> bytes:
    return b"".join(
        (
            _header(label, sum(column.octets for column in columns), rows, at),
            *(_variable(column) for column in columns),
            *(_short_labels(column) for column in columns),
            _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65_001)),
            _extension(4, 8, struct.pack("<3d", _MISSING, _HIGHEST, _LOWEST)),
            _extension(11, 4, b"".join(_display(column) for column in columns)),
            _extension(13, 1, _pairs("\t", columns, lambda one: one.variable.name)),
            _very_long(columns),
            _extension(16, 8, struct.pack("<2q", 1, rows)),
            _extension(20, 1, b"UTF-8"),
            _long_labels(columns),
            struct.pack("<2i", 999, 0),
        )
    )


def _header(label: str, octets: int, rows: int, at: datetime) -> bytes:
    utc = at.astimezone(UTC)
    return struct.pack(
        "<4s60s5id9s8s64s3x",
        b"$FL2",
        f"{'@(#) SPSS DATA FILE':60}".encode("ascii"),
        2,
        octets,
        0,
        0,
        rows,
        100.0,
        f"{utc:%d} {_MONTHS[utc.month - 1]} {utc:%y}".encode("ascii"),
        f"{utc:%H:%M:%S}".encode("ascii"),
        label.encode().ljust(64),
    )


def _variable(column: _Column) -> bytes:
    parts = []
    for number, (width, name) in enumerate(zip(column.segments, column.short_names, strict=True)):
        label = column.variable.label.encode() if number == 0 else b""
        display = column.display(width)
        parts.append(struct.pack("<6i8s", 2, width, bool(label), 0, display, display, _octet(name)))
        if label:
            parts.append(struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4))
        more = max(1, -(-width // _OCTET)) - 1
        parts.append(struct.pack("<6i8s", 2, -1, 0, 0, 0, 0, b" " * 8) * more)
    return b"".join(parts)


def _octet(text: str) -> bytes:
    return text.encode().ljust(_OCTET)


def _short_labels(column: _Column) -> bytes:
    """The labels of numbers, and of text of up to eight bytes."""
    labels = column.variable.labels
    if not labels or column.width > _OCTET:
        return b""
    parts = [struct.pack("<2i", 3, len(labels))]
    for value, words in labels.items():
        parts.append(_octet(str(value)) if column.text else struct.pack("<d", value))
        content = words.encode()
        parts.append(bytes([len(content)]) + content.ljust(-(-(len(content) + 1) // 8) * 8 - 1))
    parts.append(struct.pack("<3i", 4, 1, column.first))
    return b"".join(parts)


def _long_labels(columns: Sequence[_Column]) -> bytes:
    """The labels of text of over eight bytes."""
    parts = []
    for one in columns:
        labels = one.variable.labels
        if labels and one.text and one.width > _OCTET:
            parts.append(_counted(one.variable.name.encode()))
            parts.append(struct.pack("<2i", one.width, len(labels)))
            for value, words in labels.items():
                parts.append(_counted(str(value).encode().ljust(one.width)))
                parts.append(_counted(words.encode()))
    return _extension(21, 1, b"".join(parts)) if parts else b""


def _counted(content: bytes) -> bytes:
    return struct.pack("<i", len(content)) + content


def _display(column: _Column) -> bytes:
    level, right = column.measure_level, 0 if column.text else 1
    return b"".join(
        struct.pack("<3i", level, min(max(width, _OCTET), 40), right) for width in column.segments
    )


def _very_long(columns: Sequence[_Column]) -> bytes:
    long = [column for column in columns if column.width > _SEGMENT]
    if not long:
        return b""
    return _extension(14, 1, _pairs("\0\t", long, lambda one: f"{one.width:05d}") + b"\0\t")


def _pairs(between: str, columns: Sequence[_Column], words: Callable[[_Column], str]) -> bytes:
    return between.join(f"{one.short_names[0]}={words(one)}" for one in columns).encode()


def _extension(kind: int, size: int, content: bytes) -> bytes:
    return struct.pack("<4i", 7, kind, size, len(content) // size) + content
