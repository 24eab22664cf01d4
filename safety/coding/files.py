"""The ASCII files of a MedDRA release: what they hold, and whether they hang together. Pure.

One row a line, fields between dollar signs, a dollar sign at the end. The layout is that of the
MedDRA Distribution File Format Document (MSSO); fields kept for other dictionaries are passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

from safety.coding.errors import BadDictionary

# How many fields a line has.
FIELDS: Mapping[str, int] = {
    "llt.asc": 11,
    "pt.asc": 11,
    "hlt.asc": 9,
    "hlgt.asc": 9,
    "soc.asc": 10,
    "hlt_pt.asc": 2,
    "hlgt_hlt.asc": 2,
    "soc_hlgt.asc": 2,
    "mdhier.asc": 12,
}
# Says which version it is, where it comes with the files.
RELEASE = "meddra_release.asc"
NAME_LENGTH = 200
_LARGEST = 2**31 - 1
_FLAGS = {"Y": True, "N": False}


class Line(NamedTuple):
    """The fields of one line, and where it stands."""

    file: str
    number: int
    fields: list[str]

    def wrong(self, what: str) -> NoReturn:
        """Refuse the dictionary for this line."""
        raise BadDictionary(f"{self.file}, line {self.number}: {what}")

    def code(self, place: int) -> int:
        """A field that is a code."""
        text = self.fields[place]
        if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _LARGEST):
            self.wrong(f"field {place + 1} is no code: {text[:20]!r}.")
        return int(text)

    def name(self, place: int) -> str:
        """A field that is a term."""
        text = self.fields[place].strip()
        if not text or len(text) > NAME_LENGTH or not text.isprintable():
            self.wrong(f"field {place + 1} is no term of 1 to {NAME_LENGTH} characters.")
        return text

    def flag(self, place: int) -> bool:
        """A field that says Y or N."""
        if (text := self.fields[place]) not in _FLAGS:
            self.wrong(f"field {place + 1} is neither Y nor N: {text[:20]!r}.")
        return _FLAGS[text]


class Row(NamedTuple):
    """One lowest level term with its primary path, in the order of the table's columns."""

    code: int
    name: str
    current: bool
    pt_code: int
    pt: str
    hlt_code: int
    hlt: str
    hlgt_code: int
    hlgt: str
    soc_code: int
    soc: str


@dataclass(frozen=True)
class Release:
    """A whole dictionary that hangs together; ``sha256`` covers names and contents of the files."""

    rows: list[Row]
    sha256: str


class Above(NamedTuple):
    """The three levels over a preferred term."""

    hlt: int
    hlgt: int
    soc: int


Level = Mapping[int, str]


def read_release(folder: Path, *, version: str, encoding: str) -> Release:
    """Read a folder, and make sure that nothing in it points nowhere.

    Raises:
        BadDictionary: a file is missing, a line cannot be read, or a code leads nowhere; names the
            file and, where there is one, the line.
    """
    found = _files(folder)
    _refuse_other_version(found, version, encoding)
    files = {name: _lines(name, found[name], encoding) for name in FIELDS}
    digest = hashlib.sha256()
    for name in sorted(FIELDS):
        digest.update(f"{name}\0{hashlib.sha256(found[name]).hexdigest()}\n".encode())
    return Release(_rows(files), digest.hexdigest())


def _files(folder: Path) -> dict[str, bytes]:
    """The files' bytes by their names in small letters."""
    try:
        there = {one.name.lower(): one for one in folder.iterdir() if one.is_file()}
        missing = sorted(set(FIELDS) - set(there))
        if missing:
            raise BadDictionary(f"The folder has no {', '.join(missing)}.")
        wanted = [*FIELDS, *([RELEASE] if RELEASE in there else [])]
        return {name: there[name].read_bytes() for name in wanted}
    except OSError as error:
        raise BadDictionary(f"The folder cannot be read: {error.strerror}.") from error


def _refuse_other_version(found: Mapping[str, bytes], version: str, encoding: str) -> None:
    if RELEASE in found:
        text = _text(RELEASE, found[RELEASE], encoding)
        said = text.partition("$")[0].strip()
        if said != version:
            raise BadDictionary(f"{RELEASE} says that this is version {said[:20]}, not {version}.")


def _text(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadDictionary(
            f"{name}, line {line}: this is not {encoding}; name the right --encoding."
        ) from error


def _lines(name: str, content: bytes, encoding: str) -> list[Line]:
    text, wanted = _text(name, content, encoding), FIELDS[name]
    lines = []
    for number, one in enumerate(text.split("\n"), start=1):
        if not one.strip():
            continue
        fields = one.rstrip("\r").split("$")
        if len(fields) > wanted and not fields[-1].strip():
            fields.pop()
        line = Line(name, number, fields)
        if len(fields) != wanted:
            line.wrong(f"{len(fields)} fields, not {wanted}.")
        lines.append(line)
    if not lines:
        raise BadDictionary(f"{name} is empty.")
    return lines


Files = Mapping[str, list[Line]]


def _rows(files: Files) -> list[Row]:
    levels = {name: _level(files[f"{name}.asc"]) for name in ("pt", "hlt", "hlgt", "soc")}
    paths = _primary_paths(files, levels)
    rows, seen = [], set()
    for line in files["llt.asc"]:
        code, pt = line.code(0), line.code(2)
        if code in seen:
            line.wrong(f"term {code} stands here twice.")
        seen.add(code)
        if pt not in paths:
            line.wrong(f"there is no PT {pt}.")
        path = paths[pt]
        rows.append(
            Row(
                code, line.name(1), line.flag(9), pt, levels["pt"][pt],
                path.hlt, levels["hlt"][path.hlt], path.hlgt, levels["hlgt"][path.hlgt],
                path.soc, levels["soc"][path.soc],
            )
        )  # fmt: skip
    return rows


def _level(lines: list[Line]) -> Level:
    """The terms of one level by their codes."""
    found: dict[int, str] = {}
    for line in lines:
        code = line.code(0)
        if code in found:
            line.wrong(f"term {code} stands here twice.")
        found[code] = line.name(1)
    return found


def _primary_paths(files: Files, levels: Mapping[str, Level]) -> dict[int, Above]:
    """The path over each PT to its primary SOC: exactly one, and the one that pt.asc names."""
    links = {
        name: set(_links(files[f"{name}.asc"], *(levels[part] for part in name.split("_"))))
        for name in ("hlt_pt", "hlgt_hlt", "soc_hlgt")
    }
    primary: dict[int, Above] = {}
    for line in files["mdhier.asc"]:
        pt, path = line.code(0), Above(line.code(1), line.code(2), line.code(3))
        steps = {
            "hlt_pt": (path.hlt, pt),
            "hlgt_hlt": (path.hlgt, path.hlt),
            "soc_hlgt": (path.soc, path.hlgt),
        }
        for name, step in steps.items():
            if step not in links[name]:
                line.wrong(f"{name}.asc does not lead from {step[0]} to {step[1]}.")
        if line.flag(11):
            if pt in primary:
                line.wrong(f"PT {pt} has a second primary path.")
            primary[pt] = path
    for line in files["pt.asc"]:
        code, soc = line.code(0), line.code(3)
        if code not in primary or primary[code].soc != soc:
            line.wrong(f"mdhier.asc has no primary path from PT {code} to SOC {soc}.")
    return primary


def _links(lines: list[Line], upper: Level, lower: Level) -> Iterator[tuple[int, int]]:
    for line in lines:
        pair = line.code(0), line.code(1)
        for code, level in zip(pair, (upper, lower), strict=True):
            if code not in level:
                line.wrong(f"there is no term {code}.")
        yield pair
