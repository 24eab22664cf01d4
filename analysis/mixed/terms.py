"""Design columns and type III contrasts from factors, covariates and their products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.mixed.blocks import Floats, NotFitted, dependent_columns

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Factor:
    """A classification: `levels` by label, the first of them the reference; `codes` by reading."""

    name: str
    levels: tuple[str, ...]
    codes: Sequence[int]

    def columns(self, *, every: bool) -> list[tuple[str, Floats]]:
        """An indicator of each level but the reference, of that too with `every`."""
        codes = np.asarray(self.codes)
        return [
            (f"{self.name} {label}", np.where(codes == level, 1.0, 0.0))
            for level, label in enumerate(self.levels)
            if every or level > 0
        ]


@dataclass(frozen=True)
class Covariate:
    """A number by reading."""

    name: str
    values: Floats

    def columns(self, *, every: bool) -> list[tuple[str, Floats]]:
        """The number itself: it has no levels."""
        del every
        return [(self.name, np.asarray(self.values, dtype=float))]


Variable = Factor | Covariate
Term = tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """A design matrix with the name of each column and the term that each belongs to."""

    x: Floats
    names: tuple[str, ...]
    terms: tuple[Term, ...]

    def of(self, term: Term) -> list[int]:
        """The positions of a term's columns."""
        return [position for position, one in enumerate(self.terms) if one == term]


def design(variables: Iterable[Variable], terms: Sequence[Term], *, every: bool = False) -> Columns:
    """Columns of an intercept and of each term; a term is the names of what it multiplies."""
    by_name: Mapping[str, Variable] = {one.name: one for one in variables}
    size = len(next(iter(by_name.values())).columns(every=every)[0][1])
    found: list[tuple[str, Floats, Term]] = [(INTERCEPT, np.ones(size), ())]
    for term in terms:
        for parts in product(*(by_name[name].columns(every=every) for name in term)):
            column = np.prod([values for _, values in parts], axis=0)
            found.append((" : ".join(name for name, _ in parts), column, term))
    names, columns, belongs = zip(*found, strict=True)
    return Columns(np.column_stack(columns), names, belongs)


def type_three(variables: Sequence[Variable], terms: Sequence[Term]) -> dict[Term, Floats]:
    """Rows L by term so that L beta = 0 says: the term's effect, averaged over the levels of every
    other factor with equal weight, is nil (SAS type III; `anova(type = 3)` of lmerTest).

    Every estimable function is a combination of the rows of pinv(X) X_all, where X_all holds an
    indicator of every level. A term's rows are made orthogonal to those of the terms that contain
    it (Goodnight 1978, SAS technical report R-101; Kuznetsova et al 2017). The rows are lmerTest's
    own and not only their span, on which Fai and Cornelius's df depend a little. A covariate that
    is multiplied with a factor counts at zero in that factor's own test, as in R.

    Raises:
        NotFitted: the effects cannot be told apart.
    """
    held, every = design(variables, terms), design(variables, terms, every=True)
    if dependent_columns(held.x):
        raise NotFitted("The design is singular: the effects cannot be told apart.")
    basis = np.linalg.lstsq(held.x, every.x, rcond=None)[0].T
    covariates = frozenset(one.name for one in variables if isinstance(one, Covariate))
    for term in sorted(terms, key=len, reverse=True):
        larger = [one for one in terms if _contains(one, term, covariates)]
        above = [position for one in larger for position in held.of(one)]
        if above:
            mine = held.of(term)
            explained = np.linalg.lstsq(basis[:, above], basis[:, mine], rcond=None)[0]
            basis[:, mine] -= basis[:, above] @ explained
    rows = [every.names.index(name) for name in held.names]
    return {term: basis[np.ix_(rows, held.of(term))].T for term in terms}


def _contains(larger: Term, smaller: Term, covariates: frozenset[str]) -> bool:
    """Whether a term has the same covariates as another, its factors, and more of them."""
    same = covariates & set(larger) == covariates & set(smaller)
    return same and set(larger) > set(smaller)
