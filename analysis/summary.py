"""The results in a few lines for people."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from analysis.feasibility import sentence
from analysis.models import Fit
from analysis.multiplicity import across_outcomes
from analysis.plan import JOINT
from analysis.plan_status import warnings
from analysis.study import Study
from analysis.tables import p_value

SOFTWARE = ("numpy", "pandas", "scipy", "matplotlib", "typst")


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
        for chosen in study.safety_sets:
            counts = [t for t in study.tallies[chosen.code] if t.horizon == horizon]
            told = ", ".join(f"{_in_line(t.group.label)} {t.events}" for t in counts)
            kind = "" if chosen.code == "as_treated" else f" ({chosen.title.lower()})"
            lines.append(f"AEs by {horizon.label}{kind}: {told}")
    return (*warnings(study), *lines, *_model_lines(study.fits), *study.absent)


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
        test = mine[0].family.test if mine[0].family else JOINT
        yield f"{mine[0].outcome.label}, {test}: {told}"


def _verdict(fit: Fit, adjusted: float | None) -> str:
    if fit.family_test is None:
        return f"not fitted ({' '.join(fit.words)})"
    state = "" if fit.state == "sound" else f" ({fit.state})"
    holm = "" if adjusted is None else f" (Holm {p_value(adjusted)})"
    return f"p {p_value(fit.family_test.p)}{holm}{state}"


def software() -> dict[str, str]:
    """The versions the numbers were computed with."""
    return {"python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}
