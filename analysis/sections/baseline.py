"""Who the participants were at the start."""

from __future__ import annotations

from analysis.baseline import baseline_table, side_by_side
from analysis.document import Section
from analysis.study import Study


def section(study: Study) -> Section:
    """The baseline of every analysis set."""
    people, event = list(study.people.values()), study.manifest.protocol.index_event
    tables = [baseline_table(chosen, people, study.series, event) for chosen in study.sets]
    shown = side_by_side(tables, [chosen.title for chosen in study.sets])
    return Section("baseline", "Baseline", shown, wide=True)
