"""Who was approached, who entered, and how each got to the analysis."""

from __future__ import annotations

from typing import Any

from analysis.consort import Flow, flow_table
from analysis.consort_figure import consort_figure
from analysis.document import Section
from analysis.study import Study


def section(study: Study) -> Section:
    """The flow as a figure and as a table."""
    figure = consort_figure(study.flow, study.manifest)
    blocks = (figure, flow_table(study.flow))
    return Section("flow", "Participants", blocks, {"flow": _numbers(study.flow)})


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
            }
            for branch in flow.branches
        ],
        "as_treated": {group.code: group.size for group in flow.treated.groups}
        if flow.treated
        else None,
    }
