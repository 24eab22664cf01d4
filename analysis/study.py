"""The whole analysis of one cut, computed once: what the report, the summary and the JSON tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from analysis.alternatives import Alternative, alternatives
from analysis.consort import Flow, flow
from analysis.cut import Cut
from analysis.design import Facts
from analysis.errors import CutRefused
from analysis.events import AdverseEvent, Tally, read_events, tally
from analysis.feasibility import Feasibility, feasibility
from analysis.longitudinal import Series, read_series
from analysis.manifest import Manifest
from analysis.models import Fit, fit_model
from analysis.people import Participant, read_people
from analysis.plan import Feasibility as FeasibilityQuestion
from analysis.plan import OrdinalShift, OtherCovariances, Part, Plan, Safety
from analysis.planned import as_planned, departures
from analysis.plans import plan_for
from analysis.sensitivity import Material, Sensitivities, sensitivities
from analysis.sets import POOLED, AnalysisSet, analysis_sets
from analysis.shift import Shift, shifts


@dataclass(frozen=True)
class Study:
    """Every result of a cut. `tallies` are in the order set, horizon, group.

    The cut's protocol is as the plan reads it. `absent` says in sentences what this cut cannot
    give, and where the plan departs from the protocol.
    """

    plan: Plan
    cut: Cut
    as_of: date
    people: Mapping[str, Participant]
    sets: tuple[AnalysisSet, ...]
    events: tuple[AdverseEvent, ...]
    series: tuple[Series, ...]
    flow: Flow
    feasibility: tuple[Feasibility, ...]
    tallies: Mapping[str, tuple[Tally, ...]]
    fits: tuple[Fit, ...]
    alternatives: tuple[Alternative, ...]
    shifts: tuple[Shift, ...]
    sensitivities: Sensitivities
    absent: tuple[str, ...]

    @property
    def manifest(self) -> Manifest:
        """The manifest of the cut."""
        return self.cut.manifest

    def shows(self, part: Part) -> bool:
        """Whether the plan asks for a description."""
        return part in self.plan.parts

    @property
    def safety_sets(self) -> tuple[AnalysisSet, ...]:
        """The analysis sets in which adverse events are counted."""
        return tuple(chosen for chosen in self.sets if chosen.code in self.tallies)

    @property
    def members(self) -> tuple[str, ...]:
        """The codes of everybody in the first analysis set."""
        return tuple(code for group in self.sets[0].groups for code in group.members)


def analyse(whole: Cut, plan: Plan | None = None) -> Study:
    """Compute everything the plan says; CutRefused where a table or cell cannot be read.

    Without a plan it is that declared for the protocol in the cut, or derived from it.
    """
    plan = plan or plan_for(whole.manifest.protocol)
    cut = as_planned(whole, plan)
    as_of = _instant_date(cut.manifest.as_of)
    people = read_people(cut)
    by_code = {person.code: person for person in people}
    sets = analysis_sets(cut, people, plan.sets)
    events = read_events(cut)
    protocol = cut.manifest.protocol
    series, unread = _outcomes(cut, people, as_of)
    comparing = [chosen for chosen in sets if chosen.compares]
    facts = _facts(people)
    fits = _fits(plan, series, comparing, facts)
    material = Material(cut, by_code, series, comparing, fits, facts, as_of)
    return Study(
        plan=plan,
        cut=cut,
        as_of=as_of,
        people=by_code,
        sets=sets,
        events=events,
        series=series,
        flow=flow(cut, people, sets, series),
        feasibility=feasibility(protocol, people) if _asks_feasibility(plan, cut) else (),
        tallies={
            chosen.code: tuple(
                tally(events, by_code, group, horizon, as_of)
                for horizon, group in product(protocol.horizons, chosen.groups)
            )
            for chosen in _safety_sets(plan, sets)
        },
        fits=fits,
        alternatives=_alternatives(plan, fits),
        shifts=_shifts(plan, series, comparing),
        sensitivities=sensitivities(plan, material),
        absent=(*_absent(cut, unread, bool(comparing)), *departures(whole, plan)),
    )


def _asks_feasibility(plan: Plan, cut: Cut) -> bool:
    asked = any(isinstance(question, FeasibilityQuestion) for question in plan.questions)
    return asked and not cut.manifest.blinded


def _safety_sets(plan: Plan, sets: Sequence[AnalysisSet]) -> list[AnalysisSet]:
    """The sets in which adverse events are counted; pooled where the cut is blinded."""
    asked = [question.sets for question in plan.questions if isinstance(question, Safety)]
    named = {code for codes in asked for code in codes}
    return [one for one in sets if one.code in named or (asked and one.code == POOLED)]


def _facts(people: Sequence[Participant]) -> Facts:
    """What models may name of participants beside the readings."""
    return {
        "age": {person.code: person.age for person in people},
        "sex": {person.code: person.sex or None for person in people},
        "site": {person.code: person.site or None for person in people},
    }


def _fits(
    plan: Plan,
    series: Sequence[Series],
    sets: Sequence[AnalysisSet],
    facts: Facts,
) -> tuple[Fit, ...]:
    """The model of each outcome in the analysis sets that the plan names for it."""
    return tuple(
        fit_model(
            one,
            chosen,
            plan.model_of(one.outcome.code),
            facts,
            plan.family_of(one.outcome.code, chosen.code),
        )
        for one in series
        for chosen in _sets_of(plan, one, sets)
    )


def _sets_of(plan: Plan, one: Series, sets: Sequence[AnalysisSet]) -> list[AnalysisSet]:
    planned = plan.outcome(one.outcome.code)
    return [chosen for chosen in sets if planned is not None and chosen.code in planned.sets]


def _alternatives(plan: Plan, fits: Sequence[Fit]) -> tuple[Alternative, ...]:
    return tuple(
        found
        for planned in plan.sensitivities
        if isinstance(planned, OtherCovariances)
        for found in alternatives(
            [fit for fit in fits if fit.outcome.code in planned.outcomes], planned.covariances
        )
    )


def _shifts(plan: Plan, series: Sequence[Series], sets: Sequence[AnalysisSet]) -> tuple[Shift, ...]:
    return tuple(
        found
        for planned in plan.sensitivities
        if isinstance(planned, OrdinalShift)
        for one in series
        if one.outcome.code in planned.outcomes
        for found in shifts([one], _sets_of(plan, one, sets))
    )


def _outcomes(
    cut: Cut, people: Sequence[Participant], as_of: date
) -> tuple[tuple[Series, ...], list[str]]:
    """The outcomes the cut holds, and the labels of those it does not."""
    outcomes = cut.manifest.protocol.outcomes
    read = [(outcome, read_series(cut, outcome, people, as_of)) for outcome in outcomes]
    unread = [outcome.label for outcome, one in read if one is None]
    return tuple(one for _, one in read if one is not None), unread


def _instant_date(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise CutRefused(f"The manifest's as_of, {text!r}, is no ISO 8601 instant.") from error


def _absent(cut: Cut, unread: list[str], comparing: bool) -> tuple[str, ...]:
    sentences = []
    if cut.manifest.blinded:
        sentences.append(
            "The cut is blinded: everything by arm (allocation, treatment received, feasibility, "
            "adverse events by group and phase, mixed models) is absent. All numbers are pooled."
        )
    elif not comparing:
        sentences.append("Fewer than two groups have participants: no mixed model was fitted.")
    sentences += [f"The cut holds no table for the outcome {label}." for label in unread]
    return tuple(sentences)
