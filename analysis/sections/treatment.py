"""Allocated arm, treatment received, and how feasible the treatment was."""

from __future__ import annotations

from typing import Any

from analysis.document import Section
from analysis.feasibility import Feasibility, feasibility_table
from analysis.study import Study
from analysis.tables import Table, count_percent, rounded


def section(study: Study) -> Section | None:
    """Who moves between the analysis sets, and the treated of the allocated; not if blinded."""
    numbers = {"feasibility": [_feasibility(found) for found in study.feasibility]}
    if not study.feasibility:
        return None
    tables = (_crossing_table(study), feasibility_table(study.feasibility))
    return Section("treatment", "Treatment and feasibility", tables, numbers)


def _crossing_table(study: Study) -> Table:
    """Allocated arm against treatment received: who moves between the two analysis sets."""
    treated = study.flow.treated
    groups = treated.groups if treated else ()
    rows = []
    for branch in study.flow.branches:
        counts = [study.flow.moves.get((branch.group.code, group.code), 0) for group in groups]
        cells = [count_percent(count, branch.group.size) for count in counts]
        rows.append((branch.group.label, str(branch.group.size), *cells))
    return Table(
        "analysis_sets",
        "Allocated arm and treatment received",
        ("Allocated to", "n", *(f"As treated: {group.label}" for group in groups)),
        tuple(rows),
        ("Percentages are of those allocated to the arm.",),
    )


def _feasibility(found: Feasibility) -> dict[str, Any]:
    return {
        "arm": found.code,
        "label": found.label,
        "treated": found.treated.successes,
        "allocated": found.treated.trials,
        "proportion": rounded(found.treated.value),
        "exact_95_ci": [rounded(found.treated.low), rounded(found.treated.high)],
        "reasons_not_treated": dict(found.reasons),
    }
