"""The words SDTM and ADaM data sets are declared in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# "date" and "datetime" are ISO 8601 text, known in part or whole; "day" is a number of SAS, a day.
Kind = Literal["text", "integer", "float", "date", "datetime", "day"]
Value = str | int | float | None
Row = Mapping[str, Value]
# Where the qualifiers of a row wait that have no variable: those of its SUPP-- data set.
SUPPLEMENT = "SUPP"


@dataclass(frozen=True)
class Term:
    """One code. ``code`` is the concept code of NCI, only for a term CDISC publishes."""

    value: str
    decode: str = ""
    code: str = ""


@dataclass(frozen=True)
class CodeList:
    """A list of codes. ``code`` is the list's concept code of NCI, empty for one of the sponsor.

    A term without a concept code in a published list extends it. ``package`` is the set of CDISC's
    in which the list is published.
    """

    name: str
    title: str
    terms: tuple[Term, ...]
    code: str = ""
    package: str = "SDTM"


@dataclass(frozen=True)
class Variable:
    """One variable. ``key`` is its place in the key of the data set; 0 for none.

    ``origin`` and ``source`` are words of Define-XML; ``method`` says how a value is derived and
    ``comment`` what else a reader must know; ``predecessor`` is the variable it is a copy of.
    """

    name: str
    label: str
    kind: Kind = "text"
    origin: str = "Collected"
    source: str = "Investigator"
    codes: CodeList | None = None
    key: int = 0
    mandatory: bool = False
    method: str = ""
    comment: str = ""
    predecessor: str = ""


@dataclass(frozen=True)
class Dataset:
    """One data set; ``structure`` says in words what a row is."""

    name: str
    label: str
    group: str
    structure: str
    variables: tuple[Variable, ...]
    subclass: str = ""
    trial_level: bool = False
    standard: bool = True
    comment: str = ""

    @property
    def file(self) -> str:
        """The name of its files, without what comes after the full stop."""
        return self.name.lower()

    def variable(self, name: str) -> Variable:
        """The variable of this name.

        Raises:
            KeyError: there is none.
        """
        return {one.name: one for one in self.variables}[name]


@dataclass(frozen=True)
class Standard:
    """What the data sets follow: an implementation guide, and by package CDISC's terminology."""

    guide: str
    version: str
    terminology: tuple[tuple[str, str], ...]


def assigned(
    name: str,
    label: str,
    kind: Kind = "text",
    *,
    codes: CodeList | None = None,
    key: int = 0,
    mandatory: bool = False,
    comment: str = "",
    origin: str = "Assigned",
) -> Variable:
    """A variable that the sponsor assigns, or that the protocol gives (``origin``)."""
    return Variable(name, label, kind, origin, "Sponsor", codes, key, mandatory, comment=comment)


def derived(
    name: str,
    label: str,
    kind: Kind,
    method: str,
    *,
    codes: CodeList | None = None,
    key: int = 0,
    mandatory: bool = False,
    comment: str = "",
) -> Variable:
    """A variable that is computed; ``method`` says how."""
    return Variable(name, label, kind, "Derived", "Sponsor", codes, key, mandatory, method, comment)
