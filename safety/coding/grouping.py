"""Under what a table of adverse events counts one: SOC and PT, or the plain category. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from safety.blinding import WITHHELD

# What a data cut says of how an event is coded, with what each column holds.
COLUMNS: Mapping[str, str] = {
    "llt_code": "MedDRA lowest level term, code",
    "llt": "MedDRA lowest level term",
    "pt_code": "MedDRA preferred term, code",
    "pt": "MedDRA preferred term",
    "soc_code": "MedDRA primary system organ class, code",
    "soc": "MedDRA primary system organ class",
    "meddra_version": "Version of MedDRA it is coded in",
}


class Group(NamedTuple):
    """The two levels of a table; ``pt`` is empty where the event is counted by its category."""

    soc: str
    pt: str

    @property
    def coded(self) -> bool:
        """Whether it is counted by its codes."""
        return bool(self.pt)


def group_of(row: Mapping[str, str], category: str) -> Group:
    """The group of an event from its columns in a cut.

    ``category`` is the category in the words in which the reader may see it. An event that is not
    coded, whose coding no longer fits its words, or whose words are withheld is counted by it.
    """
    soc, pt = row.get("soc", ""), row.get("pt", "")
    if not pt or WITHHELD in (soc, pt, row.get("category", "")):
        return Group(category, "")
    return Group(soc, pt)
