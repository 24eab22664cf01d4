"""How a score is made from items: a sum, or a decision tree."""

from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias


@dataclass(frozen=True)
class Sum:
    """A total of items or of other, earlier scores; ``of=None`` means every item."""

    name: str
    of: tuple[str, ...] | None = None
    label: str = ""
    sdtm: str = ""
    loinc: str = ""
    note: str = ""


@dataclass(frozen=True)
class Branch:
    """One yes-or-no question of a decision tree; each side is a further question or a grade."""

    item: str
    yes: "Branch | int"
    no: "Branch | int"

    def leaves(self) -> tuple[int, ...]:
        """Every grade that can be reached."""
        sides = (self.yes, self.no)
        return tuple(
            chain.from_iterable(
                side.leaves() if isinstance(side, Branch) else (side,) for side in sides
            )
        )

    def items(self) -> tuple[str, ...]:
        """Every question asked, in reading order."""
        below = (side.items() for side in (self.yes, self.no) if isinstance(side, Branch))
        return (self.item, *chain.from_iterable(below))


@dataclass(frozen=True)
class Tree:
    """A score read off a decision tree of items answered 1 (yes) or 0 (no)."""

    name: str
    root: Branch
    label: str = ""
    sdtm: str = ""
    loinc: str = ""
    note: str = ""

    def grade(self, points: dict[str, int | None]) -> int | None:
        """The grade; None when a question on the path is unanswered. Other answers are ignored."""
        at: Branch | int = self.root
        while isinstance(at, Branch):
            answer = points[at.item]
            if answer is None:
                return None
            at = at.yes if answer == 1 else at.no
        return at


Score: TypeAlias = Sum | Tree
