"""The effects on all outcomes on one scale: baseline SDs, better to the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from analysis.figures import INK, QUIET, RULE, Drawing, blank, drawn
from analysis.manifest import Manifest, Outcome
from analysis.mixed import small_sample_factor
from analysis.models import Difference, Fit
from analysis.multiplicity import across_outcomes
from analysis.sets import AnalysisSet, Group
from analysis.tables import Table, fixed, p_value, rounded

MARKS = ("s", "o", "^")
"""Of each analysis set, in order; the first is filled."""
ROW_IN, PANEL_IN, NAMES_IN, FIGURES_IN, TOP_IN, FOOT_IN = 0.2, 3.4, 2.5, 2.5, 1.0, 0.75


@dataclass(frozen=True)
class Effect:
    """Hedges' g of a group against the reference, positive where the group does better.

    The limits are those of the difference on the same scale: the baseline SD is taken as known.
    `p` and `p_holm` are of the test the plan's family names, else of the joint test; `visit` is
    None for the mean over the visits.
    """

    outcome: Outcome
    analysis_set: AnalysisSet
    group: Group
    reference: Group
    visit: str | None
    value: float
    low: float
    high: float
    people: int
    test: str
    p: float | None
    p_holm: float | None


def effects(fits: Sequence[Fit]) -> tuple[Effect, ...]:
    """The effect of each fitted outcome: the mean over the visits, or the only visit."""
    adjusted = across_outcomes(fits)
    return tuple(effect for fit in fits for effect in _of_fit(fit, adjusted))


def _of_fit(fit: Fit, adjusted: Any) -> Iterator[Effect]:
    if fit.design is None:
        return
    single = len(fit.design.visits) == 1
    for one in fit.differences:
        if (one.visit is None or single) and one.hedges is not None:
            holm = adjusted.get((fit.outcome.code, fit.analysis_set.code))
            yield _effect(fit, one, holm)


def _effect(fit: Fit, one: Difference, p_holm: float | None) -> Effect:
    design = fit.design
    if design is None or one.hedges is None:
        raise ValueError("an effect needs a fit and its baseline SD")
    factor = small_sample_factor(design.baseline_freedom) / (design.baseline_sd or 1.0)
    better = -1.0 if fit.outcome.better == "lower" else 1.0
    ends = sorted((better * factor * one.estimate.low, better * factor * one.estimate.high))
    return Effect(
        outcome=fit.outcome,
        analysis_set=fit.analysis_set,
        group=one.group,
        reference=design.reference,
        visit=one.visit,
        value=better * one.hedges,
        low=ends[0],
        high=ends[1],
        people=len(design.people),
        test=fit.family_test.name if fit.family_test else "no test",
        p=fit.family_test.p if fit.family_test else None,
        p_holm=p_holm,
    )


def forest_table(found: Sequence[Effect]) -> Table:
    """The effects, a row each."""
    return Table(
        "standardized_effects",
        "Standardized effects on all outcomes (Hedges' g), better above zero",
        (
            *("Outcome", "Analysis", "Comparison", "Visit", "n", "Hedges' g"),
            *("95 % CI low", "95 % CI high", "p", "p (Holm)"),
        ),
        tuple(
            (
                *(one.outcome.label, one.analysis_set.title),
                f"{one.group.label} – {one.reference.label}",
                one.visit or "mean over visits",
                str(one.people),
                *(fixed(figure, 2) for figure in (one.value, one.low, one.high)),
                *(p_value(one.p), p_value(one.p_holm)),
            )
            for one in found
        ),
        (
            "Turned so that above zero the first group does better, whatever the outcome's scale.",
            "Limits: those of the difference over the baseline SD, which is taken as known.",
            _tested(found),
        ),
        stub=3,
    )


def _tested(found: Sequence[Effect]) -> str:
    """What p tests: an effect is a mean over the visits, its p mostly is not."""
    names = sorted({one.test for one in found})
    return f"p: of {', '.join(names) or 'no test'}, adjusted beside it after Holm."


def as_numbers(found: Sequence[Effect]) -> list[dict[str, Any]]:
    """The effects for JSON."""
    return [
        {
            "outcome": one.outcome.code,
            "analysis_set": one.analysis_set.code,
            "group": one.group.code,
            "reference": one.reference.code,
            "visit": one.visit,
            "n": one.people,
            "hedges_g_better_above_zero": rounded(one.value),
            "low": rounded(one.low),
            "high": rounded(one.high),
            "test": one.test,
            "p": rounded(one.p),
            "p_holm": rounded(one.p_holm),
        }
        for one in found
    ]


def forest_figure(found: Sequence[Effect], manifest: Manifest) -> Drawing:
    """A row an outcome and comparison, a mark with its interval for each analysis set."""
    sets = list(dict.fromkeys(one.analysis_set.code for one in found))
    titles = {one.analysis_set.code: one.analysis_set.title for one in found}
    blocks = list(dict.fromkeys((one.outcome.code, one.group.code) for one in found))
    rows = len(blocks) * (len(sets) + 0.5)
    height = TOP_IN + ROW_IN * rows + FOOT_IN
    width = NAMES_IN + PANEL_IN + FIGURES_IN
    apart = sum(one.low > 0 or one.high < 0 for one in found)
    title = f"Standardized effects: {apart} of {len(found)} intervals exclude no difference"
    figure = blank(width, height, title, manifest)
    box = NAMES_IN / width, FOOT_IN / height, PANEL_IN / width, ROW_IN * rows / height
    axes = figure.add_axes(box)
    several = len({one.group.code for one in found}) > 1
    place = 0.0
    for block in blocks:
        mine = [one for one in found if (one.outcome.code, one.group.code) == block]
        words = mine[0].outcome.label + (f", {mine[0].group.label}" if several else "")
        middle = place + (len(mine) - 1) / 2
        axes.annotate(words, (0, middle), (-150, 0), **_BESIDE, fontsize=8, ha="left")
        for one in mine:
            _row(axes, place, one, sets.index(one.analysis_set.code))
            place += 1
        place += 0.5
    _frame(axes, found, place)
    _legend(axes, [titles[code] for code in sets])
    text = (
        "Hedges' g with 95 % interval of the adjusted difference, mean over the visits, for each "
        f"outcome and analysis set; right of zero the experimental group does better. "
        f"{apart} of {len(found)} intervals exclude zero."
    )
    return drawn(figure, "forest", title, text)


_BESIDE: dict[str, Any] = {
    "xycoords": ("axes fraction", "data"),
    "textcoords": "offset points",
    "va": "center",
    "annotation_clip": False,
}


def _row(axes: Axes, place: float, one: Effect, kind: int) -> None:
    axes.plot([one.low, one.high], [place, place], color=INK, lw=1.2, zorder=2)
    face = INK if kind == 0 else "white"
    axes.plot(one.value, place, MARKS[kind % len(MARKS)], mfc=face, mec=INK, ms=5.2, zorder=3)
    value, low, high = (fixed(figure, 2) for figure in (one.value, one.low, one.high))
    words = f"{value} ({low} to {high}) · {p_value(one.p)} / {p_value(one.p_holm)}"
    axes.annotate(words, (1, place), (10, 0), **_BESIDE, fontsize=7.2, ha="left")


def _frame(axes: Axes, found: Sequence[Effect], rows: float) -> None:
    widest = max(0.5, *(abs(end) for one in found for end in (one.low, one.high)))
    axes.set_xlim(-1.06 * widest, 1.06 * widest)
    axes.set_ylim(rows - 0.5, -0.8)
    axes.axvline(0, color=QUIET, lw=0.9, zorder=1)
    axes.grid(axis="x", color=RULE, lw=0.4)
    axes.set_axisbelow(True)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    words = "Hedges' g, mean over the visits: right of zero the experimental group does better"
    axes.set_xlabel(words, fontsize=7.5)
    axes.annotate(
        "g (95 % CI) · p / Holm", (1, -0.9), (10, 0), **_BESIDE, fontsize=7.2, weight="bold"
    )


def _legend(axes: Axes, titles: Sequence[str]) -> None:
    for kind, title in enumerate(titles):
        face = INK if kind == 0 else "white"
        mark = MARKS[kind % len(MARKS)]
        axes.plot([], [], mark, mfc=face, mec=INK, ms=5.2, label=title)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.75, 1.0),
        ncols=len(titles),
        frameon=False,
        fontsize=8,
    )
