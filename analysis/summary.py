"""The results in a few lines for people, and complete in JSON for machines."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from analysis.alternatives import Alternative
from analysis.consort import Flow
from analysis.events import Tally
from analysis.feasibility import Feasibility, sentence
from analysis.mixed import Estimate as Contrast
from analysis.mixed import FTest
from analysis.models import Difference, Estimate, Fit, JointTest
from analysis.multiplicity import across_outcomes
from analysis.shift import Shift
from analysis.study import Study
from analysis.tables import p_value, rounded

REPORT_SCHEMA = "hermes-report/1"
SOFTWARE = ("numpy", "pandas", "scipy", "matplotlib")


def summary_lines(study: Study) -> tuple[str, ...]:
    """The main results, one line each, as printed by the command and shown at the report's head."""
    lines = [f"Screened {study.flow.screened}; enrolled {study.flow.enrolled}"]
    if not study.manifest.blinded:
        arms = ", ".join(f"{b.group.label} {b.group.size}" for b in study.flow.branches)
        numbers = " / ".join(str(branch.group.size) for branch in study.flow.branches)
        lines.append(f"Allocated {numbers} ({arms})")
    for found in study.feasibility:
        of = f" ({found.label})" if len(study.feasibility) > 1 else ""
        lines.append(f"Treatment feasibility{of} {sentence(found)}")
    for horizon in study.manifest.protocol.horizons:
        for chosen in study.sets:
            counts = [t for t in study.tallies[chosen.code] if t.horizon == horizon]
            told = ", ".join(f"{_in_line(t.group.label)} {t.events}" for t in counts)
            kind = "" if chosen.code == "as_treated" else f" ({chosen.title.lower()})"
            lines.append(f"AEs by {horizon.label}{kind}: {told}")
    return (*lines, *_model_lines(study.fits), *study.absent)


def _in_line(label: str) -> str:
    return label.lower() if label in {"Treated", "Control", "All randomized"} else label


def _model_lines(fits: Sequence[Fit]) -> Iterator[str]:
    """One line per outcome: the joint test in each analysis set, or why there is none."""
    adjusted = across_outcomes(fits)
    for code in dict.fromkeys(fit.outcome.code for fit in fits):
        mine = [fit for fit in fits if fit.outcome.code == code]
        told = "; ".join(
            f"{_verdict(fit, adjusted.get((code, fit.analysis_set.code)))} "
            f"{fit.analysis_set.title.lower()}"
            for fit in mine
        )
        yield f"{mine[0].outcome.label}, group and group:visit: {told}"


def _verdict(fit: Fit, adjusted: float | None) -> str:
    if not fit.fitted:
        return f"not fitted ({' '.join(fit.words)})"
    state = "" if fit.state == "sound" else f" ({fit.state})"
    return f"p {p_value(fit.tests[-1].p)} (Holm {p_value(adjusted)}){state}"


def results(study: Study) -> dict[str, Any]:
    """Everything computed, ready for JSON: floats have six significant digits, None is missing."""
    return {
        "schema": REPORT_SCHEMA,
        "cut": _identity(study),
        "software": software(),
        "flow": _flow(study.flow),
        "feasibility": [_feasibility(found) for found in study.feasibility],
        "adverse_events": {
            code: [_tally(found) for found in tallies] for code, tallies in study.tallies.items()
        },
        "models": _fits(study.fits),
        "model_alternatives": [_alternative(one) for one in study.alternatives],
        "ordinal_shift": [_shift(one) for one in study.shifts],
        "absent": list(study.absent),
    }


def software() -> dict[str, str]:
    """The versions the numbers were computed with."""
    return {"python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}


def _identity(study: Study) -> dict[str, Any]:
    manifest = study.manifest
    return {
        "id": manifest.cut,
        "as_of": manifest.as_of,
        "manifest_sha256": manifest.sha256,
        "blinded": manifest.blinded,
        "simulated": manifest.simulated,
        "made_by": manifest.made_by,
        "purpose": manifest.purpose,
        "application": manifest.application,
        "protocol": f"{manifest.protocol.code} {manifest.protocol.version}",
    }


def _flow(flow: Flow) -> dict[str, Any]:
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


def _fits(fits: Sequence[Fit]) -> list[dict[str, Any]]:
    adjusted = across_outcomes(fits)
    return [
        _fit(fit) | {"p_holm": rounded(adjusted.get((fit.outcome.code, fit.analysis_set.code)))}
        for fit in fits
    ]


def _fit(fit: Fit) -> dict[str, Any]:
    found: dict[str, Any] = {
        "outcome": fit.outcome.code,
        "analysis_set": fit.analysis_set.code,
        "fitted": fit.fitted,
        "state": fit.state,
        "remarks": list(fit.words),
    }
    if fit.design is None or fit.components is None:
        return found
    return found | {
        "reference": fit.design.reference.code,
        "visits": list(fit.design.visits),
        "readings": len(fit.design.y),
        "participants": len(fit.design.people),
        "variance_between": rounded(fit.components.between),
        "variance_within": rounded(fit.components.within),
        "restricted_log_likelihood": rounded(fit.components.log_likelihood),
        "coefficients": [_estimate(term) for term in fit.terms],
        "differences": [_difference(one) for one in fit.differences],
        "tests": [_test(test) for test in fit.tests],
        "cooks_distance": {code: rounded(value) for code, value in (fit.influence or {}).items()},
    }


def _test(test: JointTest) -> dict[str, Any]:
    return {
        "name": test.name,
        **_f(test.satterthwaite),
        "kenward_roger": _f(test.kenward_roger),
    }


def _f(test: FTest) -> dict[str, Any]:
    return {
        "f": rounded(test.f),
        "num_df": test.num_df,
        "den_df": rounded(test.den_df),
        "p": rounded(test.p),
    }


def _alternative(one: Alternative) -> dict[str, Any]:
    return {
        "outcome": one.outcome.code,
        "analysis_set": one.analysis_set.code,
        "covariance": one.covariance,
        "reml_criterion": rounded(one.criterion),
        "covariance_parameters": one.parameters,
        "mean_over_visits": [_estimate(estimate) for estimate in one.estimates],
        "test": None if one.test is None else _f(one.test),
        "remark": one.word,
    }


def _shift(one: Shift) -> dict[str, Any]:
    figures = {"low": one.low, "high": one.high, "p": one.p, "p_likelihood_ratio": one.all_p}
    return {
        "outcome": one.outcome.code,
        "analysis_set": one.analysis_set.code,
        "visit": one.visit,
        "group": one.group.code,
        "readings": list(one.sizes),
        "common_odds_ratio": rounded(one.odds_ratio),
        **{name: rounded(value) for name, value in figures.items()},
        "remark": one.word,
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "group": one.group.code,
        "visit": one.visit,
        "standardized": rounded(one.standardized),
        "hedges_g": rounded(one.hedges),
        **_estimate(one.estimate),
    }


def _estimate(term: Estimate) -> dict[str, Any]:
    return {
        "name": term.name,
        "estimate": rounded(term.value),
        **_contrast(term.satterthwaite),
        "kenward_roger": _contrast(term.kenward_roger),
    }


def _contrast(found: Contrast) -> dict[str, Any]:
    low, high = found.limits()
    figures = {"se": found.se, "df": found.df, "low": low, "high": high, "p": found.p}
    return {name: rounded(value) for name, value in figures.items()}
