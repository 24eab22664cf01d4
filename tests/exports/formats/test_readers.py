"""The readers in a cut: run where the tool can be had, and the cells they give are the CSV's."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from exports import codebook
from exports.formats import dta, sav, stata_names, tidy_csv, xpt
from exports.formats.frozen import Frozen
from exports.readers import sas, stata, writing
from exports.tables import Column, Kind, Table
from tests.exports.formats.made_tables import EMPTY, GRADES, SCORES, VISITS, cells, frozen
from tests.exports.formats.reading_back import as_cell, expected, number
from tests.exports.trial_data import Trial, contents, folder_of, table
from tests.exports.trial_data import frozen as frozen_cut
from tests.people import People

pytestmark = pytest.mark.requirement("R-061")
RSCRIPT = shutil.which("Rscript")


@pytest.fixture
def cut(tmp_path: Path) -> Frozen:
    """The folder of a cut with its codebook, readers and manifest."""
    at_hand = frozen(tmp_path / "cut")
    tables = [one.table for one in at_hand.tables]
    for extra in codebook.tables(tables):
        tidy_csv.write(at_hand.folder / extra.file, extra.columns, extra.rows(), lambda: None)
    list(writing.write(at_hand.folder, tables, [one.rows for one in at_hand.tables], []))
    listed = [
        {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in at_hand.folder.glob("*.csv")
    ]
    (at_hand.folder / "manifest.json").write_text(json.dumps({"tables": listed}))
    return at_hand


def in_python(folder: Path) -> dict[str, Any]:
    """What the cut's own ``read.py`` defines."""
    return runpy.run_path(str(folder / "readers" / "read.py"))


def test_python_reads_the_cells_the_types_and_the_labels(cut: Frozen) -> None:
    reader = in_python(cut.folder)
    tables = reader["read_cut"](cut.folder)
    assert list(tables) == ["scores", "empty_for_now"]
    frame = tables["scores"]
    found = [
        {one.name: as_cell(None if pd.isna(row[one.name]) else row[one.name], one)
         for one in SCORES.columns}
        for row in frame.astype(object).to_dict("records")
    ]  # fmt: skip
    assert found == expected(cells(cut.folder / "scores.csv"), SCORES.columns)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "participant": "string", "visit": "string", "grade": "Int64",
        "total_of_all_items": "Int64", "total_of_all_others": "float64", "done": "boolean",
        "assessed_on": "datetime64[us]", "onset": "string", "signed_at": "datetime64[us, UTC]",
        "remark": "string", "nothing": "string", "no_number": "float64",
    }  # fmt: skip
    assert frame.attrs["labels"] == {one.name: one.label for one in SCORES.columns}
    assert frame.attrs["value_labels"] == {"visit": dict(VISITS), "grade": dict(GRADES)}
    words = reader["in_words"](frame, "visit")
    assert list(words.cat.categories) == [label for _, label in VISITS]
    assert list(words.dropna()) == ["Inclusion", "24 months: the last", "1 month"]


def test_python_refuses_a_file_that_is_not_the_cuts(cut: Frozen) -> None:
    with (cut.folder / "scores.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(ValueError, match=r"scores\.csv is not the file"):
        in_python(cut.folder)["read_cut"](cut.folder)


@pytest.mark.parametrize("kind", list(codebook.TYPES))
def test_python_knows_every_type_of_the_codebook(tmp_path: Path, kind: Kind) -> None:
    reader = in_python(_scripts(tmp_path))
    empty = pd.Series([None], dtype="string")
    assert reader["_typed"](empty, codebook.TYPES[kind]).isna().all()
    with pytest.raises(ValueError, match="does not know: colour"):
        reader["_typed"](empty, "colour")


def _scripts(folder: Path) -> Path:
    list(writing.write(folder, [EMPTY], [0], []))
    return folder


def test_python_reads_a_real_cut(trial: Trial, committed_people: People) -> None:
    made = frozen_cut(committed_people, blinded=False)
    reader = in_python(folder_of(made))
    found = reader["read_cut"](folder_of(made))
    for row in table(made, "codebook.csv"):
        frame = found[row["table"].removesuffix(".csv")]
        assert frame.attrs["labels"][row["column"]] == row["label"]
        assert len(frame) == len(table(made, row["table"]))
    assert list(found["adverse_events"]["term"]) == ["=1+1", "'=1+1"]
    assert reader["in_words"](found["allocation"], "arm")[0] == "Mesenchymal stem cells"
    for name, content in contents(frozen_cut(committed_people)).items():
        assert b"Marrow aspiration" not in content, name


def ask_r(program: str, *packages: str) -> Any:
    """What R writes as JSON; skipped, and said so, where there is no R with these packages."""
    loading = "; ".join(f"library({name})" for name in ("jsonlite", *packages))
    ready = [RSCRIPT or "false", "-e", f"suppressMessages({{{loading}}})"]
    if subprocess.run(ready, capture_output=True, check=False).returncode:
        pytest.skip(f"NOT RUN: there is no R with jsonlite {' '.join(packages)} on this machine")
    answer = subprocess.run([*ready, "-e", program], capture_output=True, check=True)
    return json.loads(answer.stdout)


IN_JSON = (
    "cat(toJSON(%s, digits = NA, na = 'null'))",
    "function(x) if (inherits(x, c('Date', 'POSIXct'))) as.numeric(x) else as.vector(x)",
)


def test_r_reads_the_cells_the_types_and_the_labels(cut: Frozen) -> None:
    asked = (
        f"list(lapply(cut$scores, {IN_JSON[1]}),"
        " sapply(cut$scores, function(x) class(x)[1]), sapply(cut$scores, attr, 'label'),"
        " as.character(in_words(cut$scores$visit)), dim(cut$empty_for_now))"
    )
    rows, kinds, labels, words, empty = ask_r(
        f"source('{cut.folder}/readers/read.R'); cut <- read_cut('{cut.folder}');"
        f"{IN_JSON[0] % asked}"
    )
    assert _of_r(rows, {one.name: one.name for one in SCORES.columns}) == _columns(cut)
    assert kinds == [
        "character", "character", "numeric", "numeric", "numeric", "logical", "Date",
        "character", "POSIXct", "character", "character", "numeric",
    ]  # fmt: skip
    assert labels == [one.label for one in SCORES.columns]
    assert words == ["Inclusion", "24 months: the last", None, "1 month"]
    assert empty == [0, 2]


def test_r_reads_the_files_of_the_packages_as_well(cut: Frozen) -> None:
    for one in (xpt, sav, dta):
        list(one.write(cut))
    files = ("xpt/scores.xpt", "sav/scores.sav", "dta/scores.dta")
    reads = (f"haven::read_{name[-3:]}('{cut.folder}/{name}'), {IN_JSON[1]}" for name in files)
    foreign = f"foreign::read.xport('{cut.folder}/{files[0]}')$TOTAL_O2"
    asked = f"list({', '.join(f'lapply({one})' for one in reads)}, {foreign})"
    in_sas, in_spss, in_stata, others = ask_r(IN_JSON[0] % asked, "haven", "foreign")
    wanted = _columns(cut)
    same = {one.name: one.name for one in SCORES.columns}
    assert _of_r(in_spss, same) == wanted
    assert _of_r(in_stata, same) == wanted
    assert _of_r(in_sas, {name: _in_sas(name) for name in same}) == wanted
    assert [number(repr(one)) if one is not None else None for one in others] == (
        wanted["total_of_all_others"]
    )


def _of_r(rows: dict[str, list[Any]], called: dict[str, str]) -> dict[str, list[str | None]]:
    """The columns R found, told as the cells of the CSV file."""
    epoch = pd.Timestamp("1970-01-01").date()
    return {
        one.name: [as_cell(value, one, epoch=epoch) for value in rows[called[one.name]]]
        for one in SCORES.columns
    }


def _columns(cut: Frozen) -> dict[str, list[str | None]]:
    wanted = expected(cells(cut.folder / "scores.csv"), SCORES.columns)
    return {one.name: [row[one.name] for row in wanted] for one in SCORES.columns}


def test_sas_is_told_every_column_label_and_code(cut: Frozen) -> None:
    tables = [SCORES, EMPTY]
    for transport in (True, False):
        program = sas.program(tables, [4, 0], transport=transport)
        _well_formed(program)
        for one in tables:
            for column in one.columns:
                name = _in_sas(column.name) if transport else column.name
                assert f"label {name} = {sas.quoted(column.label)};" in program
                for value, words in column.values:
                    code = value if column.coded_in_numbers else sas.quoted(str(value))
                    assert f"    {code} = {sas.quoted(words)}\n" in program
        assert "scores.csv was not read whole: it has 4 rows" in program
    assert "libname" not in program
    assert "rename TOTAL_O2 = total_of_all_others;" in sas.program(tables, [4, 0], transport=True)


def _in_sas(column: str) -> str:
    short = {"participant": "PARTICIP", "total_of_all_items": "TOTAL_OF",
             "total_of_all_others": "TOTAL_O2", "assessed_on": "ASSESSED",
             "signed_at": "SIGNED_A", "no_number": "NO_NUMBE"}  # fmt: skip
    return short.get(column, column.upper())


def _well_formed(program: str) -> None:
    """Quotes are closed, steps end, and names are not longer than SAS takes."""
    bare = re.sub(r"/\*.*?\*/", "", program, flags=re.DOTALL).replace("''", "")
    assert [line for line in bare.splitlines() if line.count("'") % 2] == []
    assert program.count("\nrun;") == program.count("\ndata ") + program.count("proc format;")
    assert max(map(len, program.splitlines())) < 256


def test_words_of_any_kind_stay_words_in_sas_and_stata() -> None:
    words = "It's \"50 %\" of &all `these' $5"
    assert sas.quoted(words) == "'It''s \"50 %\" of &all `these'' $5'"
    assert stata.quoted(words) == '`"It\'s "50 %" of &all \\`these\' \\$5"\''


def test_stata_is_told_the_names_and_labels_of_the_dta_files(cut: Frozen) -> None:
    program = stata.program([SCORES, EMPTY], [4, 0])
    list(dta.write(cut))
    _, meta = pyreadstat.read_dta(cut.folder / "dta" / "scores.dta")
    assert f"    order {' '.join(meta.column_names)}\n" in program
    for name, label in meta.column_names_to_labels.items():
        assert f"    label variable {name} {stata.quoted(str(label))}\n" in program
    for name, labels in meta.variable_value_labels.items():
        for value, words in labels.items():
            line = f"    label define {name} {int(value)} {stata.quoted(words)}, modify\n"
            assert line in program
    opened = program.count("{\n")
    assert opened == program.count("}\n")
    assert "`folder'/scores.csv" in program
    assert "`folder'/empty_for_now.csv" not in program


def test_a_longer_name_is_the_same_in_the_program_and_the_file() -> None:
    column = Column("x" * 33, "w" * 81, "date")
    one = Table("t.csv", "t", (column,), EMPTY.rows, EMPTY.count)
    program = stata.program([replace(SCORES, file="s.csv"), one], [1, 1])
    (variable,) = stata_names.variables(one)
    assert f"generate long {variable.name} = daily(__v1" in program
    assert f"char {variable.name}[label_in_full] {stata.quoted(column.label)}" in program
