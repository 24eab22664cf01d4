"""The dictionary code of a reaction, where there is one: known to another app, told at start-up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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


CodesOf = Callable[[Collection[SafetyReport]], Mapping[int, Code]]
_source: list[CodesOf] = []


def set_code_source(source: CodesOf) -> None:
    """Say who knows the codes: from versions of reports to their reactions' codes by their keys."""
    _source[:] = [source]


def codes_of(reports: Collection[SafetyReport]) -> Mapping[int, Code]:
    """The codes of the reactions these versions report, by their keys; what is not coded lacks."""
    return _source[0](reports) if _source else {}


def code_of(report: SafetyReport) -> Code | None:
    """The code of the reaction a version reports; None while it is not coded."""
    return codes_of([report]).get(report.pk)
