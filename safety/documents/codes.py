"""The dictionary code of a reaction, where there is one: known to another app, told at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from safety.models import SafetyReport


@dataclass(frozen=True)
class Code:
    """A MedDRA lowest-level term: its eight digits, and the version it is of, such as 27.1.

    ``pt`` and ``soc`` are the preferred term and the primary system organ class above it.
    """

    code: str
    version: str
    pt: str = ""
    soc: str = ""


CodeOf = Callable[[SafetyReport], Code | None]
_source: list[CodeOf] = []


def set_code_source(source: CodeOf) -> None:
    """Say who knows the codes: from a version of a report to its reaction's code, or None."""
    _source[:] = [source]


def code_of(report: SafetyReport) -> Code | None:
    """The code of the reaction a version reports; None while it is not coded."""
    return _source[0](report) if _source else None
