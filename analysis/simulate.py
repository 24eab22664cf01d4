"""Power and type I error of a plan's own model under the trial's design, by simulation.

A replicate is one trial: participants allocated by the ratio, a reading at the baseline and at each
visit as long as they stay, analysed by the mixed model and the test that the plan declares. Its
random numbers come from its own child of the seed (numpy's SeedSequence), so that the result does
not depend on how many processes share the work. All effects use the same random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from analysis.design import Design
from analysis.layout import NotEstimableError, Readings, lay_out_model
from analysis.mixed import Inference, KenwardRoger, MixedFit, NotFitted, Satterthwaite
from analysis.mixed.blocks import Floats
from analysis.models import fit_design
from analysis.plan import JOINT, OVERALL, Model, Plan, Simulation, Test
from analysis.sets import Group

LEAST_PER_CELL = 2
IN_SPAN = 1e-9
"""What an effect may leave unexplained by the model's columns and still be told from one fit."""
METHODS: Mapping[str, Callable[[MixedFit], Inference]] = {
    "satterthwaite": Satterthwaite,
    "kenward_roger": KenwardRoger,
}
TREATED = Group("treated", "Treated", experimental=True, members=())
CONTROL = Group("control", "Control", experimental=False, members=())


@dataclass(frozen=True)
class Scenario:
    """A design with the model that analyses it, the tests that are counted, and their level."""

    design: Simulation
    model: Model
    alpha: float
    tests: tuple[Test, ...] = (JOINT, OVERALL)


@dataclass(frozen=True)
class Replicate:
    """One simulated trial: p by effect and test (NaN where it could not be fitted), and why."""

    number: int
    p: Floats
    singular: bool = False
    failure: str = ""


@dataclass
class Counts:
    """What the replicates done so far say: rejections by effect and test, and what went wrong."""

    scenario: Scenario
    done: int = 0
    singular: int = 0
    rejected: dict[tuple[float, str], int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """Replicates without a fit; they count as not significant."""
        return sum(self.failures.values())

    def add(self, found: Replicate) -> None:
        """Count one replicate; the order does not matter."""
        self.done += 1
        self.singular += found.singular
        if found.failure:
            self.failures[found.failure] = self.failures.get(found.failure, 0) + 1
        for row, effect in enumerate(self.scenario.design.effects):
            for column, test in enumerate(self.scenario.tests):
                significant = bool(found.p[row, column] <= self.scenario.alpha)
                key = effect, test
                self.rejected[key] = self.rejected.get(key, 0) + significant


def scenario_of(plan: Plan, design: Simulation) -> Scenario:
    """The design analysed as the plan says: the outcome's model, the test of its family first."""
    family = next((one for one in plan.families if design.outcome in one.outcomes), None)
    first = family.test if family else JOINT
    tests = tuple(dict.fromkeys((first, JOINT, OVERALL)))
    return Scenario(design, plan.model_of(design.outcome), plan.alpha, tests)


def replicate(scenario: Scenario, number: int) -> Replicate:
    """One simulated trial with every effect."""
    design = scenario.design
    shape = len(design.effects), len(scenario.tests)
    seed = np.random.SeedSequence(design.seed, spawn_key=(number,))
    rows, pattern = _trial(design, np.random.default_rng(seed))
    try:
        laid_out, kept = _laid_out(rows, scenario.model)
        p, singular = _tested(scenario, laid_out, pattern[rows.who, rows.visit_of][kept])
    except (NotEstimableError, NotFitted) as reason:
        return Replicate(number, np.full(shape, np.nan), failure=str(reason))
    return Replicate(number, p, singular)


def _trial(design: Simulation, rng: np.random.Generator) -> tuple[Readings, Floats]:
    """The readings without an effect, and the share of the effect by participant and visit."""
    size, visits = design.participants, len(design.visits)
    months = np.array([visit.months for visit in design.visits])
    treated = np.zeros(size, dtype=np.int64)
    treated[rng.permutation(size)[: _treated(design, rng)]] = 1
    person = rng.normal(0.0, design.between_sd, size)
    errors = rng.normal(0.0, design.within_sd, (size, visits + 1))
    leaving = rng.exponential(1.0, size) * _mean_stay(design)
    held = leaving[:, None] > months
    everything = person[:, None] + errors
    who, visit_of = np.nonzero(held)
    rows = Readings(
        y=everything[:, 1:][held],
        who=who,
        people=tuple(map(str, range(size))),
        group_of=treated[who],
        groups=(CONTROL.label, TREATED.label),
        visit_of=visit_of,
        visits=tuple(visit.code for visit in design.visits),
        months=tuple(months),
        covariates={"baseline": everything[who, 0]},
    )
    pattern: Floats = treated[:, None] * _shape(design, months)
    return rows, pattern


def _treated(design: Simulation, rng: np.random.Generator) -> int:
    """How many are allocated to the product; where the ratio does not divide, by chance."""
    share, whole = design.ratio[0] * design.participants, sum(design.ratio)
    return share // whole + int(rng.random() < (share % whole) / whole)


def _mean_stay(design: Simulation) -> float:
    """Months to leaving, on average, when leaving is as likely in every month."""
    if design.lost == 0:
        return np.inf
    return max(visit.months for visit in design.visits) / -float(np.log1p(-design.lost))


def _shape(design: Simulation, months: Floats) -> Floats:
    """The share of the effect at each visit."""
    if design.shape == "slope":
        growing: Floats = months / months.max()
        return growing
    if design.shape == "last visit":
        return np.where(months == months.max(), 1.0, 0.0)
    return np.ones(len(months))


def _laid_out(rows: Readings, model: Model) -> tuple[Design, NDArray[np.bool_]]:
    """The design, and which readings enter: those at visits where either group has enough."""
    counts = np.zeros((len(rows.visits), 2), dtype=np.int64)
    np.add.at(counts, (rows.visit_of, rows.group_of), 1)
    enough = counts.min(axis=1) >= LEAST_PER_CELL
    if not enough.any():
        raise NotEstimableError("At no visit have both groups two readings.")
    kept = enough[rows.visit_of]
    visits = np.flatnonzero(enough)
    codes, who = np.unique(rows.who[kept], return_inverse=True)
    inside = Readings(
        y=rows.y[kept],
        who=who.astype(np.int64),
        people=tuple(rows.people[code] for code in codes),
        group_of=rows.group_of[kept],
        groups=rows.groups,
        visit_of=np.searchsorted(visits, rows.visit_of[kept]),
        visits=tuple(rows.visits[visit] for visit in visits),
        months=tuple(rows.months[visit] for visit in visits),
        covariates={name: values[kept] for name, values in rows.covariates.items()},
    )
    layout, _ = lay_out_model(inside, model.terms)
    layout.check()
    return Design(layout, (TREATED, CONTROL), CONTROL, model), kept


def _tested(scenario: Scenario, design: Design, pattern: Floats) -> tuple[Floats, bool]:
    """p by effect and test, and whether a fit was singular.

    An effect in the span of the design's columns moves the estimates by itself and leaves residuals
    and variances alone, so that one fit serves every effect; otherwise each has its own.
    """
    per_unit, *_ = np.linalg.lstsq(design.x, pattern, rcond=None)
    spanned = float(np.abs(design.x @ per_unit - pattern).max()) < IN_SPAN
    effects = scenario.design.effects
    if spanned:
        fit, _ = fit_design(design)
        against = [-effect * per_unit for effect in effects]
        return np.array(list(_p_values(scenario, design, fit, against))), fit.singular
    found, singular = [], False
    for effect in effects:
        rows = replace(design.layout.readings, y=design.y + effect * pattern)
        moved = replace(design, layout=replace(design.layout, readings=rows))
        fit, _ = fit_design(moved)
        found += list(_p_values(scenario, moved, fit, [np.zeros(len(per_unit))]))
        singular = singular or fit.singular
    return np.array(found), singular


def _p_values(
    scenario: Scenario, design: Design, fit: MixedFit, against: Sequence[Floats]
) -> Iterator[list[float]]:
    """p of each test, a list for each of the null hypotheses."""
    inference = METHODS[scenario.model.df](fit)
    rows = {JOINT: design.everywhere, OVERALL: design.everywhere.mean(axis=0, keepdims=True)}
    for null in against:
        yield [inference.joint(rows[test], null).p for test in scenario.tests]
