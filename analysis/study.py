"""The whole analysis of one cut, computed once: what the report, the summary and the JSON tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from analysis.alternatives import Alternative, alternatives
from analysis.consort import Flow, flow
from analysis.cut import Cut
from analysis.errors import CutRefused
from analysis.events import AdverseEvent, Tally, read_events, tally
from analysis.feasibility import Feasibility, feasibility
from analysis.longitudinal import Series, read_series
from analysis.manifest import Manifest
from analysis.models import Fit, fit_model
from analysis.people import Participant, read_people
from analysis.sets import AnalysisSet, analysis_sets
from analysis.shift import Shift, shifts


@dataclass(frozen=True)
class Study:
    """Every result of a cut. `tallies` are in the order set, horizon, group.

    `absent` says in sentences what this cut cannot give.
    """

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
    absent: tuple[str, ...]

    @property
    def manifest(self) -> Manifest:
        """The manifest of the cut."""
        return self.cut.manifest

    @property
    def members(self) -> tuple[str, ...]:
        """The codes of everybody in the first analysis set."""
        return tuple(code for group in self.sets[0].groups for code in group.members)


def analyse(cut: Cut) -> Study:
    """Compute everything the report tells; CutRefused where a table or cell cannot be read."""
    as_of = _instant_date(cut.manifest.as_of)
    people = read_people(cut)
    by_code = {person.code: person for person in people}
    sets = analysis_sets(cut, people)
    events = read_events(cut)
    protocol = cut.manifest.protocol
    series, unread = _outcomes(cut, people, as_of)
    comparing = [chosen for chosen in sets if chosen.compares]
    fits = tuple(fit_model(one, chosen) for one in series for chosen in comparing)
    return Study(
        cut=cut,
        as_of=as_of,
        people=by_code,
        sets=sets,
        events=events,
        series=series,
        flow=flow(cut, people, sets, series),
        feasibility=() if cut.manifest.blinded else feasibility(protocol, people),
        tallies={
            chosen.code: tuple(
                tally(events, by_code, group, horizon, as_of)
                for horizon, group in product(protocol.horizons, chosen.groups)
            )
            for chosen in sets
        },
        fits=fits,
        alternatives=alternatives(fits),
        shifts=shifts(series, comparing),
        absent=_absent(cut, unread, bool(comparing)),
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
