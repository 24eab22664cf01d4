"""``read.sas``: every table of the cut as a SAS data set, with formats for its codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.formats import sas_names, short_names
from exports.tables import Column, Table

_NAME_LENGTH, _LABEL_LENGTH = 32, 256
_HEAD = """\
/* Reads the tables of a data cut into the library WORK, with labels and formats.

   Set FOLDER to the folder of the cut, then run all of it. Needs SAS 9.4M5 or later, in a session
   of UTF-8.
   {source}
   Days and instants (in UTC) become SAS's own; partial dates, text and codes that are words stay
   text; codes show in words by the formats below. */
%let folder = .;
"""
_FROM_TRANSPORT = "The cut's SAS transport files are read; names and labels are put back in full."
_FROM_CSV = (
    "The cut's CSV files are read. SAS cannot read a line end within a text: a table with one\n"
    "   ends in an error. Ask for the cut with SAS transport files then."
)
_GUARDED = r"/^'+[=+\-@\x09\x0D]/"
_LONGEST_TEXT = 32_767
_INFORMATS = {"date": "yymmdd10.", "datetime": "e8601dz20."}
_SHOWN = {"date": "e8601da10.", "datetime": "e8601dt19."}


def program(tables: Sequence[Table], rows: Sequence[int], *, transport: bool) -> str:
    """The program for these tables, which have so many rows; from transport files or from CSV."""
    sets = sas_names.datasets(tables, _NAME_LENGTH)
    parts = [
        _HEAD.format(source=_FROM_TRANSPORT if transport else _FROM_CSV),
        "\nproc format;\n",
        "  value yesno 0 = 'No' 1 = 'Yes';\n",
        *_formats(tables),
        "run;\n",
    ]
    transported = sas_names.datasets(tables)
    for number, (table, count) in enumerate(zip(tables, rows, strict=True), start=1):
        body = _from_transport(table, transported[table.file]) if transport else _from_csv(table)
        parts.append(f"\n/* {table.file} */\n")
        if transport:
            stem = table.file.removesuffix(".csv")
            parts.append(f'libname cutfile xport "&folder/xpt/{stem}.xpt" access=readonly;\n')
        title = short_names.cut_short(table.title, _LABEL_LENGTH)
        parts.append(f"data {sets[table.file]}(label={quoted(title)});\n")
        parts += [f"  {line}\n" for line in (*body, *_shown(table, number, transport=transport))]
        parts.append("run;\n")
        parts.append(_check(sets[table.file], table.file, count))
    return "".join(parts)


def _formats(tables: Sequence[Table]) -> Iterator[str]:
    for number, table in enumerate(tables, start=1):
        for place, column in enumerate(table.columns, start=1):
            if column.values:
                yield f"  /* {table.file}, column {column.name} */\n"
                yield f"  value {_format(column, number, place)}\n"
                for value, words in column.values:
                    code = str(value) if column.coded_in_numbers else quoted(str(value))
                    yield f"    {code} = {quoted(words)}\n"
                yield "  ;\n"


def _format(column: Column, table: int, place: int) -> str:
    """The name of the format of a column; SAS has names end in a letter."""
    return f"{'' if column.coded_in_numbers else '$'}t{table}c{place}f"


def _from_transport(table: Table, dataset: str) -> Iterator[str]:
    yield f"set cutfile.{dataset};"
    long = _long_names(table)
    for one in sas_names.variables(table):
        if one.name != long[one.source].upper():
            yield f"rename {one.name} = {long[one.source]};"


def _from_csv(table: Table) -> Iterator[str]:
    long = _long_names(table)
    yield (
        f'infile "&folder/{table.file}" dsd dlm="," truncover firstobs=2 lrecl=1048576 '
        'termstr=lf encoding="utf-8";'
    )
    yield "input"
    for column in table.columns:
        yield f"  {long[column.name]} :{_informat(column)}"
    yield ";"
    texts = [long[column.name] for column in table.columns if _is_text(column)]
    if texts:
        yield from _unguarded(texts)


def _unguarded(texts: Sequence[str]) -> Iterator[str]:
    """An apostrophe stands before what a spreadsheet would take for a formula."""
    yield f"array cuttext{{*}} {' '.join(texts)};"
    yield "do cutplace = 1 to dim(cuttext);"
    yield f"  if prxmatch({quoted(_GUARDED)}, cuttext{{cutplace}}) then"
    yield "    cuttext{cutplace} = substr(cuttext{cutplace}, 2);"
    yield "end;"
    yield "drop cutplace;"


def _is_text(column: Column) -> bool:
    return column.kind in {"text", "partial"} or (
        column.kind == "choice" and not column.coded_in_numbers
    )


def _informat(column: Column) -> str:
    if not _is_text(column):
        return _INFORMATS.get(column.kind, "32.")
    return "$10." if column.kind == "partial" else f"${_LONGEST_TEXT}."


def _shown(table: Table, number: int, *, transport: bool) -> Iterator[str]:
    """Labels in full, and how values show; under the names that the step reads."""
    called = (
        {one.source: one.name for one in sas_names.variables(table)}
        if transport
        else _long_names(table)
    )
    for place, column in enumerate(table.columns, start=1):
        name = called[column.name]
        label = short_names.cut_short(column.label, _LABEL_LENGTH)
        yield f"label {name} = {quoted(label)};"
        if column.values:
            yield f"format {name} {_format(column, number, place)}.;"
        elif column.kind == "boolean":
            yield f"format {name} yesno.;"
        elif column.kind in _SHOWN:
            yield f"format {name} {_SHOWN[column.kind]};"


def _long_names(table: Table) -> dict[str, str]:
    return short_names.names([column.name for column in table.columns], _NAME_LENGTH)


def _check(dataset: str, file: str, rows: int) -> str:
    return f"""\
data _null_;
  call symputx('cutrows', cutcount);
  stop;
  set {dataset} nobs=cutcount;
run;
%if &cutrows ne {rows} %then %do;
  %put ERROR: {file} was not read whole: it has {rows} rows, not &cutrows..;
  %abort cancel;
%end;
"""


def quoted(words: str) -> str:
    """The words as text that SAS takes as they are: no macro is looked for in single quotes."""
    return "'" + words.replace("'", "''") + "'"
