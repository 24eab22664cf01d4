"""The words an analysis plan is written in.

A plan says what the report runs: outcomes, analysis sets, models, horizons, the families of tests
adjusted together, sensitivity analyses and the design that is simulated. It is data: frozen, with
nothing computed, checked as a whole when it is made. This module needs only the standard library,
so that whoever writes the plan down at the database lock loads nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Role = Literal["primary", "secondary"]
Better = Literal["lower", "higher"]
Df = Literal["satterthwaite", "kenward_roger"]
Covariance = Literal["random intercept", "random intercept and slope", "unstructured"]
Part = Literal[
    "flow",
    "sets",
    "exposure",
    "baseline",
    "adverse_events_by_anchor",
    "adverse_events_by_phase",
    "adverse_events_by_class",
    "missing",
    "standardized_effects",
    "means",
    "profiles",
]

Test = Literal["group and group:visit", "mean over visits"]

JOINT: Test = "group and group:visit"
"""The test of every term with the group together: is there any difference at any visit?"""
OVERALL: Test = "mean over visits"
"""The difference between groups averaged over the visits of the model with equal weight."""
VARIABLES = frozenset({"baseline", "group", "visit", "months", "dose", "age", "sex", "site"})
"""What a term may name; a colon between two makes their interaction."""


class BadPlanError(ValueError):
    """A plan that contradicts itself; the message says where."""


@dataclass(frozen=True)
class AnalysisSet:
    """Randomized participants grouped by the treatment `received` or the arm `allocated`."""

    code: str
    title: str
    grouped_by: Literal["received", "allocated"]


@dataclass(frozen=True)
class Feasibility:
    """How many of those allocated to an experimental arm received it, with an exact interval."""

    code: str
    role: Role


@dataclass(frozen=True)
class Safety:
    """Adverse events of each group of these analysis sets by each horizon, from inclusion on."""

    code: str
    role: Role
    sets: tuple[str, ...]


@dataclass(frozen=True)
class Horizon:
    """A horizon of counting: its name, and days from inclusion, the last of them included."""

    label: str
    days: int


@dataclass(frozen=True)
class Model:
    """A linear mixed model by REML: fixed effects, covariance of a participant's readings, and the
    degrees of freedom that its intervals and p values use."""

    code: str
    terms: tuple[str, ...]
    covariance: Covariance = "random intercept"
    df: Df = "satterthwaite"

    def __post_init__(self) -> None:
        unknown = {name for term in self.terms for name in term.split(":")} - VARIABLES
        if unknown:
            raise BadPlanError(
                f"Model {self.code} names what is unknown: {', '.join(sorted(unknown))}."
            )


@dataclass(frozen=True)
class Outcome:
    """One number followed over the visits: where it stands in the cut and how it is analysed.

    An `ordinal` outcome is shown by its grades. `death` says what a visit after death counts for:
    nothing, or the worst grade. `model` is the code of a model, `sets` are those it is fitted in.
    """

    code: str
    role: Role
    table: str
    column: str
    better: Better
    baseline_visit: str
    model: str
    sets: tuple[str, ...]
    ordinal: bool = False
    death: Literal["missing", "worst"] = "missing"


@dataclass(frozen=True)
class Family:
    """Outcomes whose p values are adjusted together, in each analysis set on its own.

    The p of an outcome is that of `test` in its model; outcomes that could not be fitted are not
    counted.
    """

    code: str
    outcomes: tuple[str, ...]
    sets: tuple[str, ...]
    test: Test = JOINT
    method: Literal["holm"] = "holm"


@dataclass(frozen=True)
class OtherCovariances:
    """The outcomes' models once more with other covariances of the visits."""

    code: str
    outcomes: tuple[str, ...]
    covariances: tuple[Covariance, ...]


@dataclass(frozen=True)
class OrdinalShift:
    """Proportional odds over the grades at each visit, in the outcomes' analysis sets."""

    code: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class DoseResponse:
    """The amount given as a number in place of the group; nothing given counts as zero.

    One `unit` of the effect is `per` units of the column.
    """

    code: str
    outcomes: tuple[str, ...]
    analysis_set: str
    table: str
    column: str
    per: float
    unit: str
    model: Model


@dataclass(frozen=True)
class TimeAsSlope:
    """Months from the index event as a number in place of the visit: the difference of slopes."""

    code: str
    outcomes: tuple[str, ...]
    sets: tuple[str, ...]
    model: Model


@dataclass(frozen=True)
class TippingPoint:
    """How much worse missing readings of the experimental groups must be to change a conclusion.

    The conclusion is whether the difference on average over the visits is nothing, at the plan's
    alpha. Missing readings get their conditional mean, those of experimental groups shifted by one
    and the same amount; shifts up to `within` baseline standard deviations either way are shown.
    """

    code: str
    outcomes: tuple[str, ...]
    sets: tuple[str, ...]
    within: float


Sensitivity = OtherCovariances | OrdinalShift | DoseResponse | TimeAsSlope | TippingPoint


@dataclass(frozen=True)
class SimulatedVisit:
    """A follow-up visit of the simulated trial, in months from the index event."""

    code: str
    months: float


@dataclass(frozen=True)
class Simulation:
    """The design whose power is simulated: one outcome of the plan, its standard deviations between
    and within participants, the share lost by the last visit, and effects in the outcome's units.

    `shape` says where the effect is: at `every visit` alike, at the `last visit` alone, or growing
    evenly with the months from the index event to its whole at the last visit (`slope`).
    """

    outcome: str
    participants: int
    ratio: tuple[int, int]
    visits: tuple[SimulatedVisit, ...]
    between_sd: float
    within_sd: float
    lost: float
    effects: tuple[float, ...]
    shape: Literal["every visit", "last visit", "slope"]
    replicates: int
    seed: int


@dataclass(frozen=True)
class Plan:
    """The whole plan of one protocol. `parts` are the descriptions that the report gives.

    Raises:
        BadPlanError: a code twice, or a reference to what the plan does not hold.
    """

    protocol: str
    version: str
    alpha: float
    questions: tuple[Feasibility | Safety, ...]
    parts: tuple[Part, ...]
    sets: tuple[AnalysisSet, ...]
    horizons: tuple[Horizon, ...]
    models: tuple[Model, ...]
    outcomes: tuple[Outcome, ...]
    families: tuple[Family, ...]
    sensitivities: tuple[Sensitivity, ...]
    simulation: Simulation | None = None

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise BadPlanError("The level of the tests is a number between 0 and 1.")
        for what, listed in self._lists():
            if len(set(listed)) < len(listed):
                raise BadPlanError(f"A code stands twice among the {what}.")
        self._check_references()

    def outcome(self, code: str) -> Outcome | None:
        """The outcome with this code, or None."""
        return next((one for one in self.outcomes if one.code == code), None)

    def model_of(self, outcome: str) -> Model:
        """The model of an outcome of the plan."""
        code = next(one.model for one in self.outcomes if one.code == outcome)
        return next(model for model in self.models if model.code == code)

    def family_of(self, outcome: str, analysis_set: str) -> Family | None:
        """The family that an outcome's test belongs to in an analysis set, or None."""
        inside = (f for f in self.families if outcome in f.outcomes and analysis_set in f.sets)
        return next(inside, None)

    def _lists(self) -> tuple[tuple[str, list[str]], ...]:
        return (
            ("questions", [one.code for one in self.questions]),
            ("analysis sets", [one.code for one in self.sets]),
            ("horizons", [one.label for one in self.horizons]),
            ("models", [one.code for one in self.models]),
            ("outcomes", [one.code for one in self.outcomes]),
            ("families", [one.code for one in self.families]),
            ("sensitivity analyses", [one.code for one in self.sensitivities]),
            (
                "families of one outcome",
                [f"{o} {s}" for f in self.families for o in f.outcomes for s in f.sets],
            ),
        )

    def _check_references(self) -> None:
        sets = [code for outcome in self.outcomes for code in outcome.sets]
        sets += [code for family in self.families for code in family.sets]
        outcomes = [code for family in self.families for code in family.outcomes]
        for one in (*self.questions, *self.sensitivities):
            if isinstance(one, DoseResponse):
                sets.append(one.analysis_set)
            if isinstance(one, Safety | TimeAsSlope | TippingPoint):
                sets += one.sets
            if not isinstance(one, Safety | Feasibility):
                outcomes += one.outcomes
        if self.simulation is not None:
            outcomes.append(self.simulation.outcome)
        self._known("analysis sets", sets, {one.code for one in self.sets})
        self._known("outcomes", outcomes, {one.code for one in self.outcomes})
        models = {one.code for one in self.models}
        self._known("models", [one.model for one in self.outcomes], models)

    def _known(self, what: str, named: Iterable[str], held: set[str]) -> None:
        unknown = sorted(set(named) - held)
        if unknown:
            raise BadPlanError(
                f"The plan names what it does not hold, {what}: {', '.join(unknown)}."
            )
