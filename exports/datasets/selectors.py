"""Which datasets a cut has, and which of their rows a request means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.http import Http404
from rest_framework.serializers import ValidationError

from exports import codebook, selectors
from exports.datasets import records
from exports.datasets.described import Dataset, Variable, describe, variables
from exports.datasets.pages import Choice, NotComparable
from exports.errors import NotDone
from exports.models import DataCut
from exports.selectors import CutFile
from trial.access import AnyUser

PARTICIPANTS = "participants.csv"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_DESCRIBING = {codebook.FILE, codebook.LABELS_FILE}


def datasets_of(cut: DataCut) -> Iterator[tuple[str, CutFile]]:
    """The datasets of a finished cut by name, in the order of its manifest.

    Raises:
        NotDone: the cut has no files.
    """
    if cut.manifest is None:
        raise NotDone
    tables = {row["file"] for row in cut.manifest["tables"]} - _DESCRIBING
    for file in selectors.files_of(cut):
        name = file.name.removesuffix(".csv")
        if file.name in tables and file.name.endswith(".csv") and _NAME.fullmatch(name):
            yield name, file


def find(cut: DataCut, name: str) -> tuple[Dataset, CutFile]:
    """A dataset of a cut.

    Raises:
        NotDone: the cut has no files.
        Http404: it has no such dataset.
        FilesGone: a file of it is not there.
    """
    file = dict(datasets_of(cut)).get(name)
    if file is None:
        raise Http404
    folder = folder_of(cut)
    return describe(folder, selectors.path_of(cut, file).stem), file


def folder_of(cut: DataCut) -> Path:
    """Where codebook and datasets lie.

    Raises:
        NotDone, FilesGone: they do not.
    """
    files = {file.name: file for file in selectors.files_of(cut)}
    if not files:
        raise NotDone
    paths = [selectors.path_of(cut, files[name]) for name in sorted(_DESCRIBING)]
    return paths[0].parent


def earlier(user: AnyUser, cut: DataCut, code: str | None) -> DataCut | None:
    """The cut that a request compares with, if it names one.

    Raises:
        ValidationError: no such cut, none that this person may know of, or a later one.
        NotDone: it is not finished.
        NotComparable: only one of the two tells the arms.
    """
    if code is None:
        return None
    found = selectors.find(user, code)
    if found is None:
        raise ValidationError({"changed_since": [f"There is no cut {code} before {cut.code}."]})
    if found.manifest is None:
        raise NotDone(f"{code} is not done: nothing can be compared with it.")
    if found.number > cut.number:
        raise ValidationError({"changed_since": [f"{code} is later than {cut.code}."]})
    if found.blinded != cut.blinded:
        raise NotComparable(f"Of {code} and {cut.code} one tells the arms and the other does not.")
    return found


def earlier_dataset(old: DataCut | None, new: Dataset) -> Dataset | None:
    """The same dataset of the cut before; None where that has none.

    Raises:
        FilesGone: a file of it is not there.
        NotComparable: its rows were named by other columns.
    """
    file = dict(datasets_of(old)).get(new.name) if old else None
    if old is None or file is None:
        return None
    found = describe(folder_of(old), selectors.path_of(old, file).stem)
    if found.key != new.key:
        raise NotComparable(f"The rows of {new.name} were named by other columns in {old.code}.")
    return found


def choice(dataset: Dataset, asked: Mapping[str, Any], *folders: Path) -> Choice:
    """The rows that the parameters mean; ``folders`` hold who is of which site.

    Raises:
        ValidationError: the dataset has no such column, or the visit is not one of its codes.
    """
    wanted: dict[str, set[str]] = {}
    for name in ("visit", "participant", "site"):
        if name in asked and name in dataset.columns:
            wanted[name] = set(asked[name])
        elif name in asked and not (name == "site" and "participant" in dataset.columns):
            raise ValidationError({name: [f"{dataset.name} has no column {name}."]})
    _check_visits(dataset, wanted.get("visit", set()))
    if "site" in asked and "site" not in dataset.columns:
        there = _participants_at(set(asked["site"]), folders)
        wanted["participant"] = wanted.get("participant", there) & there
    return Choice(wanted)


def _check_visits(dataset: Dataset, asked: set[str]) -> None:
    column = next((one for one in dataset.variables if one.name == "visit"), None)
    known = [str(code) for code, _ in column.values] if column else []
    if strange := sorted(asked - set(known)):
        sentence = f"There is no visit {', '.join(strange)} here. There are: {', '.join(known)}."
        raise ValidationError({"visit": [sentence]})


def _participants_at(sites: set[str], folders: tuple[Path, ...]) -> set[str]:
    found = set()
    for folder in folders:
        names, first = records.header(folder / PARTICIPANTS)
        participant, site = names.index("participant"), names.index("site")
        rows = records.rows(folder / PARTICIPANTS, first)
        found |= {cells[participant] for cells, _ in rows if cells[site] in sites}
    return found


def titles(folder: Path) -> dict[str, list[Variable]]:
    """The columns of each dataset, in the order of the codebook."""
    found: dict[str, list[Variable]] = {}
    for variable, _ in variables(folder, None):
        found.setdefault(variable.dataset, []).append(variable)
    return found
