"""Rules of one form, written as data so that Python and a database CHECK can say the same thing.

A rule reads "when all of these hold, each of those must hold too". An unanswered item makes a
condition unknown, and an unknown condition never breaks a rule: the same three-valued logic SQL
uses for CHECK constraints.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

Value: TypeAlias = int | str | bool | Decimal | date | None
Answers: TypeAlias = Mapping[str, Value]
Severity: TypeAlias = Literal["hard", "soft"]
Op: TypeAlias = Literal["==", "!=", "<=", ">=", "<", ">", "in", "blank", "answered"]
Structure: TypeAlias = Literal["untestable", "branching"]

HARD: Final = "hard"
SOFT: Final = "soft"

RANGE_RULE: Final = "RANGE"
ODD_RULE: Final = "ODD"

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "in": lambda answer, allowed: answer in allowed,
}
_OPPOSITE: Final[dict[Op, Op]] = {
    "==": "!=",
    "!=": "==",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "<": ">=",
    "blank": "answered",
    "answered": "blank",
}


def is_blank(value: Value) -> bool:
    """True when nothing was answered; 0 and False are answers."""
    return value is None or value == ""


@dataclass(frozen=True)
class Ref:
    """Another column of the same form, as the right-hand side of a condition."""

    column: str


@dataclass(frozen=True)
class Cond:
    """One condition on one column, e.g. ``Cond("consciousness", "==", 3)``."""

    item: str
    op: Op
    value: int | str | bool | Decimal | tuple[int | str, ...] | Ref | None = None

    def holds(self, answers: Answers) -> bool | None:
        """True, False, or None when an answer it needs is missing."""
        answer = answers.get(self.item)
        if self.op == "blank":
            return is_blank(answer)
        if self.op == "answered":
            return not is_blank(answer)
        other = answers.get(self.value.column) if isinstance(self.value, Ref) else self.value
        if is_blank(answer) or other is None or other == "":
            return None
        return bool(_COMPARE[self.op](answer, other))

    def opposite(self) -> "Cond":
        """The condition that holds when this one does not; unknown stays unknown."""
        return Cond(self.item, _OPPOSITE[self.op], self.value)

    def columns(self) -> tuple[str, ...]:
        """Every column the condition reads."""
        return (self.item, self.value.column) if isinstance(self.value, Ref) else (self.item,)


@dataclass(frozen=True)
class CheckContext:
    """What a form needs to know from outside itself."""

    assessed_on: date | None = None
    died_on: date | None = None
    inclusion: bool = False
    previous: Answers = field(default_factory=dict)


Predicate: TypeAlias = Callable[[Answers, CheckContext], bool]


@dataclass(frozen=True)
class Finding:
    """A rule that was broken. ``item`` is where to point first, ``items`` everything it names."""

    rule: str
    severity: Severity
    item: str | None
    message: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule of a form.

    ``when``/``then`` is the data form and the only one a database can check. ``predicate`` is for
    what it cannot say; it returns True when the rule is broken, and ``about`` names the items to
    point at. ``structure`` marks the rule an instrument expands itself: how "untestable" is
    recorded, or that a question not asked stays blank. With ``exempt_untestable`` an untestable
    item satisfies the ``then`` part; without it an untestable item fails it. ``origin`` says who
    made the rule.
    """

    code: str
    severity: Severity
    message: str
    when: tuple[Cond, ...] = ()
    then: tuple[Cond, ...] = ()
    exempt_untestable: bool = False
    origin: str = ""
    predicate: Predicate | None = None
    about: tuple[str, ...] = ()
    structure: Structure | None = None
    part: str = ""

    def __post_init__(self) -> None:
        ways = (bool(self.then), self.predicate is not None, self.structure is not None)
        if sum(ways) != 1:
            raise ValueError(f"{self.code} needs exactly one of then, predicate or structure.")
        if self.predicate is not None and not self.about:
            raise ValueError(f"{self.code} has a predicate and must say which items it is about.")

    @property
    def name(self) -> str:
        """A name fit for a constraint: ``nihss_c8_arm_left``."""
        return "_".join(filter(None, (self.code, self.part))).replace("-", "_").lower()

    @property
    def is_data(self) -> bool:
        """True when conditions alone say the rule, so that a database can check it."""
        return bool(self.then)

    def columns(self) -> tuple[str, ...]:
        """Every column the rule names."""
        conditions = (*self.when, *self.then)
        return (*self.about, *(name for cond in conditions for name in cond.columns()))

    def broken_at(
        self, answers: Answers, context: CheckContext, untestable: frozenset[str]
    ) -> tuple[str, ...]:
        """Columns at which the rule is broken; empty when it is kept or cannot be told yet."""
        if self.predicate is not None:
            return self.about if self.predicate(answers, context) else ()
        if not all(cond.holds(answers) for cond in self.when):
            return ()
        return tuple(cond.item for cond in self.then if self._fails(cond, answers, untestable))

    def _fails(self, cond: Cond, answers: Answers, untestable: frozenset[str]) -> bool:
        if cond.item in untestable and cond.op not in {"blank", "answered"}:
            return not self.exempt_untestable
        return cond.holds(answers) is False

    def finding(self, items: tuple[str, ...]) -> Finding:
        """The finding to show when the rule is broken at ``items``."""
        return Finding(self.code, self.severity, items[0], self.message, items)


def after_death(answers: Answers, context: CheckContext) -> bool:
    """True for an assessment on or after the date of death."""
    del answers
    if context.assessed_on is None or context.died_on is None:
        return False
    return context.assessed_on >= context.died_on
