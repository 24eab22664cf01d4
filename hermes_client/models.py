"""What the API gives, as values with types. A field an older server lacks has its empty value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from hermes_client.errors import Unreadable

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Value]

# A file of a cut: a plain name, or one in one folder.
_PART = r"[^./\\:\0][^/\\:\0]*"
_PLAIN = re.compile(rf"{_PART}(/{_PART})?")


@dataclass(frozen=True)
class CutFile:
    """A file of a cut; ``rows`` is None for what is no table, ``bytes`` where nobody said."""

    name: str
    sha256: str
    bytes: int | None
    rows: int | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> CutFile:
        """From JSON.

        Raises:
            Unreadable: its name would lead out of a folder.
        """
        name = str(data.get("name", ""))
        if not _PLAIN.fullmatch(name):
            raise Unreadable(f"The server names a file {name!r}; that is no plain file name.")
        return cls(name, str(data.get("sha256", "")).lower(), data.get("bytes"), data.get("rows"))


@dataclass(frozen=True)
class Cut:
    """A data cut. ``data`` is all that the server said of it; ``manifest`` only of a single one."""

    code: str
    status: str
    purpose: str
    blinded: bool
    requested_by: str
    requested_at: datetime | None
    as_of: datetime | None
    finished_at: datetime | None
    rows_done: int
    rows_total: int | None
    manifest_sha256: str
    error: str
    formats: tuple[str, ...]
    files: tuple[CutFile, ...]
    manifest: Mapping[str, Any] | None
    data: Mapping[str, Any]

    @property
    def done(self) -> bool:
        """Whether it has files, and never changes again."""
        return self.status == "done"

    @property
    def underway(self) -> bool:
        """Whether it is waiting or being made."""
        return self.status in {"queued", "running"}

    def file(self, name: str) -> CutFile:
        """The file of this name.

        Raises:
            KeyError: it has none.
        """
        for file in self.files:
            if file.name == name:
                return file
        raise KeyError(f"{self.code} has no file {name}.")

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Cut:
        """From JSON."""
        return cls(
            code=str(data.get("cut") or data.get("id") or ""),
            status=str(data.get("status", "")),
            purpose=str(data.get("purpose", "")),
            blinded=bool(data.get("blinded", False)),
            requested_by=str(data.get("requested_by", "")),
            requested_at=_instant(data.get("requested_at")),
            as_of=_instant(data.get("as_of")),
            finished_at=_instant(data.get("finished_at")),
            rows_done=int(data.get("rows_done") or 0),
            rows_total=data.get("rows_total"),
            manifest_sha256=str(data.get("manifest_sha256", "")),
            error=str(data.get("error", "")),
            formats=tuple(data.get("formats") or ()),
            files=tuple(CutFile.of(file) for file in data.get("files") or ()),
            manifest=data.get("manifest"),
            data=data,
        )


@dataclass(frozen=True)
class Dataset:
    """A table of a cut; ``key`` names the columns that name a row together."""

    name: str
    title: str
    file: str
    sha256: str
    row_count: int
    key: tuple[str, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Dataset:
        """From JSON."""
        return cls(
            name=str(data["dataset"]),
            title=str(data["title"]),
            file=str(data["file"]),
            sha256=str(data["sha256"]),
            row_count=int(data["row_count"]),
            key=tuple(data["key"]),
        )


@dataclass(frozen=True)
class Code:
    """A code as it stands in the rows, and what it means."""

    value: Value
    label: str


@dataclass(frozen=True)
class Variable:
    """A column of a dataset; ``type`` is text, choice, integer, decimal, boolean, date, partial
    (a date as far as it is known) or datetime."""

    dataset: str
    position: int
    name: str
    label: str
    type: str
    unit: str
    minimum: float | None
    maximum: float | None
    values: tuple[Code, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Variable:
        """From JSON."""
        return cls(
            dataset=str(data["dataset"]),
            position=int(data["position"]),
            name=str(data["column"]),
            label=str(data["label"]),
            type=str(data["type"]),
            unit=str(data["unit"]),
            minimum=data["minimum"],
            maximum=data["maximum"],
            values=tuple(Code(one["value"], str(one["label"])) for one in data["values"]),
        )


@dataclass(frozen=True)
class Changes:
    """What a later cut has otherwise: whole rows added or changed, and the keys of rows gone."""

    rows: list[Row]
    gone: list[Row]


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
