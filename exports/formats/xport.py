"""SAS transport files, version 5, byte by byte: a data set is written batch by batch.

After SAS technical paper TS-140, "The record layout of a data set in SAS transport (XPORT)
format". A file is records of 80 bytes: headers, one description of 140 bytes a variable, then the
rows one after another. Numbers are IBM doubles, which hold every number a table has exactly; text
is padded with blanks. Nothing is cut off: what the layout cannot hold is refused.
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
from exports.formats.sas_names import Variable
from exports.output import HashedFile, WrittenFile

__all__ = ["TEXT_BYTES", "Variable", "write_dataset"]

TEXT_BYTES = 200
_RECORD = 80
_MISSING = 0x2E << 56  # a full stop, then nothing
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_LABEL = re.compile(r"[ -~]{0,40}")
# Printable ASCII, and the ends of lines within a text.
_TEXT = r"\A[\t\n\r -~]*\z"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EPOCH = date(1960, 1, 1)
_DATE, _INSTANT = ("DATE", 9), ("DATETIME", 20)

Batches = Callable[[], Iterator[pa.RecordBatch]]


def write_dataset(
    path: Path,
    folder: str,
    *,
    name: str,
    label: str,
    variables: Sequence[Variable],
    schema: pa.Schema,
    batches: Batches,
    at: datetime,
) -> WrittenFile:
    """Write one data set into a new file of this folder of the cut; ``batches`` is read twice.

    ``at`` stands in the headers as the time it was made. The same arguments give the same bytes.

    Raises:
        UnfitForFormat: a name, label or text that the format cannot hold; the sentence names the
            data set and the field.
        OSError: the disk is full, or not there.
    """
    _check_names(path.stem, name, label, variables)
    columns = [_Column(path.stem, one, schema.field(one.source).type) for one in variables]
    for batch in batches():
        for column in columns:
            column.measure(batch.column(column.variable.source))
    with HashedFile(path, folder) as out:
        out.add(_headers(name, label, at, columns))
        rows = size = 0
        for batch in batches():
            content = _rows(columns, batch)
            out.add(content)
            rows, size = rows + len(batch), size + len(content)
            _check_last_row(path.stem, columns, content)
        out.add(_padding(size))
        return out.finish(rows=rows)


def _check_names(table: str, name: str, label: str, variables: Sequence[Variable]) -> None:
    if not _NAME.fullmatch(name) or not _LABEL.fullmatch(label):
        raise UnfitForFormat(table, name, "the data set's name or label is not of SAS transport v5")
    taken: set[str] = set()
    for one in variables:
        if not _NAME.fullmatch(one.name) or one.name in taken:
            raise UnfitForFormat(table, one.source, "its name is not of SAS transport v5, or taken")
        if not _LABEL.fullmatch(one.label):
            raise UnfitForFormat(table, one.source, "its label is over 40 characters, or not ASCII")
        taken.add(one.name)


class _Column:
    """One variable with its width in bytes and how its values become bytes."""

    def __init__(self, table: str, variable: Variable, kind: pa.DataType) -> None:
        self.variable, self._table, self._kind = variable, table, kind
        self.text = pa.types.is_string(kind)
        self.width = variable.length if self.text else 8

    @property
    def display(self) -> tuple[str, int]:
        """The display format: its name and width; none for plain numbers and text."""
        if pa.types.is_date(self._kind):
            return _DATE
        return _INSTANT if pa.types.is_timestamp(self._kind) else ("", 0)

    def measure(self, values: pa.Array) -> None:
        """Widen the variable to its longest text; refuse what cannot be held."""
        if not self.text:
            return
        if pc.any(pc.invert(pc.match_substring_regex(values, _TEXT))).as_py():
            raise self._unfit("has text that is not plain ASCII")
        if pc.any(pc.ends_with(values, " ")).as_py():
            raise self._unfit("has text that ends in a blank, which would be lost")
        self.width = max(self.width, pc.max(pc.binary_length(values)).as_py() or 0)
        if self.width > TEXT_BYTES:
            raise self._unfit(f"has text of over {TEXT_BYTES} characters")

    def fill(self, values: pa.Array) -> NDArray[np.generic]:
        """The values as they stand in the file."""
        if self.text:
            cells = [(cell or "").ljust(self.width) for cell in values.to_pylist()]
            return np.array([cell.encode("ascii") for cell in cells], dtype=f"S{self.width}")
        return self._ibm(self._numbers(values)).astype(">u8")

    def _numbers(self, values: pa.Array) -> NDArray[np.float64]:
        try:
            return doubles(values, epoch=_EPOCH)
        except TooLargeError:
            raise self._unfit("has a whole number too large for SAS") from None

    def _ibm(self, values: NDArray[np.float64]) -> NDArray[np.uint64]:
        """IBM doubles: a sign, a power of sixteen and 56 bits; a full stop is missing."""
        missing = np.isnan(values)
        fraction, power = np.frexp(np.where(missing, 0.0, np.abs(values)))
        sixteens = -(-power // 4)
        bits = np.ldexp(fraction, power - 4 * sixteens + 56).astype(np.uint64)
        exponent = np.where(bits == 0, 0, sixteens + 64)
        if exponent.size and not (exponent.min() >= 0 and exponent.max() < 128):
            raise self._unfit("has a number that SAS transport v5 cannot hold")
        signs = np.signbit(values).astype(np.uint64) << np.uint64(63)
        whole = signs | (exponent.astype(np.uint64) << np.uint64(56)) | bits
        return np.where(missing, np.uint64(_MISSING), np.where(bits == 0, np.uint64(0), whole))

    def _unfit(self, what: str) -> UnfitForFormat:
        return UnfitForFormat(self._table, self.variable.source, what)


def _rows(columns: Sequence[_Column], batch: pa.RecordBatch) -> bytes:
    layout = np.dtype(
        [(column.variable.name, f"S{column.width}" if column.text else ">u8") for column in columns]
    )
    rows = np.empty(len(batch), dtype=layout)
    for column in columns:
        rows[column.variable.name] = column.fill(batch.column(column.variable.source))
    return rows.tobytes()


def _check_last_row(table: str, columns: Sequence[_Column], content: bytes) -> None:
    """Readers take blanks at the end for padding: a blank row there would be lost."""
    width = sum(column.width for column in columns)
    if width < _RECORD and content and not content[-width:].strip(b" "):
        raise UnfitForFormat(table, columns[0].variable.source, "has a row without any value")


def _padding(size: int) -> bytes:
    return b" " * (-size % _RECORD)


def _headers(name: str, label: str, at: datetime, columns: Sequence[_Column]) -> bytes:
    made = _moment(at)
    described = b"".join(_described(number, columns) for number in range(len(columns)))
    return b"".join(
        (
            _header("LIBRARY"),
            f"{'SAS':8}{'SAS':8}{'SASLIB':8}{'6.06':8}{'':32}{made}".encode("ascii"),
            f"{made:80}".encode("ascii"),
            _header("MEMBER", "000000000000000001600000000140"),
            _header("DSCRPTR"),
            f"{'SAS':8}{name:8}{'SASDATA':8}{'6.06':8}{'':32}{made}".encode("ascii"),
            f"{made}{'':16}{label:40}{'':8}".encode("ascii"),
            _header("NAMESTR", f"000000{len(columns):04d}00000000000000000000"),
            described,
            _padding(len(described)),
            _header("OBS"),
        )
    )


def _header(kind: str, numbers: str = "0" * 30) -> bytes:
    return f"HEADER RECORD*******{kind:8}HEADER RECORD!!!!!!!{numbers:30}  ".encode("ascii")


def _described(number: int, columns: Sequence[_Column]) -> bytes:
    column = columns[number]
    variable, (display, width) = column.variable, column.display
    return struct.pack(
        ">4h8s40s8s3h2x8s2hi52x",
        2 if column.text else 1,
        0,
        column.width,
        number + 1,
        f"{variable.name:8}".encode("ascii"),
        f"{variable.label:40}".encode("ascii"),
        f"{display:8}".encode("ascii"),
        width,
        0,
        0,
        b" " * 8,
        0,
        0,
        sum(before.width for before in columns[:number]),
    )


def _moment(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{utc:%d}{_MONTHS[utc.month - 1]}{utc:%y:%H:%M:%S}"
