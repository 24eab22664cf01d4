"""What kind of content a file of a cut is, by its name; the same on every machine."""

from __future__ import annotations

from pathlib import PurePosixPath

BY_SUFFIX = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xml": "application/xml",
    ".parquet": "application/vnd.apache.parquet",
    ".xpt": "application/x-sas-xport",
    ".sav": "application/x-spss-sav",
    ".dta": "application/x-stata-dta",
    # The readers are shown, never run, by whatever opens them.
    ".r": "text/plain",
    ".py": "text/plain",
    ".do": "text/plain",
    ".sas": "text/plain",
}
UNKNOWN = "application/octet-stream"
KINDS = (*dict.fromkeys(BY_SUFFIX.values()), UNKNOWN)


def of(name: str) -> str:
    """The media type of a file with this name."""
    return BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), UNKNOWN)
