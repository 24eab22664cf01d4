"""Adverse events by horizon, phase and class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.document import Block, Section, bullets
from analysis.events import Tally, category_table, event_table, left_out, phase_table
from analysis.study import Study
from analysis.tables import Table, rounded


def section(study: Study) -> Section | None:
    """The events of every analysis set the plan counts them in, and what the counts leave out."""
    if not study.tallies:
        return None
    rules = bullets(left_out(study.events, study.manifest.protocol.horizons, study.members))
    counted = {
        code: [_tally(found) for found in tallies] for code, tallies in study.tallies.items()
    }
    blocks: tuple[Block, ...] = (rules, *_tables(study))
    return Section("events", "Adverse events", blocks, {"adverse_events": counted})


def _tables(study: Study) -> Iterator[Table]:
    horizons = study.manifest.protocol.horizons
    for chosen in study.safety_sets:
        yield event_table(chosen, study.tallies[chosen.code])
    if not study.manifest.blinded and study.shows("adverse_events_by_phase"):
        for chosen in study.safety_sets:
            yield phase_table(chosen, horizons, study.events, study.people, study.as_of)
    if horizons:
        for chosen in study.safety_sets:
            yield category_table(chosen, horizons[-1], study.events)


def _tally(found: Tally) -> dict[str, Any]:
    return {
        "group": found.group.code,
        "label": found.group.label,
        "horizon": found.horizon.label,
        "days": found.horizon.days,
        "n": found.group.size,
        "events": found.events,
        "participants": found.participants,
        "serious_events": found.serious_events,
        "serious_participants": found.serious_participants,
        "events_per_participant": rounded(found.per_participant),
        "person_years": rounded(found.person_years),
        "events_per_person_year": rounded(found.per_person_year),
    }
