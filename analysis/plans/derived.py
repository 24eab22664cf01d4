"""The plan of a protocol that has none of its own: what its description in the cut suffices for."""

from __future__ import annotations

from analysis.manifest import Protocol
from analysis.plan import (
    AnalysisSet,
    Family,
    Feasibility,
    Horizon,
    Model,
    OrdinalShift,
    OtherCovariances,
    Outcome,
    Plan,
    Safety,
    Sensitivity,
    TimeAsSlope,
    TippingPoint,
)

VERSION = "derived"
SLOPE = Model(
    "slope", ("baseline", "group", "months", "group:months"), "random intercept and slope"
)
RANKIN = "mrs"
"""The one outcome whose meaning is known from its code: grades, the worst of which is death."""


def derived_plan(protocol: Protocol) -> Plan:
    """Every outcome of the protocol as secondary, by treatment received and by allocation.

    It hangs on nothing that a blinded cut leaves out: both kinds of cut give the same plan.
    """
    sets = ("as_treated", "itt")
    outcomes = tuple(one.code for one in protocol.outcomes)
    return Plan(
        protocol=protocol.code,
        version=VERSION,
        alpha=0.05,
        questions=(
            Feasibility("feasibility", "primary"),
            Safety("adverse_events", "primary", sets),
        ),
        parts=(
            *("flow", "sets", "exposure", "baseline", "missing"),
            *("adverse_events_by_anchor", "adverse_events_by_phase", "adverse_events_by_class"),
            *("standardized_effects", "means", "profiles"),
        ),
        sets=(
            AnalysisSet("as_treated", "As treated", "received"),
            AnalysisSet("itt", "Intention to treat", "allocated"),
        ),
        horizons=tuple(Horizon(span.label, span.days) for span in protocol.horizons),
        models=(Model("main", ("baseline", "group", "visit", "group:visit")),),
        outcomes=tuple(
            Outcome(
                code=one.code,
                role="secondary",
                table=one.table,
                column=one.column,
                better="higher" if one.better == "higher" else "lower",
                baseline_visit=one.baseline_visit,
                model="main",
                sets=sets,
                ordinal=one.code == RANKIN,
                death="worst" if one.code == RANKIN else "missing",
            )
            for one in protocol.outcomes
        ),
        families=(Family("secondary", outcomes, sets),),
        sensitivities=_sensitivities(outcomes, sets),
    )


def _sensitivities(outcomes: tuple[str, ...], sets: tuple[str, ...]) -> tuple[Sensitivity, ...]:
    shift = (OrdinalShift("shift", (RANKIN,)),) if RANKIN in outcomes else ()
    return (
        OtherCovariances("covariance", outcomes, ("random intercept and slope", "unstructured")),
        *shift,
        TimeAsSlope("slope", outcomes, sets, SLOPE),
        TippingPoint("tipping", outcomes, sets, within=2.0),
    )
