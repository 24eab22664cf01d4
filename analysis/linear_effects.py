"""Two sensitivity analyses in which a number takes the place of a factor: the dose, and time.

Dose: the amount given in place of the group, which stands on the outcome's own scale per unit of
the dose. Time: months in place of the visit; what is compared are the slopes of the groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.columns import numbers, texts
from analysis.cut import Cut
from analysis.design import Design, Facts, build_design
from analysis.layout import NotEstimableError
from analysis.longitudinal import Series
from analysis.manifest import Outcome
from analysis.mixed import FTest, NotFitted
from analysis.mixed.blocks import Floats
from analysis.models import Estimate, Tests, fit_design
from analysis.people import Participant
from analysis.plan import OVERALL, DoseResponse, TimeAsSlope
from analysis.sets import AnalysisSet
from analysis.tables import NOT_AVAILABLE, Table, fixed, p_value

A_YEAR = 12.0
ONE_DOSE = (
    "Everybody treated was given the same amount: the effect is that of the group per unit of it."
)
NO_SLOPES = "With one visit after the baseline there is no slope."


@dataclass(frozen=True)
class Linear:
    """One such model: its estimates by what they are of, and the test of all of them together.

    `estimates` is empty where it could not be fitted; `words` say why, or what was odd.
    """

    code: str
    outcome: Outcome
    analysis_set: AnalysisSet
    words: tuple[str, ...]
    people: int = 0
    estimates: tuple[tuple[str, Estimate], ...] = ()
    test: FTest | None = None


def doses(
    cut: Cut, planned: DoseResponse, people: Sequence[Participant]
) -> Mapping[str, float | None]:
    """The dose of each participant in the plan's units; None where it was given and not recorded.

    Who received no experimental arm was given nothing.
    """
    experimental = {arm.code for arm in cut.manifest.protocol.arms if arm.experimental}
    frame = cut.table(planned.table, "participant", planned.column)
    given = dict(zip(texts(frame, "participant"), numbers(frame, planned.column), strict=True))
    found: dict[str, float | None] = {}
    for person in people:
        amount = given.get(person.code)
        if amount is None:
            found[person.code] = None if person.received in experimental else 0.0
        else:
            found[person.code] = amount / planned.per
    return found


def dose_response(
    planned: DoseResponse, series: Series, chosen: AnalysisSet, facts: Facts
) -> Linear:
    """The model with the dose among its facts, at each visit and over all of them."""

    def told(design: Design) -> tuple[dict[str, Floats], tuple[str, ...]]:
        rows: dict[str, Floats] = {
            visit: design.layout.row(visit=place, dose=1.0)
            - design.layout.row(visit=place, dose=0.0)
            for place, visit in enumerate(design.visits)
        }
        given = design.layout.readings.covariates["dose"]
        same = len(np.unique(given[given > 0])) == 1
        words: tuple[str, ...] = (ONE_DOSE,) if same else ()
        return rows, words

    return _fitted(planned, series, chosen, facts, told)


def slopes(planned: TimeAsSlope, series: Series, chosen: AnalysisSet, facts: Facts) -> Linear:
    """The model of time as a number: each group's slope less that of the reference, per year."""

    def told(design: Design) -> tuple[dict[str, Floats], tuple[str, ...]]:
        if len(design.visits) < 2:
            raise NotEstimableError(NO_SLOPES)
        layout = design.layout
        own = layout.row(months=A_YEAR) - layout.row(months=0.0)
        rows: dict[str, Floats] = {
            f"{group.label} – {design.reference.label}": layout.row(group=at, months=A_YEAR)
            - layout.row(group=at, months=0.0)
            - own
            for at, group in enumerate(design.others, start=1)
        }
        return rows, ()

    return _fitted(planned, series, chosen, facts, told)


def _fitted(
    planned: DoseResponse | TimeAsSlope,
    series: Series,
    chosen: AnalysisSet,
    facts: Facts,
    told: Callable[[Design], tuple[dict[str, Floats], tuple[str, ...]]],
) -> Linear:
    try:
        design = build_design(series, chosen, planned.model, facts)
        rows, odd = told(design)
        model, words = fit_design(design)
    except (NotEstimableError, NotFitted) as reason:
        return Linear(planned.code, series.outcome, chosen, (f"No model: {reason}",))
    tests = Tests.of(model, planned.model.df)
    stacked = np.vstack(list(rows.values()))
    if isinstance(planned, DoseResponse) and len(rows) > 1:
        rows[OVERALL] = stacked.mean(axis=0)
    return Linear(
        *(planned.code, series.outcome, chosen, (*design.words, *odd, *words)),
        people=len(design.people),
        estimates=tuple((name, tests.estimate(name, row)) for name, row in rows.items()),
        test=tests.joint("all", stacked).planned,
    )


def linear_table(planned: DoseResponse | TimeAsSlope, found: Sequence[Linear]) -> Table:
    """The estimates of one of the two analyses; what could not be fitted keeps its row."""
    rows: list[tuple[str, ...]] = []
    for one in found:
        names = (one.outcome.label, one.analysis_set.title)
        if one.test is None:
            rows.append((*names, *(NOT_AVAILABLE,) * 9))
        for name, estimate in one.estimates:
            figures = (estimate.value, estimate.se, estimate.low, estimate.high)
            value, se, low, high = (fixed(figure, 3) for figure in figures)
            df = fixed(estimate.planned.df, 1)
            together = p_value(one.test.p if one.test else None)
            cells = (value, se, df, low, high, p_value(estimate.p), together)
            rows.append((*names, name, str(one.people), *cells))
    caption, head, notes = _words(planned)
    model = f"outcome ~ {' + '.join(planned.model.terms)}, {planned.model.covariance}, REML"
    return Table(
        f"sensitivity_{planned.code}",
        caption,
        (
            *("Outcome", "Analysis", head, "n", "Estimate", "SE", "df"),
            *("95 % CI low", "95 % CI high", "p", "p, all"),
        ),
        tuple(rows),
        (f"Model: {model}.", *notes, "Nothing here is adjusted for the number of tests."),
        stub=3,
    )


def _words(planned: DoseResponse | TimeAsSlope) -> tuple[str, str, tuple[str, ...]]:
    """Caption, the head of the third column, and the notes."""
    if isinstance(planned, DoseResponse):
        notes = (
            f"Estimate: change of the outcome per {planned.unit} received; nothing counts as zero.",
            "The dose was not randomized: who was given more may differ in other ways.",
            "p, all: is there an effect of the dose at any visit?",
        )
        return f"Sensitivity: effect of {planned.unit}", "Visit", notes
    notes = (
        "Estimate: difference of the slopes, per 12 months from the index event; straight lines.",
        "Each participant has a slope: without it the test would find too much (Schielzeth 2009).",
        "p, all: do the slopes of any groups differ?",
    )
    return "Sensitivity: time as a slope", "Comparison", notes
