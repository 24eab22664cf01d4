"""Adverse events by horizon, from several anchors, by phase and by class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.document import Block, Heading, Paragraph, Section, bullets
from analysis.event_classes import InClass, classes_table, in_classes
from analysis.event_rates import Anchor, Counted, Observed, Split, anchors, counted_from, splits
from analysis.event_rates_table import anchors_table, split_table
from analysis.events import Tally, event_table, left_out, phase_table
from analysis.manifest import Horizon
from analysis.rates import Rate, RateRatio
from analysis.study import Study
from analysis.tables import rounded
from analysis.timelines import timelines_figure


def section(study: Study) -> Section | None:
    """The events of every analysis set the plan counts them in, and what the counts leave out."""
    if not study.tallies:
        return None
    horizons = study.manifest.protocol.horizons
    randomized = {code: study.people[code] for code in study.members}
    observed = Observed(study.events, randomized, study.as_of)
    starts = anchors(randomized) if study.shows("adverse_events_by_anchor") else ()
    counted = [
        one
        for anchor in starts
        for one in counted_from(anchor, study.safety_sets, horizons, observed)
    ]
    split = [*splits(horizons, observed)] if starts and not study.manifest.blinded else []
    by_class = horizons if study.shows("adverse_events_by_class") else ()
    placed = [
        one
        for each in by_class
        for one in in_classes(study.events, study.safety_sets, each, _years(study, each))
    ]
    numbers: dict[str, Any] = {
        "adverse_events": {
            code: [_tally(found) for found in tallies] for code, tallies in study.tallies.items()
        },
        "adverse_events_by_anchor": [_counted(one) for one in counted],
        "adverse_events_by_class": [_in_class(one) for one in placed],
    }
    if split:
        numbers["adverse_events_split_at_infusion"] = [_split(one) for one in split]
    blocks: tuple[Block, ...] = (
        *_by_horizon(study),
        *_safe(study, starts, counted, split),
        *_by_class(study, placed),
    )
    return Section("events", "Adverse events", blocks, numbers, wide=True)


def _years(study: Study, horizon: Horizon) -> dict[tuple[str, str], float]:
    """Person-years up to a horizon, by analysis set and group."""
    return {
        (code, found.group.code): found.person_years
        for code, tallies in study.tallies.items()
        for found in tallies
        if found.horizon == horizon
    }


def _by_horizon(study: Study) -> Iterator[Block]:
    horizons = study.manifest.protocol.horizons
    yield bullets(left_out(study.events, horizons, study.members))
    if horizons:
        yield event_table(study.safety_sets, study.tallies)
    else:
        yield Paragraph("The protocol names no horizon: no event is counted.")
    yield from timelines_figure(study)


def _safe(
    study: Study, starts: tuple[Anchor, ...], counted: list[Counted], split: list[Split]
) -> Iterator[Block]:
    """What the immortal time of the treated does to the counts; a blinded cut has none of it."""
    horizons = study.manifest.protocol.horizons
    if study.manifest.blinded or not horizons:
        return
    if starts:
        yield from _from_other_days(starts, counted, split)
    if not study.shows("adverse_events_by_phase"):
        return
    for chosen in study.safety_sets:
        yield phase_table(chosen, horizons, study.events, study.people, study.as_of)


def _from_other_days(
    starts: tuple[Anchor, ...], counted: list[Counted], split: list[Split]
) -> Iterator[Block]:
    yield Heading("events-anchor", "Counts without immortal time")
    yield Paragraph(
        "Whoever was infused had, by construction, lived and been followed up to the infusion. "
        "From inclusion and by treatment received, that time and its events count for the treated "
        "(Suissa 2008). By allocation no time is immortal. Here the same events are counted from "
        "other days; the first is the published count."
    )
    yield bullets(f"From {anchor.title}: {anchor.why}." for anchor in starts)
    yield anchors_table(counted)
    yield split_table(split)


def _by_class(study: Study, placed: list[InClass]) -> Iterator[Block]:
    if not study.manifest.protocol.horizons or not study.shows("adverse_events_by_class"):
        return
    yield Heading("events-class", "Adverse events by class")
    for horizon in study.manifest.protocol.horizons:
        mine = [one for one in placed if one.horizon == horizon]
        yield classes_table(mine, study.safety_sets, horizon)


def _tally(found: Tally) -> dict[str, Any]:
    return {
        "group": found.group.code,
        "label": found.group.label,
        "horizon": found.horizon.label,
        "days": found.horizon.days,
        "n": found.group.size,
        "events": found.events,
        "participants": found.participants,
        "participants_exact_95_ci": [rounded(found.share.low), rounded(found.share.high)],
        "serious_events": found.serious_events,
        "serious_participants": found.serious_participants,
        "serious_participants_exact_95_ci": [
            rounded(found.serious_share.low),
            rounded(found.serious_share.high),
        ],
        "events_per_participant": rounded(found.per_participant),
        "person_years": rounded(found.person_years),
        "events_per_person_year": rounded(found.rate.value),
        "exact_95_ci": [rounded(found.rate.low), rounded(found.rate.high)],
        "serious_events_per_person_year": rounded(found.serious_rate.value),
        "serious_exact_95_ci": [rounded(found.serious_rate.low), rounded(found.serious_rate.high)],
    }


def _counted(one: Counted) -> dict[str, Any]:
    return {
        "counted_from": one.anchor.code,
        "horizon": one.horizon.label,
        "analysis_set": one.analysis_set.code,
        "group": one.group.code,
        "reference": one.analysis_set.reference.code,
        "serious_only": one.serious,
        "n": one.n,
        "participants": one.participants,
        **_rate(one.rate),
        "rate_ratio": _ratio(one.ratio),
    }


def _split(one: Split) -> dict[str, Any]:
    return {
        "horizon": one.horizon.label,
        "serious_only": one.serious,
        "infused": _rate(one.infused),
        "not_infused": _rate(one.not_infused),
        "phase_unknown": one.unknown,
        "rate_ratio": _ratio(one.ratio),
    }


def _in_class(one: InClass) -> dict[str, Any]:
    return {
        "horizon": one.horizon.label,
        "analysis_set": one.analysis_set.code,
        "group": one.group.code,
        "class": one.soc,
        "term": one.term or None,
        "n": one.group.size,
        "participants": one.share.successes,
        "participants_exact_95_ci": [rounded(one.share.low), rounded(one.share.high)],
        **_rate(one.rate),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "events": rate.events,
        "person_years": rounded(rate.years),
        "events_per_person_year": rounded(rate.value),
        "exact_95_ci": [rounded(rate.low), rounded(rate.high)],
    }


def _ratio(ratio: RateRatio | None) -> dict[str, Any] | None:
    """The ratio; null for a limit that is infinite."""
    if ratio is None:
        return None
    figures = {"estimate": ratio.value, "low": ratio.low, "high": ratio.high, "p": ratio.p}
    return {name: rounded(value) for name, value in figures.items()}
