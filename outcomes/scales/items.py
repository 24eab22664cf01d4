"""What can be asked on a form: scored items and typed answers, and the columns they become."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from outcomes.scales.rules import (
    HARD,
    ODD_RULE,
    RANGE_RULE,
    SOFT,
    Cond,
    Finding,
    Value,
    is_blank,
)

Kind: TypeAlias = Literal["integer", "decimal", "boolean", "text", "choice", "date"]
Role: TypeAlias = Literal["answer", "untestable", "reason", "score"]
Limit: TypeAlias = int | Decimal


@dataclass(frozen=True)
class Column:
    """One column of the form's table, export file and codebook."""

    name: str
    kind: Kind
    item: str
    label: str
    role: Role = "answer"
    unit: str = ""
    values: tuple[tuple[int | str, str], ...] = ()
    minimum: Limit | None = None
    maximum: Limit | None = None
    decimals: int = 0
    max_length: int = 0
    sdtm: str = ""


@dataclass(frozen=True)
class Option:
    """One level of a scored item: its points and our own words for it."""

    value: int
    label: str


@dataclass(frozen=True)
class Category:
    """One answer of a choice that carries no points."""

    value: str
    label: str


@dataclass(frozen=True)
class Question(ABC):
    """What every item has: a column name, a printed code, a label, and when it is asked.

    ``required=False`` lets a form be complete without it; ``ask_if`` asks it only when an earlier
    answer says so. ``sdtm`` is the test code of the export, ``loinc`` only where verified.
    """

    name: str
    code: str
    label: str
    section: str = ""
    ask_if: Cond | None = None
    required: bool = True
    sdtm: str = ""
    loinc: str = ""
    hint: str = ""

    @abstractmethod
    def columns(self) -> tuple[Column, ...]:
        """The columns that hold the answer."""

    @abstractmethod
    def readable(self, value: Value) -> bool:
        """True when the value is of the right kind, whatever its size."""

    @abstractmethod
    def problem(self, value: Value) -> str:
        """Why the value is impossible, in words; empty when it is possible."""

    def doubt(self, value: Value) -> str:
        """Why a possible value is odd, in words; empty when it is not."""
        del value
        return ""

    def findings(self, value: Value) -> tuple[Finding, ...]:
        """RANGE (hard) for an impossible value, ``ODD-<item>`` (soft) for an odd one.

        Each odd value is a rule of its own, so that each is confirmed by itself.
        """
        if is_blank(value):
            return ()
        if problem := self.problem(value):
            return (Finding(RANGE_RULE, HARD, self.name, problem, (self.name,)),)
        if doubt := self.doubt(value):
            rule = f"{ODD_RULE}-{self.name}"
            return (Finding(rule, SOFT, self.name, doubt, (self.name,)),)
        return ()

    def _column(self, kind: Kind) -> Column:
        return Column(self.name, kind, self.name, self.label, sdtm=self.sdtm)


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)


@dataclass(frozen=True)
class Item(Question):
    """A scored item. ``untestable`` lists the reasons for which it may go unscored; none forbids.

    An untestable item holds no value and adds 0 to every total it is part of.
    """

    options: tuple[Option, ...] = ()
    untestable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = [option.value for option in self.options]
        if len(values) < 2 or values != sorted(set(values)):
            raise ValueError(f"{self.name} needs two or more options in rising order.")

    @cached_property
    def points(self) -> tuple[int, ...]:
        """The values the item may take."""
        return tuple(option.value for option in self.options)

    @property
    def untestable_column(self) -> str:
        """Column saying the item could not be tested."""
        return f"{self.name}_untestable"

    @property
    def reason_column(self) -> str:
        """Column saying why it could not be tested."""
        return f"{self.name}_untestable_reason"

    def label_of(self, value: Value) -> str:
        """Our words for a value; empty for one the item does not have."""
        if not _is_whole(value):
            return ""
        return next((option.label for option in self.options if option.value == value), "")

    def columns(self) -> tuple[Column, ...]:
        values = tuple((option.value, option.label) for option in self.options)
        low, high = self.points[0], self.points[-1]
        answer = Column(
            self.name, "integer", self.name, self.label,
            values=values, minimum=low, maximum=high, sdtm=self.sdtm,
        )  # fmt: skip
        if not self.untestable:
            return (answer,)
        reasons = tuple((reason, reason.capitalize()) for reason in self.untestable)
        mark = f"{self.label}: untestable"
        why = f"{self.label}: reason untestable"
        return (
            answer,
            Column(self.untestable_column, "boolean", self.name, mark, role="untestable"),
            Column(self.reason_column, "choice", self.name, why, role="reason", values=reasons),
        )

    def readable(self, value: Value) -> bool:
        return _is_whole(value)

    def problem(self, value: Value) -> str:
        if _is_whole(value) and value in self.points:
            return ""
        return f"{self.label}: {value} is not one of {_listed(self.points)}."


@dataclass(frozen=True)
class Number(Question):
    """A measured number. Outside ``minimum``..``maximum`` is impossible and refused; outside
    ``usual_minimum``..``usual_maximum`` is odd and asked about. All limits are in ``unit``.
    """

    unit: str = ""
    minimum: Limit = 0
    maximum: Limit = 0
    decimals: int = 0
    usual_minimum: Limit | None = None
    usual_maximum: Limit | None = None

    def __post_init__(self) -> None:
        low = self.minimum if self.usual_minimum is None else self.usual_minimum
        high = self.maximum if self.usual_maximum is None else self.usual_maximum
        if not self.minimum <= low < high <= self.maximum:
            raise ValueError(f"{self.name}: limits must rise: minimum, usual, maximum.")

    def columns(self) -> tuple[Column, ...]:
        kind: Kind = "decimal" if self.decimals else "integer"
        return (
            Column(
                self.name, kind, self.name, self.label, unit=self.unit,
                minimum=self.minimum, maximum=self.maximum,
                decimals=self.decimals, sdtm=self.sdtm,
            ),
        )  # fmt: skip

    def readable(self, value: Value) -> bool:
        return _is_whole(value) or (isinstance(value, Decimal) and value.is_finite())

    def problem(self, value: Value) -> str:
        if not self.readable(value) or not isinstance(value, int | Decimal):
            return f"{self.label}: {value} is not a number."
        if not self.minimum <= value <= self.maximum:
            return f"{self.label}: {value} is outside {self._span(self.minimum, self.maximum)}."
        if value != round(Decimal(value), self.decimals):
            return f"{self.label}: {value} has more than {self.decimals} decimals."
        return ""

    def doubt(self, value: Value) -> str:
        if not isinstance(value, int | Decimal):
            return ""
        low = self.minimum if self.usual_minimum is None else self.usual_minimum
        high = self.maximum if self.usual_maximum is None else self.usual_maximum
        if low <= value <= high:
            return ""
        return f"{self.label}: {value} is unusual (expected {self._span(low, high)}); please check."

    def _span(self, low: Limit, high: Limit) -> str:
        return f"{low} to {high} {self.unit}".rstrip()


@dataclass(frozen=True)
class Choice(Question):
    """One answer out of a list, stored as its code."""

    options: tuple[Category, ...] = ()

    def __post_init__(self) -> None:
        values = [option.value for option in self.options]
        if len(values) < 2 or len(values) != len(set(values)):
            raise ValueError(f"{self.name} needs two or more different options.")

    def columns(self) -> tuple[Column, ...]:
        values = tuple((option.value, option.label) for option in self.options)
        return (Column(self.name, "choice", self.name, self.label, values=values, sdtm=self.sdtm),)

    def readable(self, value: Value) -> bool:
        return isinstance(value, str)

    def problem(self, value: Value) -> str:
        codes = tuple(option.value for option in self.options)
        if isinstance(value, str) and value in codes:
            return ""
        return f"{self.label}: {value} is not one of {_listed(codes)}."


@dataclass(frozen=True)
class YesNo(Question):
    """A yes-or-no question; blank is neither."""

    def columns(self) -> tuple[Column, ...]:
        return (self._column("boolean"),)

    def readable(self, value: Value) -> bool:
        return isinstance(value, bool)

    def problem(self, value: Value) -> str:
        return "" if self.readable(value) else f"{self.label}: {value} is neither yes nor no."


@dataclass(frozen=True)
class DateItem(Question):
    """A full calendar date."""

    def columns(self) -> tuple[Column, ...]:
        return (self._column("date"),)

    def readable(self, value: Value) -> bool:
        return type(value) is date

    def problem(self, value: Value) -> str:
        return "" if self.readable(value) else f"{self.label}: {value} is not a date."


@dataclass(frozen=True)
class TextItem(Question):
    """A few words. Nothing that could identify a person belongs in it."""

    max_length: int = 200

    def columns(self) -> tuple[Column, ...]:
        return (
            Column(
                self.name, "text", self.name, self.label,
                max_length=self.max_length, sdtm=self.sdtm,
            ),
        )  # fmt: skip

    def readable(self, value: Value) -> bool:
        return isinstance(value, str)

    def problem(self, value: Value) -> str:
        if not isinstance(value, str):
            return f"{self.label}: {value} is not text."
        if len(value) > self.max_length:
            return f"{self.label}: at most {self.max_length} characters, {len(value)} given."
        return ""
