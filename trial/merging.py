"""Two people's answers to one form, brought together item by item. Pure.

Both started from the same version. What only one of them changed is taken from that one; what
both changed, differently, is for a person to decide. Nothing is decided by who was faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Any]
Items = Mapping[str, tuple[str, ...]]
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Merge:
    """What became of each item in which the two versions differ, in the order of the form.

    Attributes:
        taken: only the other person changed it; theirs stands.
        kept: only this person changed it; mine stands.
        clashes: both changed it, differently.
    """

    mine: Answers
    theirs: Answers
    items: Items
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    clashes: tuple[str, ...]

    @property
    def agreed(self) -> bool:
        """Whether the two versions are the same."""
        return not (self.taken or self.kept or self.clashes)

    def undecided(self, choices: Mapping[str, str]) -> tuple[str, ...]:
        """The clashes nobody has decided yet."""
        return tuple(item for item in self.clashes if choices.get(item) not in (MINE, THEIRS))

    def decided(self, choices: Mapping[str, str]) -> dict[str, Any]:
        """The answers by column; a clash without a choice stays as this person typed it."""
        from_them = {*self.taken, *(one for one in self.clashes if choices.get(one) == THEIRS)}
        return {
            column: (self.theirs if item in from_them else self.mine).get(column)
            for item, columns in self.items.items()
            for column in columns
        }


def merge(base: Answers, mine: Answers, theirs: Answers, items: Items) -> Merge:
    """Bring two versions together.

    Args:
        base: the version both started from; empty where there was none, or it is not known.
        mine: what this person typed.
        theirs: what is saved now.
        items: the columns of each item; they change hands together.
    """
    taken, kept, clashes = [], [], []
    for item, columns in items.items():
        before, my, their = (
            tuple(_plain(version.get(column)) for column in columns)
            for version in (base, mine, theirs)
        )
        if my == their:
            continue
        if my == before:
            taken.append(item)
        elif their == before:
            kept.append(item)
        else:
            clashes.append(item)
    return Merge(mine, theirs, items, tuple(taken), tuple(kept), tuple(clashes))


def _plain(value: Any) -> Any:
    """Unanswered is None, however it was said; 0 and "no" are answers."""
    return None if value == "" else value
