"""How a model's terms become the columns of a design matrix, and any row of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from analysis.mixed import Covariate, Factor, NotFitted, design, type_three
from analysis.mixed.blocks import Floats, Ints, dependent_columns
from analysis.mixed.terms import Columns, Term, Variable


class NotEstimableError(Exception):
    """There is no model to fit; the message says why, as a sentence for the report."""


@dataclass(frozen=True)
class Readings:
    """What a model is laid out from: a row for each reading after the baseline.

    `group_of` and `visit_of` number `groups`, the first of them the reference, and `visits` from 0;
    `who` numbers the participants, `people`. `months` are those of the visits. `covariates` hold a
    number, `classes` the number of a level and the levels, by variable.
    """

    y: Floats
    who: Ints
    people: tuple[str, ...]
    group_of: Ints
    groups: tuple[str, ...]
    visit_of: Ints
    visits: tuple[str, ...]
    months: tuple[float, ...]
    covariates: Mapping[str, Floats]
    classes: Mapping[str, tuple[tuple[str, ...], Ints]] = field(default_factory=dict)

    @property
    def at(self) -> Floats:
        """The months of each reading."""
        return np.asarray(self.months)[self.visit_of]


@dataclass(frozen=True)
class Layout:
    """The variables and terms of one model over some readings; rows of any kind are made by it."""

    readings: Readings
    terms: tuple[Term, ...]

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that the terms name, in the order they are named."""
        names = dict.fromkeys(name for term in self.terms for name in term)
        return tuple(self._variable(name) for name in names)

    @cached_property
    def columns(self) -> Columns:
        """The design matrix of the readings."""
        return design(self.variables, self.terms)

    @cached_property
    def type_three(self) -> Mapping[str, Floats]:
        """The contrasts of each term.

        Raises:
            NotFitted: the effects cannot be told apart.
        """
        found = type_three(self.variables, self.terms)
        return {":".join(term): rows for term, rows in found.items()}

    def check(self) -> None:
        """Make sure that the effects can be told apart.

        Raises:
            NotFitted: they cannot.
        """
        if dependent_columns(self.columns.x):
            raise NotFitted("The design is singular: the effects cannot be told apart.")

    def row(self, *, group: int = 0, visit: int = 0, **numbers: float) -> Floats:
        """The design row of a group at a visit; other factors at their reference, other numbers at
        the mean of the readings unless given."""
        at: list[Variable] = []
        for one in self.variables:
            if isinstance(one, Factor):
                level = {"group": group, "visit": visit}.get(one.name, 0)
                at.append(replace(one, codes=[level]))
                continue
            mean = self.readings.months[visit] if one.name == "months" else float(one.values.mean())
            at.append(replace(one, values=np.array([numbers.get(one.name, mean)])))
        found: Floats = design(at, self.terms).x[0]
        return found

    def _variable(self, name: str) -> Variable:
        rows = self.readings
        if name == "group":
            return Factor(name, rows.groups, rows.group_of.tolist())
        if name == "visit":
            return Factor(name, rows.visits, rows.visit_of.tolist())
        if name == "months":
            return Covariate(name, rows.at)
        if name in rows.covariates:
            return Covariate(name, rows.covariates[name])
        levels, codes = rows.classes[name]
        return Factor(name, levels, codes.tolist())


def lay_out_model(readings: Readings, terms: Sequence[str]) -> tuple[Layout, tuple[str, ...]]:
    """The layout of the terms that can be told in these readings, and words on those that cannot.

    With one visit there is no effect of time; a variable that is the same for everybody has none.
    """
    words, idle = [], set()
    if len(readings.visits) < 2:
        idle |= {"visit", "months"}
    for name in dict.fromkeys(name for term in terms for name in term.split(":")):
        values = readings.covariates.get(name)
        levels = readings.classes.get(name)
        if (values is not None and np.ptp(values) == 0) or (levels and len(levels[0]) < 2):
            idle.add(name)
            words.append(f"The {name} is the same for everybody and is left out of the model.")
    split = [tuple(term.split(":")) for term in terms]
    kept = tuple(term for term in split if not idle & set(term))
    if not kept:
        raise NotEstimableError("None of the model's terms can be estimated.")
    return Layout(readings, kept), tuple(words)
