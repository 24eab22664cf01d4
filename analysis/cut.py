"""Read a data cut and prove that it is the one that was frozen, before a single number is used."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.errors import CutRefused
from analysis.manifest import MANIFEST_NAME, FileEntry, Manifest, parse_manifest

ARM_TABLES = ("allocation.csv", "treatment.csv")
GUARDED = re.compile(r"'+[=+\-@\t\r]")
ZIP_ERRORS = (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError)


@dataclass(frozen=True)
class Cut:
    """A verified data cut: its manifest and its tables, every cell still the text it was."""

    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """The table `name`, refused when it or one of `columns` is missing.

        Raises:
            CutRefused: no such table or column in this cut.
        """
        if name not in self.tables:
            raise CutRefused(f"The cut holds no {name}.")
        frame = self.tables[name]
        absent = [column for column in columns if column not in frame.columns]
        if absent:
            raise CutRefused(f"{name} has no column {', '.join(absent)}.")
        return frame


def read_cut(path: Path) -> Cut:
    """Read and verify the cut in the folder or zip file at `path`.

    Every file is read once; the bytes that were hashed are the bytes that are analysed.

    Raises:
        CutRefused: the manifest is missing or unreadable, a file is missing, extra or altered, or
            what the files hold contradicts the manifest.
    """
    files = _read_zip(path) if path.is_file() else _read_folder(path)
    if MANIFEST_NAME not in files:
        raise CutRefused(f"{path} holds no {MANIFEST_NAME}: this is not a data cut.")
    manifest = parse_manifest(files[MANIFEST_NAME])
    _verify_files(manifest, files)
    tables = {
        entry.name: _parse_table(entry, files[entry.name])
        for entry in manifest.files
        if entry.name.endswith(".csv") and "/" not in entry.name
    }
    _verify_blinding(manifest, tables)
    return Cut(manifest, tables)


def _read_folder(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        raise CutRefused(f"{path} does not exist: give the folder or the zip file of a data cut.")
    files = {}
    for child in sorted(path.iterdir()):
        inner = [child] if child.is_file() else sorted(child.iterdir())
        for file in inner:
            name = file.relative_to(path).as_posix()
            if not file.is_file():
                raise CutRefused(f"{name} is a folder in a folder: a data cut holds none.")
            files[name] = file.read_bytes()
        if not inner:
            raise CutRefused(f"{child.name} is an empty folder: a data cut holds none.")
    return files


def _read_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            return _unpack(archive, members)
    except ZIP_ERRORS as error:
        raise CutRefused(f"{path} is not a readable zip file: {error}.") from error


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """The members by name; one folder that wraps them all is taken off."""
    wrapper = {member.filename.split("/")[0] for member in members}
    wrapped = len(wrapper) == 1 and all("/" in member.filename for member in members)
    prefix = f"{wrapper.pop()}/" if wrapped else ""
    files: dict[str, bytes] = {}
    for member in members:
        name = member.filename.removeprefix(prefix)
        if name in files:
            raise CutRefused(f"The zip file holds {name} twice.")
        files[name] = archive.read(member)
    return files


def _verify_files(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    listed = [entry.name for entry in manifest.files]
    if len(set(listed)) != len(listed):
        raise CutRefused(f"{MANIFEST_NAME} lists a file twice.")
    missing = sorted(set(listed) - set(files))
    if missing:
        raise CutRefused(f"The cut is not complete: {', '.join(missing)} is missing.")
    extra = sorted(set(files) - set(listed) - {MANIFEST_NAME})
    if extra:
        raise CutRefused(f"The cut holds a file its manifest does not list: {', '.join(extra)}.")
    for entry in manifest.files:
        _verify_file(entry, files[entry.name])


def _verify_file(entry: FileEntry, content: bytes) -> None:
    if len(content) != entry.size:
        raise CutRefused(
            f"{entry.name} was altered: {len(content)} bytes, the manifest says {entry.size}."
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise CutRefused(
            f"{entry.name} was altered: its SHA-256 is {digest}, the manifest says {entry.sha256}."
        )


def _parse_table(entry: FileEntry, content: bytes) -> pd.DataFrame:
    try:
        text = content.decode("utf-8")
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise CutRefused(f"{entry.name} is not readable as CSV: {error}.") from error
    if len(set(header)) != len(header):
        raise CutRefused(f"{entry.name} names a column twice.")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise CutRefused(f"{entry.name}, row {number}: {len(row)} cells, not {len(header)}.")
    if entry.rows is not None and len(rows) != entry.rows:
        raise CutRefused(f"{entry.name} holds {len(rows)} rows, the manifest says {entry.rows}.")
    cells = [[_unguarded(cell) for cell in row] for row in rows]
    return pd.DataFrame(cells, columns=pd.Index(header), dtype=str)


def _unguarded(cell: str) -> str:
    """The text as entered: exports put an apostrophe before what a spreadsheet would compute."""
    return cell[1:] if GUARDED.match(cell) else cell


def _verify_blinding(manifest: Manifest, tables: Mapping[str, pd.DataFrame]) -> None:
    """A cut is blinded or it is not; one that says both is refused before anybody reads it."""
    held = [name for name in ARM_TABLES if name in tables]
    if manifest.blinded:
        events = tables.get("adverse_events.csv")
        if events is not None and "phase" in events.columns:
            held.append("adverse_events.csv: phase")
        if held:
            raise CutRefused(f"The cut says it is blinded yet holds {', '.join(held)}.")
    elif len(held) != len(ARM_TABLES):
        raise CutRefused(f"The cut says it is not blinded yet lacks {' or '.join(ARM_TABLES)}.")
