"""The words an instrument is declared in: a Scale is scored, a Sheet is typed answers only.

Pure data and pure functions. Answers are a flat mapping of column name to value; a missing key and
None both mean "not answered". Keys that are no column of the instrument are ignored, except a
``..._untestable`` mark on an item that cannot be untestable, which breaks the untestable rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

from outcomes.scales.items import (
    Category,
    Choice,
    Column,
    DateItem,
    Item,
    Number,
    Option,
    Question,
    TextItem,
    YesNo,
)
from outcomes.scales.rules import (
    HARD,
    ODD_RULE,
    RANGE_RULE,
    SOFT,
    Answers,
    CheckContext,
    Cond,
    Finding,
    Ref,
    Rule,
    Value,
    is_blank,
)
from outcomes.scales.scores import Branch, Score, Sum, Tree
from outcomes.scales.structure import (
    ask_chain,
    branching_rules,
    structure_rule,
    untestable_rules,
)

__all__ = [
    "HARD", "ODD_RULE", "RANGE_RULE", "SOFT", "Answers", "Branch", "Category", "CheckContext",
    "Choice", "Column", "Cond", "DateItem", "Finding", "Instrument", "Item", "Number", "Option",
    "Question", "Ref", "Rule", "Scale", "Score", "Sheet", "Sum", "TextItem", "Tree", "Value",
    "YesNo", "is_blank",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What a scale and a sheet have in common.

    ``short`` is what a narrow table calls it, ``citation`` the source, ``licence`` what is known
    of the right to use it.
    """

    code: str
    title: str
    short: str = ""
    version: str
    licence: str = ""
    citation: str = ""
    items: tuple[Question, ...]
    scores: tuple[Score, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in (*self.columns(), *self.score_columns())]
        for name in names:
            if not name.isidentifier() or name != name.lower() or names.count(name) > 1:
                raise ValueError(f"{self.code}: {name!r} must be a unique lower-case name.")
        asked: set[str] = set()
        for item in self.items:
            if item.ask_if is not None and item.ask_if.item not in asked:
                raise ValueError(f"{self.code}: {item.name} depends on an item not before it.")
            asked.add(item.name)
        for rule in self.rules:
            if unknown := set(rule.columns()) - set(names):
                raise ValueError(f"{self.code}: {rule.code} names no column {sorted(unknown)}.")

    def item(self, name: str) -> Question:
        """The item of that name; KeyError when there is none."""
        return self._by_name[name]

    def sections(self) -> tuple[tuple[str, tuple[Question, ...]], ...]:
        """The items under their section headings, in order."""
        titles = dict.fromkeys(item.section for item in self.items)
        return tuple(
            (title, tuple(item for item in self.items if item.section == title)) for title in titles
        )

    def columns(self) -> tuple[Column, ...]:
        """The columns of every item, in order."""
        return self._columns

    def score_columns(self) -> tuple[Column, ...]:
        """The columns of the computed scores; none for a sheet."""
        return ()

    def column(self, name: str) -> Column | None:
        """The column of that name, an answer's or a score's; None when there is none."""
        return self._column_by_name.get(name)

    def score(self, answers: Answers) -> dict[str, int | None]:
        """Every score by name; empty for a sheet."""
        del answers
        return {}

    def flags(self, answers: Answers) -> dict[str, bool]:
        """For every score: is an untestable item inside it? Empty for a sheet."""
        del answers
        return {}

    def asked(self, item: Question, answers: Answers) -> bool | None:
        """Is the item asked? None while an answer that decides it is missing."""
        if item.ask_if is None:
            return True
        known = self._readable(answers)
        for cond in ask_chain(item, self._by_name):
            holds = cond.holds(known)
            if not holds:
                return holds
        return True

    def missing(self, answers: Answers) -> tuple[str, ...]:
        """Items that are asked and required and have neither an answer nor an untestable mark."""
        untestable = self.untestable(answers)
        return tuple(
            item.name
            for item in self.items
            if item.required
            and self.asked(item, answers)
            and is_blank(answers.get(item.name))
            and item.name not in untestable
        )

    def untestable(self, answers: Answers) -> frozenset[str]:
        """Items marked untestable that may be."""
        return frozenset(
            item.name
            for item in self._untestable_items
            if answers.get(item.untestable_column) is True
        )

    def check(self, answers: Answers, context: CheckContext | None = None) -> tuple[Finding, ...]:
        """Everything wrong or odd with the answers given so far.

        Blank items break nothing; ``missing`` lists them. Values of the wrong kind are reported
        and then left out of the rules.
        """
        found = (
            *self._value_findings(answers),
            *self._rule_findings(self._expanded, answers, context or CheckContext()),
            *self._marks_on_testable_items(answers),
        )
        return tuple(dict.fromkeys(found))

    def check_row(self, answers: Answers) -> tuple[Finding, ...]:
        """The hard findings that need nothing but the answers: what a database row may not hold."""
        found = (
            *self._value_findings(answers),
            *self._rule_findings(self.row_checks(), answers, CheckContext()),
        )
        return tuple(dict.fromkeys(finding for finding in found if finding.severity == HARD))

    def row_checks(self) -> tuple[Rule, ...]:
        """Every hard rule one row can break, as conditions; each has a unique ``name``."""
        return tuple(rule for rule in self._expanded if rule.severity == HARD and rule.is_data)

    @cached_property
    def _columns(self) -> tuple[Column, ...]:
        return tuple(chain.from_iterable(item.columns() for item in self.items))

    @cached_property
    def _column_by_name(self) -> dict[str, Column]:
        return {column.name: column for column in (*self.columns(), *self.score_columns())}

    @cached_property
    def _by_name(self) -> dict[str, Question]:
        return {item.name: item for item in self.items}

    @cached_property
    def _item_of_column(self) -> dict[str, str]:
        return {column.name: column.item for column in self.columns()}

    @cached_property
    def _untestable_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if isinstance(item, Item) and item.untestable)

    @cached_property
    def _expanded(self) -> tuple[Rule, ...]:
        return (
            *(rule for rule in self.rules if rule.structure is None),
            *branching_rules(self._by_name, structure_rule(self.rules, "branching")),
            *untestable_rules(self._untestable_items, structure_rule(self.rules, "untestable")),
        )

    def _readable(self, answers: Answers) -> dict[str, Value]:
        known: dict[str, Value] = {}
        for item in self.items:
            value = answers.get(item.name)
            known[item.name] = value if item.readable(value) else None
        for item in self._untestable_items:
            known[item.untestable_column] = answers.get(item.untestable_column) is True
            known[item.reason_column] = answers.get(item.reason_column)
        return known

    def _value_findings(self, answers: Answers) -> tuple[Finding, ...]:
        return tuple(
            finding for item in self.items for finding in item.findings(answers.get(item.name))
        )

    def _rule_findings(
        self, rules: tuple[Rule, ...], answers: Answers, context: CheckContext
    ) -> Iterator[Finding]:
        known, untestable = self._readable(answers), self.untestable(answers)
        for rule in rules:
            if broken := rule.broken_at(known, context, untestable):
                at = dict.fromkeys(self._item_of_column[column] for column in broken)
                yield rule.finding(tuple(at))

    def _marks_on_testable_items(self, answers: Answers) -> tuple[Finding, ...]:
        rule = structure_rule(self.rules, "untestable")
        return tuple(
            rule.finding((item.name,))
            for item in self.items
            if not (isinstance(item, Item) and item.untestable)
            and answers.get(f"{item.name}_untestable")
        )


@dataclass(frozen=True, kw_only=True)
class Sheet(Instrument):
    """A typed form that is not scored."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scores:
            raise ValueError(f"{self.code}: a sheet has no scores; declare a Scale.")


@dataclass(frozen=True, kw_only=True)
class Scale(Instrument):
    """A scored instrument.

    ``better`` says which way is recovery. ``optional`` names scores whose items may all be left
    out together: once one of them is answered, the rest are missing. ``drawn`` names the scores
    whose course people follow from visit to visit.
    """

    items: tuple[Item, ...]
    better: Literal["lower", "higher"]
    optional: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ("total",)

    def __post_init__(self) -> None:
        if not self.scores:
            raise ValueError(f"{self.code}: a scale has at least one score.")
        known = {item.name for item in self.items}
        for score in self.scores:
            if unknown := set(self._parts(score)) - known:
                raise ValueError(f"{self.code}: {score.name} is made of unknown {sorted(unknown)}.")
            known.add(score.name)
        super().__post_init__()
        if unknown := {*self.optional, *self.drawn} - {score.name for score in self.scores}:
            raise ValueError(f"{self.code}: no score is called {sorted(unknown)}.")

    def score(self, answers: Answers) -> dict[str, int | None]:
        """Every score by name.

        None when an item it needs is unanswered or holds an impossible value; an untestable item
        adds 0. A tree needs only the questions on its path.
        """
        untestable = self.untestable(answers)
        points = {item.name: _points(item, answers, untestable) for item in self.items}
        return {score.name: self._value(score, points) for score in self.scores}

    def flags(self, answers: Answers) -> dict[str, bool]:
        """For every score: is an untestable item inside it?"""
        untestable = self.untestable(answers)
        return {
            score.name: any(item.name in untestable for item in self.items_of(score.name))
            for score in self.scores
        }

    def items_of(self, score: str) -> tuple[Item, ...]:
        """The items a score is made of, in the order of the form."""
        return self._items_of[score]

    def range_of(self, score: str) -> tuple[int, int]:
        """The lowest and highest value the score can take."""
        declared = self._score_by_name[score]
        if isinstance(declared, Tree):
            return min(declared.root.leaves()), max(declared.root.leaves())
        items = self.items_of(score)
        lows = (min(0, item.points[0]) if item.untestable else item.points[0] for item in items)
        return sum(lows), sum(item.points[-1] for item in items)

    def score_columns(self) -> tuple[Column, ...]:
        """The columns of the computed scores, in order."""
        return self._score_columns

    def missing(self, answers: Answers) -> tuple[str, ...]:
        """Items still to answer; an optional score left out as a whole lacks nothing."""
        left_out = {
            item.name
            for score in self.optional
            for item in self.items_of(score)
            if not any(self._is_answered(part, answers) for part in self.items_of(score))
        }
        return tuple(name for name in super().missing(answers) if name not in left_out)

    @cached_property
    def _score_columns(self) -> tuple[Column, ...]:
        return tuple(self._score_column(score) for score in self.scores)

    @cached_property
    def _score_by_name(self) -> dict[str, Score]:
        return {score.name: score for score in self.scores}

    @cached_property
    def _items_of(self) -> dict[str, tuple[Item, ...]]:
        names: dict[str, set[str]] = {}
        for score in self.scores:
            parts = (names.get(part, {part}) for part in self._parts(score))
            names[score.name] = set(chain.from_iterable(parts))
        return {
            score: tuple(item for item in self.items if item.name in inside)
            for score, inside in names.items()
        }

    def _parts(self, score: Score) -> tuple[str, ...]:
        if isinstance(score, Tree):
            return score.root.items()
        return tuple(item.name for item in self.items) if score.of is None else score.of

    def _value(self, score: Score, points: dict[str, int | None]) -> int | None:
        if isinstance(score, Tree):
            return score.grade(points)
        parts = [points[item.name] for item in self.items_of(score.name)]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def _score_column(self, score: Score) -> Column:
        low, high = self.range_of(score.name)
        label = score.label or score.name.replace("_", " ").capitalize()
        return Column(
            score.name, "integer", score.name, label, role="score",
            minimum=low, maximum=high, sdtm=score.sdtm,
        )  # fmt: skip

    @staticmethod
    def _is_answered(item: Item, answers: Answers) -> bool:
        return not is_blank(answers.get(item.name))


def _points(item: Item, answers: Answers, untestable: frozenset[str]) -> int | None:
    value = answers.get(item.name)
    if item.name in untestable:
        return 0 if is_blank(value) else None
    if isinstance(value, int) and not item.problem(value):
        return value
    return None
