"""Where the files of a cut lie: a folder that appears whole, under its code, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from exports.models import DataCut


def root() -> Path:
    """The folder of all cuts, readable by the product's own account only."""
    folder = Path(settings.CUTS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def start(cut: DataCut) -> Path:
    """An empty folder to write the cut in; what a dead worker left of the cut is removed."""
    clear(cut)
    return Path(tempfile.mkdtemp(prefix=f".{cut.code}.", dir=root()))


def clear(cut: DataCut) -> None:
    """Remove whatever there is of a cut that is not done."""
    base = root()
    for left in [*base.glob(f".{cut.code}.*"), base / cut.code]:
        discard(left)


def publish(cut: DataCut, written: Path) -> Path:
    """Give the finished folder its name, in one step, and make sure the disk has it."""
    for inner in (written, *(path for path in written.iterdir() if path.is_dir())):
        _sync(inner)
    final = written.rename(root() / cut.code)
    _sync(final.parent)
    return final


def discard(folder: Path) -> None:
    """Remove a folder if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
