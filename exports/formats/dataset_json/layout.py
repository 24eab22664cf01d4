"""One data set as Dataset-JSON 1.1, row by row. Pure.

The attributes stand in the order of the specification (CDISC, 2024-12-05), so that a reader needs
no more than one row in memory. A number that must not be rounded goes as text, which the standard
calls a decimal; a missing value is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.output import HashedFile, WrittenFile

VERSION = "1.1.0"
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Variable:
    """One variable. ``target`` is what a receiver must turn it into, where that differs."""

    oid: str
    name: str
    label: str
    kind: str
    target: str = ""
    length: int | None = None
    display: str = ""
    key: int | None = None

    def described(self) -> dict[str, Value]:
        """The variable as the standard describes it."""
        found: dict[str, Value] = {
            "itemOID": self.oid,
            "name": self.name,
            "label": self.label,
            "dataType": self.kind,
            "targetDataType": self.target or None,
            "length": self.length,
            "displayFormat": self.display or None,
            "keySequence": self.key,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Head:
    """What a file says of itself before its variables; ``reference`` names a define.xml."""

    created: str
    file: str
    system: str
    study: str
    version: str
    group: str
    name: str
    label: str
    records: int
    reference: str = ""
    trial_level: bool = False

    def described(self) -> dict[str, object]:
        """The attributes in the order of the specification."""
        found: Mapping[str, object] = {
            "datasetJSONCreationDateTime": self.created,
            "datasetJSONVersion": VERSION,
            "fileOID": self.file,
            "dbLastModifiedDateTime": self.created,
            "sourceSystem": {"name": "hermes-ecrf", "version": self.system},
            "studyOID": self.study,
            "metaDataVersionOID": self.version,
            "metaDataRef": self.reference or None,
            "itemGroupOID": self.group,
            "isReferenceData": True if self.trial_level else None,
            "records": self.records,
            "name": self.name,
            "label": self.label,
        }
        return {name: value for name, value in found.items() if value is not None}


def write(
    path: Path,
    folder: str,
    head: Head,
    variables: Sequence[Variable],
    rows: Iterable[Sequence[Value]],
) -> WrittenFile:
    """Write a data set into a new file of this folder of the cut.

    Raises:
        OSError: the disk is full, or not there.
    """
    described = {**head.described(), "columns": [one.described() for one in variables]}
    count = 0
    with HashedFile(path, folder) as out:
        out.add(_json(described)[:-1].encode() + b', "rows": [')
        for row in rows:
            out.add((",\n" if count else "\n").encode() + _json(row).encode())
            count += 1
        out.add(b"\n]}\n")
        return out.finish(rows=count)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False)
