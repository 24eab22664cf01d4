"""Names and labels for formats that allow few characters: shortened by rule, never by chance. Pure.

The rule for a name: one that fits stays as it is. Of one that is too long the first characters
are kept; where that is taken already, fewer of them and a number from 2 up. The names that fit
are given out first, so that none of them is taken away by a longer one.

The rule for a label: typographic signs become their plain ones, accents are dropped, and of one
that is too long the first characters are kept with "..." behind. Both rules see the declaration
only, never the data: the same columns always get the same names. A crosswalk travels along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_CUT_OFF = "..."
_PLAIN = str.maketrans(
    {
        "–": "-", "—": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...",
        "≥": ">=", "≤": "<=", "×": "x", "·": "-", "°": " deg", "µ": "u", "μ": "u", "²": "2",
        "³": "3", "½": "1/2", "\u00a0": " ", "œ": "oe", "æ": "ae", "ß": "ss", "→": "->",
    }
)  # fmt: skip


def names(wanted: Sequence[str], longest: int) -> dict[str, str]:
    """A name of at most ``longest`` characters for each, without regard to case unique."""
    given = {name: name for name in wanted if len(name) <= longest}
    taken = {name.upper() for name in given}
    for name in wanted:
        if name not in given:
            given[name] = _free(name, longest, taken)
            taken.add(given[name].upper())
    return given


def _free(name: str, longest: int, taken: set[str]) -> str:
    number, found = 1, name[:longest].rstrip("_")
    while found.upper() in taken:
        number += 1
        found = f"{name[: longest - len(str(number))]}{number}"
    return found


def ascii_label(label: str, longest: int) -> str | None:
    """The label in plain ASCII of at most ``longest`` characters; None if it has no such form."""
    bare = unicodedata.normalize("NFKD", label.translate(_PLAIN))
    plain = "".join(sign for sign in bare if not unicodedata.combining(sign))
    if not plain.isascii() or not plain.isprintable():
        return None
    return cut_short(plain, longest)


def cut_short(label: str, longest: int) -> str:
    """The label, or its beginning with "..." behind."""
    if len(label) <= longest:
        return label
    return label[: longest - len(_CUT_OFF)].rstrip() + _CUT_OFF


def cut_to_bytes(label: str, most: int) -> str:
    """The label, or its beginning with "..." behind, in at most so many bytes of UTF-8."""
    if len(label.encode()) <= most:
        return label
    kept = label.encode()[: most - len(_CUT_OFF)].decode(errors="ignore")
    return kept.rstrip() + _CUT_OFF
