"""``read.do``: a table of the cut in Stata, every column of its type, with its labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.formats import stata_names
from exports.formats.stata_names import Variable
from exports.tables import Column, Table

_HEAD = """\
* Reads a table of a data cut from its CSV file, with labels and value labels.
*
*     do readers/read.do FOLDER TABLE        for example: do readers/read.do . {first}
*
* Needs Stata 14 or later. The variables are those of the cut's own .dta files, where it has them.
* Days and instants (in UTC) become Stata's own; partial dates, text and codes that are words
* stay text, and codes that are words are numbered and labelled in a second variable.
version 14
args folder table
local known 0
"""
_TAIL = """\
if !`known' {
    display as error "This cut has no table `table'."
    exit 198
}
"""
_TEXT_KINDS = {"text", "partial"}


def program(tables: Sequence[Table], rows: Sequence[int]) -> str:
    """The program for these tables, which have so many rows."""
    parts = [_HEAD.format(first=_stem(tables[0]))]
    for table, count in zip(tables, rows, strict=True):
        inner = "".join(f"    {line}\n" for line in _table(table, count))
        parts.append(f'if "`table\'" == "{_stem(table)}" {{\n{inner}}}\n')
    return "".join([*parts, _TAIL])


def _stem(table: Table) -> str:
    return table.file.removesuffix(".csv")


def _table(table: Table, rows: int) -> Iterator[str]:
    variables = stata_names.variables(table)
    cells = {column.name: f"v{place}" for place, column in enumerate(table.columns, start=1)}
    yield "local known 1"
    yield from _read(table, rows)
    for column in table.columns:
        mine = [one for one in variables if one.source in stata_names.sources(table, column)]
        yield from _column(column, f"__{cells[column.name]}", mine)
    for one in variables:
        yield from _words(one)
    yield f"order {' '.join(one.name for one in variables)}"
    yield f"label data {quoted(stata_names.title(table))}"


def _read(table: Table, rows: int) -> Iterator[str]:
    """The cells as text, in variables that no column is called like."""
    count = len(table.columns)
    if rows:
        yield (
            f'import delimited using "`folder\'/{table.file}", clear varnames(nonames) '
            'rowrange(2) stringcols(_all) encoding("utf-8") delimiters(",") '
            "bindquotes(strict) maxquotedrows(unlimited)"
        )
    else:
        yield "clear"
        yield f"forvalues place = 1/{count} {{"
        yield '    generate str1 v`place\' = ""'
        yield "}"
    yield f"forvalues place = 1/{count} {{"
    yield "    rename v`place' __v`place'"
    # An apostrophe stands before what a spreadsheet would take for a formula.
    yield (
        "    replace __v`place' = usubstr(__v`place', 2, .) "
        r"""if ustrregexm(__v`place', "^'+[=+\-@\x09\x0D]")"""
    )
    yield "}"
    yield f"if _N != {rows} {{"
    yield f'    display as error "{table.file} was not read whole: it has {rows} rows."'
    yield "    exit 459"
    yield "}"


def _column(column: Column, cell: str, variables: Sequence[Variable]) -> Iterator[str]:
    name = variables[0].name
    if column.kind in _TEXT_KINDS or (column.kind == "choice" and not column.coded_in_numbers):
        yield f"rename {cell} {name}"
        for numbered in variables[1:]:
            yield f"generate long {numbered.name} = ."
            for number, (value, _) in enumerate(column.values, start=1):
                yield f"replace {numbered.name} = {number} if {name} == {quoted(str(value))}"
        return
    made = {
        "date": ("long", f'daily({cell}, "YMD")'),
        "datetime": (
            "double",
            f'clock(substr({cell}, 1, 10) + " " + substr({cell}, 12, 8), "YMDhms")',
        ),
    }
    kind, value = made.get(column.kind, ("double", f"real({cell})"))
    yield f"generate {kind} {name} = {value}"
    yield f"drop {cell}"
    if column.kind in {"date", "datetime"}:
        yield f"format {name} {'%td' if column.kind == 'date' else '%tc'}"


def _words(one: Variable) -> Iterator[str]:
    yield f"label variable {one.name} {quoted(one.label)}"
    for name, words in one.notes.items():
        yield f"char {one.name}[{name}] {quoted(words)}"
    for value, words in one.labels.items():
        yield f"label define {one.name} {value} {quoted(words)}, modify"
    if one.labels:
        yield f"label values {one.name} {one.name}"


def quoted(words: str) -> str:
    """The words as one piece of a Stata command, nothing in them taken for a macro."""
    plain = words.replace("\\", "\\\\") if "`" in words or "$" in words else words
    plain = plain.replace("`", "\\`").replace("$", "\\$")
    return f'`"{plain}"\''
