"""Reads the tables of a data cut into pandas: every column of its type, with its labels.

    from read import in_words, read_cut

    tables = read_cut("folder of the cut")
    nihss = tables["nihss"]
    nihss.attrs["labels"]["total"]         what the column holds
    nihss.attrs["value_labels"]["status"]  its codes and what they mean
    in_words(nihss, "status")              the column as categories in words

Needs pandas 2 or later. Types and labels come from codebook.csv and value_labels.csv. Nothing is
read before each CSV file has the SHA-256 that manifest.json says. Whole numbers and codes that
are numbers become Int64, other numbers float64, yes and no boolean, days and instants
datetime64; partial dates, text and codes that are words stay text. Missing stays missing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd

# An apostrophe stands before what a spreadsheet would take for a formula.
GUARD = r"^'(?='*[=+\-@\t\r])"


def read_cut(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Every table of the cut in this folder, by its name without ``.csv``.

    Raises:
        ValueError: a file is not the one the manifest names, or a type is unknown.
    """
    base = Path(folder)
    listed = json.loads((base / "manifest.json").read_text(encoding="utf-8"))["tables"]
    for one in listed:
        if hashlib.sha256((base / one["file"]).read_bytes()).hexdigest() != one["sha256"]:
            raise ValueError(f"{one['file']} is not the file that manifest.json names")
    codebook = _cells(base / "codebook.csv")
    labels = _cells(base / "value_labels.csv")
    return {
        str(file).removesuffix(".csv"): _table(
            base / str(file), columns, labels[labels["table"] == file]
        )
        for file, columns in codebook.groupby("table", sort=False)
    }


def in_words(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column with its codes as categories in words, in the order of the codebook."""
    words = frame.attrs["value_labels"][column]
    return pd.Series(
        pd.Categorical(frame[column].map(words), categories=list(dict.fromkeys(words.values()))),
        index=frame.index,
        name=column,
    )


def _table(path: Path, columns: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    cells = _cells(path)
    frame, words, meanings = {}, {}, {}
    for name, kind, label in zip(columns["column"], columns["type"], columns["label"], strict=True):
        mine = labels[labels["column"] == name]
        numbers = bool(len(mine)) and mine["value"].str.fullmatch("-?[0-9]+").all()
        frame[name] = _typed(cells[name], "whole number" if numbers else kind)
        words[name] = label
        if len(mine):
            values = mine["value"].astype(int) if numbers else mine["value"]
            meanings[name] = dict(zip(values, mine["label"], strict=True))
    made = pd.DataFrame(frame)
    made.attrs = {"title": columns["title"].iloc[0], "labels": words, "value_labels": meanings}
    return made


def _typed(cells: pd.Series, kind: str) -> pd.Series:
    if kind in {"text", "code"} or kind.startswith("date as far as known"):
        return cells
    if kind == "whole number":
        return cells.astype("Int64")
    if kind == "number":
        return cells.astype("Float64").astype("float64")
    if kind == "0 = no, 1 = yes":
        return cells.map({"0": False, "1": True}).astype("boolean")
    if kind == "date (ISO 8601)":
        return pd.to_datetime(cells, format="%Y-%m-%d")
    if kind == "instant in UTC (ISO 8601)":
        return pd.to_datetime(cells, format="%Y-%m-%dT%H:%M:%SZ", utc=True)
    raise ValueError(f"codebook.csv names a type this reader does not know: {kind}")


def _cells(path: Path) -> pd.DataFrame:
    """A CSV file as it stands, without guards."""
    cells = pd.read_csv(
        path, dtype="string", keep_default_na=False, na_values=[""], lineterminator="\n"
    )
    for name in cells.columns:
        cells[name] = cells[name].str.replace(GUARD, "", regex=True)
    return cells
