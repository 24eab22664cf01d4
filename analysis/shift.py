"""The shift over the grades of an ordinal outcome: the sensitivity analysis of its mixed model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from analysis.longitudinal import Series
from analysis.manifest import Outcome
from analysis.mixed import NotFitted
from analysis.ordinal import fit_proportional_odds, likelihood_ratio_p
from analysis.sets import AnalysisSet, Group
from analysis.tables import Table, fixed, p_value

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Shift:
    """Common odds ratio of a better grade against the reference group at a visit.

    `low` and `high` are the Wald 95 % limits, `p` is of the same Wald test; `all_p` is of the
    likelihood ratio test of every group together. `word` says why there are none.
    """

    outcome: Outcome
    analysis_set: AnalysisSet
    visit: str
    group: Group
    reference: Group
    sizes: tuple[int, int]
    odds_ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    all_p: float | None = None
    word: str = ""


def shifts(series: Sequence[Series], sets: Sequence[AnalysisSet]) -> tuple[Shift, ...]:
    """The shift of each of these outcomes at each visit after baseline, in each analysis set."""
    return tuple(
        found
        for one in series
        for chosen in sets
        for visit in one.follow_up
        for found in _at_visit(one, chosen, visit.code)
    )


def _at_visit(series: Series, chosen: AnalysisSet, visit: str) -> list[Shift]:
    """The groups against the reference, or each with the reason why it cannot be."""
    rows = [
        (group.code, series.readings[member, visit], baseline)
        for group in chosen.groups
        for member in group.members
        if (member, visit) in series.readings and (baseline := series.baseline(member)) is not None
    ]
    count = {group.code: sum(row[0] == group.code for row in rows) for group in chosen.groups}
    others = [group for group in chosen.groups if group.code != chosen.reference.code]
    blank = [
        Shift(
            *(series.outcome, chosen, visit, group, chosen.reference),
            (count[group.code], count[chosen.reference.code]),
        )
        for group in others
    ]
    if not rows or min(count.values()) < 2:
        return [_without(one, "A group has fewer than two readings.") for one in blank]
    try:
        return _fitted(rows, blank)
    except NotFitted as reason:
        return [_without(one, str(reason)) for one in blank]


def _without(shift: Shift, word: str) -> Shift:
    return Shift(
        *(shift.outcome, shift.analysis_set, shift.visit, shift.group, shift.reference),
        shift.sizes,
        word=word,
    )


def _fitted(rows: Sequence[tuple[str, float, float]], blank: Sequence[Shift]) -> list[Shift]:
    """The fit of group and baseline, and beside it the fit of the baseline alone."""
    grades = [round(value) for _, value, _ in rows]
    baseline = np.array([row[2] for row in rows])[:, None]
    covariates = baseline if np.ptp(baseline) > 0 else baseline[:, :0]
    inside = [[1.0 * (code == one.group.code) for one in blank] for code, _, _ in rows]
    full = fit_proportional_odds(grades, np.column_stack([np.array(inside), covariates]))
    alone = fit_proportional_odds(grades, covariates)
    all_p = likelihood_ratio_p(full, alone)
    found = []
    for position, one in enumerate(blank):
        better = -1.0 if one.outcome.better == "lower" else 1.0
        effect = better * float(full.effects[position])
        error = math.sqrt(float(full.covariance[position, position]))
        found.append(
            Shift(
                *(one.outcome, one.analysis_set, one.visit, one.group, one.reference, one.sizes),
                odds_ratio=math.exp(effect),
                low=math.exp(effect - Z95 * error),
                high=math.exp(effect + Z95 * error),
                p=float(2 * ndtr(-abs(effect) / error)),
                all_p=all_p,
            )
        )
    return found


def shift_table(found: Sequence[Shift]) -> Table:
    """The shifts, one row a visit and comparison."""
    told = any(one.word for one in found)
    rows = [
        (
            *(one.outcome.label, one.analysis_set.title),
            *(f"{one.group.label} – {one.reference.label}", one.visit),
            f"{one.sizes[0]} / {one.sizes[1]}",
            *(fixed(value, 2) for value in (one.odds_ratio, one.low, one.high)),
            *(p_value(one.p), p_value(one.all_p)),
            *((one.word,) if told else ()),
        )
        for one in found
    ]
    interval = ("Common odds ratio", "95 % CI low", "95 % CI high", "p (Wald)", "p (LR)")
    return Table(
        "ordinal_shift",
        "Shift over the grades: proportional odds at each visit",
        (
            "Outcome",
            "Analysis",
            "Comparison",
            "Visit",
            "n",
            *interval,
            *(["Remark"] if told else []),
        ),
        tuple(rows),
        (
            "Sensitivity analysis. Grade ~ group + baseline, proportional odds (McCullagh 1980).",
            "That the odds ratio is the same at every cut between grades is assumed, not tested.",
            "Above 1: better grades than in the reference group. n: readings of the two groups.",
            "p (LR): likelihood ratio test of all groups together.",
            "Interval and p rest on large samples; p is not adjusted for the number of visits.",
        ),
        stub=4,
    )
