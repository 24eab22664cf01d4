"""What a person may see of the cuts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import QuerySet

from exports import folders, manifest
from exports.errors import FilesGone, NotDone
from exports.models import DataCut
from trial import access
from trial.access import AnyUser, Permission

_CODE = re.compile(r"CUT-\d{4,9}", re.ASCII)


@dataclass(frozen=True)
class CutFile:
    """One file of a cut; ``rows`` is None for the manifest and whatever else is no table.

    ``name`` is its path in the cut, for example ``nihss.csv`` or ``parquet/nihss.parquet``.
    """

    name: str
    sha256: str
    bytes: int
    rows: int | None


def cuts_for(user: AnyUser) -> QuerySet[DataCut]:
    """The cuts this person may see; an unblinded one only exists for who may know the arms."""
    if not access.may(user, Permission.READ_CUTS):
        return DataCut.objects.none()
    found = DataCut.objects.select_related("requested_by")
    return found if access.may_know_arms(user) else found.filter(blinded=True)


def newest_at(found: QuerySet[DataCut], instant: datetime) -> QuerySet[DataCut]:
    """Of these cuts, the newest done one that shows the trial at or before an instant."""
    done = found.filter(status=DataCut.DONE, as_of__lte=instant).order_by("-as_of", "-number")
    return found.filter(pk__in=done.values_list("pk", flat=True)[:1])


def find(user: AnyUser, code: str) -> DataCut | None:
    """The cut with this code, if there is one for this person."""
    return cuts_for(user).filter(code=code).first() if _CODE.fullmatch(code) else None


def files_of(cut: DataCut) -> tuple[CutFile, ...]:
    """The files of a finished cut, the manifest first, then its tables; none before it is done."""
    if cut.manifest is None or cut.manifest_bytes is None:
        return ()
    own = CutFile(manifest.NAME, cut.manifest_sha256, cut.manifest_bytes, None)
    # Cuts made before there were other formats list no files besides their tables.
    listed = [*cut.manifest["tables"], *cut.manifest.get("files", ())]
    return (
        own,
        *(CutFile(row["file"], row["sha256"], row["bytes"], row["rows"]) for row in listed),
    )


def file_of(cut: DataCut, name: str) -> CutFile | None:
    """The file of this name."""
    return next((file for file in files_of(cut) if file.name == name), None)


def path_of(cut: DataCut, file: CutFile) -> Path:
    """Where a file lies.

    Raises:
        FilesGone: it is not there, or not of the size it had.
    """
    path = folders.root() / cut.folder / file.name
    if not path.is_file() or path.stat().st_size != file.bytes:
        raise FilesGone
    return path


def paths_of(cut: DataCut) -> dict[str, Path]:
    """All files of a finished cut by name.

    Raises:
        NotDone: the cut has no files.
        FilesGone: one of them is not there.
    """
    if not (files := files_of(cut)):
        raise NotDone
    return {file.name: path_of(cut, file) for file in files}
