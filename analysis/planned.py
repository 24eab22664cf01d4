"""Where the plan, the cut and the protocol in its manifest meet.

The plan says what is analysed and how; the manifest says what an outcome is called and its
published range, and what the cut holds. Where both say something the plan is followed, and the
report tells the difference.
"""

from __future__ import annotations

from dataclasses import replace

from analysis import manifest
from analysis.cut import Cut
from analysis.plan import Outcome, Plan

SAME = ("table", "column", "better", "baseline_visit")
"""What the plan and the protocol both say of an outcome."""


def as_planned(cut: Cut, plan: Plan) -> Cut:
    """The cut with the outcomes and horizons of the plan in the place of the protocol's."""
    protocol = cut.manifest.protocol
    described = {one.code: one for one in protocol.outcomes}
    outcomes = tuple(
        _outcome(one, described[one.code]) for one in plan.outcomes if one.code in described
    )
    horizons = tuple(manifest.Horizon(span.label, span.days) for span in plan.horizons)
    read = replace(protocol, outcomes=outcomes, horizons=horizons)
    return replace(cut, manifest=replace(cut.manifest, protocol=read))


def _outcome(planned: Outcome, described: manifest.Outcome) -> manifest.Outcome:
    return replace(
        described,
        **{name: getattr(planned, name) for name in SAME},
        role=planned.role,
        ordinal=planned.ordinal,
        death_is_worst=planned.death == "worst",
    )


def departures(cut: Cut, plan: Plan) -> tuple[str, ...]:
    """In sentences, where the plan and the protocol in this cut's manifest differ."""
    protocol = cut.manifest.protocol
    described = {one.code: one for one in protocol.outcomes}
    missing = [one.code for one in plan.outcomes if one.code not in described]
    planned = {one.code for one in plan.outcomes}
    unplanned = [one.label for one in protocol.outcomes if one.code not in planned]
    sentences = []
    if missing:
        sentences.append(f"Outcomes of the plan that this cut does not know: {', '.join(missing)}.")
    if unplanned:
        sentences.append(f"Outcomes of the protocol not in the plan: {', '.join(unplanned)}.")
    for one in plan.outcomes:
        if one.code in described:
            sentences += _differences(one, described[one.code])
    horizons = {(span.label, span.days) for span in protocol.horizons}
    if horizons != {(span.label, span.days) for span in plan.horizons}:
        told = ", ".join(f"{span.label} ({span.days} days)" for span in plan.horizons) or "none"
        sentences.append(f"The horizons are the plan's, not the protocol's: {told}.")
    return tuple(sentences)


def _differences(planned: Outcome, described: manifest.Outcome) -> list[str]:
    return [
        f"{described.label}: the plan's {name.replace('_', ' ')} is {getattr(planned, name)}, the "
        f"protocol's {getattr(described, name)}; the plan is followed."
        for name in SAME
        if getattr(planned, name) != getattr(described, name)
    ]
