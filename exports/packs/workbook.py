"""A pack as a workbook: one sheet a table, and on each sheet what it is and where it comes from.

It is made in memory, never on the disk, and its times are those of the cut: same cut, same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.manifest import Manifest
from analysis.tables import Table
from exports.packs.figures.pack import Pack
from trial.documents import environment_mark

# What a sheet's name may have, and how wide a column becomes.
NAME, WIDEST = 31, 60
ABOUT = "About"
# A number that is written as one: what begins with a sign stays as it reads.
_NUMBER = re.compile(r"\d{1,15}(\.\d+)?")


@dataclass(frozen=True)
class Looks:
    """The formats of cells. Text keeps an apostrophe before it: edited, it is no formula either."""

    title: Format
    text: Format
    head: Format
    number: Format


def workbook(pack: Pack, manifest: Manifest, *, meeting: str, as_of: datetime) -> bytes:
    """The workbook of a pack; a cell is a number or text, never a formula and never a link."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    made = as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    title = f"{meeting}: {pack.kind.lower()} pack"
    book.set_properties({"title": title, "comments": manifest.name, "created": made})
    looks = Looks(
        book.add_format({"bold": True, "quote_prefix": True}),
        book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
        book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1,
                         "quote_prefix": True}),
        book.add_format({"valign": "top"}),
    )  # fmt: skip
    head = _head(pack, manifest, meeting)
    names = sheet_names(pack.tables)
    listed = tuple((name, table.caption) for name, table in zip(names, pack.tables, strict=True))
    first = Table("about", title, ("Sheet", "Table"), listed, _words(pack))
    for name, table in zip((ABOUT, *names), (first, *pack.tables), strict=True):
        _sheet(book.add_worksheet(name), head, table, looks)
    book.close()
    return out.getvalue()


def sheet_names(tables: Sequence[Table]) -> tuple[str, ...]:
    """A name for each table's sheet: its own as far as it goes, and no two alike."""
    names: list[str] = []
    for place, table in enumerate(tables, start=1):
        short = table.name[:NAME]
        taken = short.lower() in {name.lower() for name in (ABOUT, *names)}
        names.append(f"{table.name[: NAME - 4]}_{place:03d}" if taken else short)
    return tuple(names)


def _head(pack: Pack, manifest: Manifest, meeting: str) -> tuple[str, ...]:
    mark = environment_mark()
    return (
        f"{pack.kind} · {manifest.protocol.code} · {meeting}{f' · {mark}' if mark else ''}",
        f"Cut {manifest.cut}",
        f"Cut-off {manifest.as_of}",
        f"SHA-256 of the cut {manifest.sha256}",
    )


def _words(pack: Pack) -> tuple[str, ...]:
    """The sentences of the pack, each after the heading it stands under."""
    return tuple(
        f"{title}: {part}" for title, parts in pack.sections for part in parts
        if isinstance(part, str)
    )  # fmt: skip


def _sheet(sheet: Worksheet, head: Sequence[str], table: Table, looks: Looks) -> None:
    row = 0
    for line in (*head, table.caption):
        sheet.write_string(row, 0, line, looks.title)
        row += 1
    for note in table.notes:
        sheet.write_string(row, 0, note)
        row += 1
    row += 1
    for column, name in enumerate(table.columns):
        sheet.write_string(row, column, name, looks.head)
        sheet.set_column(column, column, _width(table, column))
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)
    nothing = ("None.", *("" for _ in table.columns[1:]))
    for cells in table.rows or (nothing,):
        row += 1
        for column, cell in enumerate(cells):
            _cell(sheet, (row, column), cell, looks)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{head[0]}")
    sheet.set_footer(f"&L{head[1]} · {head[2]}&R&P of &N")


def _cell(sheet: Worksheet, place: tuple[int, int], cell: str, looks: Looks) -> None:
    if _NUMBER.fullmatch(cell):
        sheet.write_number(*place, float(cell), looks.number)
    else:
        sheet.write_string(*place, cell, looks.text)


def _width(table: Table, column: int) -> int:
    longest = max((len(row[column]) for row in table.rows), default=0)
    return min(max(longest, len(table.columns[column]) // 2, 8) + 2, WIDEST)
