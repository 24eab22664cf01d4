"""The analysis plan of ISIS-HERMES.

Primary are feasibility and safety; the paper's abstract (Jaillard et al 2020, Transl Stroke Res
11:910) has the outcomes below as secondary, by treatment received, with mixed models whose
covariance, covariates and software it does not give. The rest is ours.
"""

from __future__ import annotations

from analysis.plan import (
    AnalysisSet,
    DoseResponse,
    Family,
    Feasibility,
    Horizon,
    Model,
    OrdinalShift,
    OtherCovariances,
    Outcome,
    Plan,
    Safety,
    SimulatedVisit,
    Simulation,
    TimeAsSlope,
    TippingPoint,
)

BOTH = ("as_treated", "itt")
MAIN = Model("main", ("baseline", "group", "visit", "group:visit"))
SLOPE = Model(
    "slope", ("baseline", "group", "months", "group:months"), "random intercept and slope"
)
DOSE = Model("dose", ("baseline", "dose", "visit", "dose:visit"))

CLINICAL = ("nihss", "motor_nihss", "barthel", "mrs", "motor_fma")
ALL = (*CLINICAL, "mi4a", "mi4p")

PLAN = Plan(
    protocol="ISIS-HERMES",
    version="1.0",
    alpha=0.05,
    questions=(Feasibility("feasibility", "primary"), Safety("adverse_events", "primary", BOTH)),
    parts=(
        *("flow", "sets", "exposure", "baseline", "missing"),
        *("adverse_events_by_anchor", "adverse_events_by_phase", "adverse_events_by_class"),
        *("standardized_effects", "means", "profiles"),
    ),
    sets=(
        AnalysisSet("as_treated", "As treated", "received"),
        AnalysisSet("itt", "Intention to treat", "allocated"),
    ),
    horizons=(Horizon("6 months", 183), Horizon("2 years", 731)),
    models=(MAIN,),
    outcomes=(
        Outcome("nihss", "secondary", "nihss.csv", "total", "lower", "V0", "main", BOTH),
        Outcome("motor_nihss", "secondary", "nihss.csv", "motor", "lower", "V0", "main", BOTH),
        Outcome("barthel", "secondary", "barthel.csv", "total", "higher", "V0", "main", BOTH),
        Outcome(
            *("mrs", "secondary", "mrs.csv", "total", "lower", "V0", "main", BOTH),
            ordinal=True,
            death="worst",
        ),
        Outcome("motor_fma", "secondary", "fma.csv", "motor", "higher", "M1", "main", BOTH),
        Outcome("mi4a", "secondary", "fmri.csv", "mi_4a", "higher", "M1", "main", BOTH),
        Outcome("mi4p", "secondary", "fmri.csv", "mi_4p", "higher", "M1", "main", BOTH),
    ),
    families=(Family("secondary", ALL, BOTH),),
    sensitivities=(
        OtherCovariances("covariance", ALL, ("random intercept and slope", "unstructured")),
        OrdinalShift("shift", ("mrs",)),
        DoseResponse(
            *("dose", ALL, "as_treated", "treatment.csv", "cells_millions"),
            per=100.0,
            unit="100 million cells",
            model=DOSE,
        ),
        TimeAsSlope("slope", ALL, BOTH, SLOPE),
        TippingPoint("tipping", ALL, BOTH, within=2.0),
    ),
    # No source gives standard deviations. Ours: 23 points at one visit, 0.74 the correlation of two
    # visits, a fifth of the participants lost by two years.
    simulation=Simulation(
        outcome="motor_fma",
        participants=31,
        ratio=(2, 1),
        visits=(SimulatedVisit("M6", 6), SimulatedVisit("M12", 12), SimulatedVisit("M24", 24)),
        between_sd=20.0,
        within_sd=12.0,
        lost=0.2,
        effects=(0.0, 5.0, 10.0, 15.0, 20.0),
        shape="every visit",
        replicates=1000,
        seed=20260831,
    ),
)
