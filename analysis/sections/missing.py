"""Which readings are missing, and why."""

from __future__ import annotations

from collections import Counter

from analysis.document import Paragraph, Section
from analysis.missing import STATES, patterns, patterns_table, read_visits, states_table
from analysis.missing_figure import missing_figure
from analysis.study import Study


def section(study: Study) -> Section | None:
    """The states by visit and the patterns over the visits; nothing without an outcome."""
    if not study.series:
        return None
    people = [study.people[code] for code in study.members]
    found = patterns(study.series, people, read_visits(study.cut), study.as_of)
    numbers = {
        "missing": [
            {
                "outcome": one.outcome.code,
                "visit": visit.code,
                "analysis_set": chosen.code,
                "group": group.code,
                "n": group.size,
                **{state.replace(" ", "_"): counts.get(state, 0) for state in STATES},
            }
            for one in found
            for visit in one.visits
            for chosen in study.sets
            for group in chosen.groups
            for counts in [Counter(one.states[code, visit.code] for code in group.members)]
        ]
    }
    words = Paragraph(
        "Nothing is imputed. The models use every reading seen; what is missing may, under them, "
        "depend on what was observed."
    )
    figures = missing_figure(found, study.sets[0], study.manifest)
    tables = patterns_table(found, study.sets), states_table(found, study.sets)
    return Section("missing", "Missing data", (words, *figures, *tables), numbers, wide=True)
