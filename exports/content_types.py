"""What kind of content a file of a cut is, by its name; the same on every machine."""

from __future__ import annotations

from pathlib import PurePosixPath

BY_SUFFIX = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xml": "application/xml",
    ".parquet": "application/vnd.apache.parquet",
}
UNKNOWN = "application/octet-stream"
KINDS = (*BY_SUFFIX.values(), UNKNOWN)


def of(name: str) -> str:
    """The media type of a file with this name."""
    return BY_SUFFIX.get(PurePosixPath(name).suffix, UNKNOWN)
