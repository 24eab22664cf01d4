"""Who was approached, who entered, and how each got to the analysis."""

from __future__ import annotations

from typing import Any

from analysis.consort import Flow, flow_table
from analysis.consort_figure import consort_figure
from analysis.document import Paragraph, Section
from analysis.study import Study


def section(study: Study) -> Section:
    """The flow as a figure and as a table."""
    figure = consort_figure(study.flow, study.manifest)
    blocks = (Paragraph(_periods(study)), figure, flow_table(study.flow))
    return Section("flow", "Participants", blocks, {"flow": _numbers(study.flow)})


def _periods(study: Study) -> str:
    """When participants were recruited and followed (CONSORT 2025, item 23a)."""
    consented = [day for one in study.people.values() if (day := one.consented_on) is not None]
    if not consented:
        return "Nobody had consented by the time of this cut."
    return (
        f"Recruited from {min(consented):%-d %B %Y} (first consent) to {max(consented):%-d %B %Y} "
        f"(last); followed up to the cut, {study.as_of:%-d %B %Y}."
    )


def _numbers(flow: Flow) -> dict[str, Any]:
    return {
        "screened": flow.screened,
        "excluded": {label: dict(reasons) for label, reasons in flow.excluded},
        "consented": flow.consented,
        "not_randomized": dict(flow.not_randomized),
        "enrolled": flow.enrolled,
        "branches": [
            {
                "code": branch.group.code,
                "label": branch.group.label,
                "n": branch.group.size,
                "received": branch.received,
                "not_received": dict(branch.not_received),
                "follow_up": dict(branch.ends),
                "with_outcome": branch.with_outcome,
                "not_analysed": dict(branch.not_analysed),
            }
            for branch in flow.branches
        ],
        "as_treated": {group.code: group.size for group in flow.treated.groups}
        if flow.treated
        else None,
    }
