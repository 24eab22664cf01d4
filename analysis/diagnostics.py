"""What a fit leaves over: residuals, predicted participants, and who moves the estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.special import ndtri

from analysis.design import Design
from analysis.figures import INK, QUIET, RULE, Drawing, Pen, blank, drawn, pens
from analysis.manifest import Manifest
from analysis.mixed import MixedFit
from analysis.models import Fit

NAMED = 3
"""How many participants are named in the panel of influence."""
PANEL, GAP, HIGH = 2.15, 0.62, 1.75
PANELS = 4


def diagnostics_figure(fits: Sequence[Fit], manifest: Manifest) -> Drawing:
    """Four panels for each fitted analysis set of one outcome.

    Conditional residuals against fitted values; their normal plot, in residual SDs; the normal plot
    of the predicted intercepts; Cook's distance of each participant.
    """
    title = f"{fits[0].outcome.label}: residuals and influence"
    width, height = 0.25 + PANELS * (PANEL + GAP), 0.65 + len(fits) * (HIGH + 0.95)
    figure = blank(width, height, title, manifest)
    for row, fit in enumerate(fits):
        if fit.model is None or fit.design is None:
            continue
        bottom = 1 - (0.95 + row * (HIGH + 0.95) + HIGH) / height
        panels = [
            figure.add_axes(
                ((0.62 + column * (PANEL + GAP)) / width, bottom, PANEL / width, HIGH / height)
            )
            for column in range(PANELS)
        ]
        panels[0].set_title(fit.analysis_set.title, pad=6)
        _legend(panels[1], fit)
        for axes in panels:
            axes.tick_params(labelsize=6.5, length=2)
            axes.xaxis.set_major_locator(MaxNLocator(3))
            axes.yaxis.set_major_locator(MaxNLocator(3))
        _draw(fit, fit.model, fit.design, panels)
    code = fits[0].outcome.code
    text = (
        f"{title}: conditional residuals against fitted values; normal plots of the residuals and "
        "of the predicted intercepts; Cook's distance by participant, the largest named."
    )
    return drawn(figure, f"diagnostics_{code}", title, text)


def _draw(fit: Fit, model: MixedFit, design: Design, panels: Sequence[Axes]) -> None:
    groups = {code: group.code for group in design.groups for code in group.members}
    drawn_with = pens(fit.analysis_set)
    of_people = [groups[code] for code in design.people]
    of_readings = [of_people[who] for who in design.who]
    scaled = model.conditional / model.sigma
    _points(panels[0], model.fitted, model.conditional, of_readings, drawn_with)
    panels[0].axhline(0, color=QUIET, lw=0.7)
    _words(panels[0], "fitted value", "residual")
    _normal(panels[1], scaled, of_readings, drawn_with)
    _words(panels[1], "normal score", "residual / SD")
    if model.components.any():
        predicted = model.random_effects[:, 0]
        _normal(panels[2], predicted, of_people, drawn_with)
        _words(panels[2], "normal score", "predicted intercept")
    else:
        panels[2].text(0.5, 0.5, "no random intercept", ha="center", fontsize=7, color=QUIET)
        panels[2].set_axis_off()
    _influence(panels[3], fit, of_people, drawn_with)


def _legend(axes: Axes, fit: Fit) -> None:
    """Which mark is which group, above a panel."""
    for code, pen in pens(fit.analysis_set).items():
        label = next(group.label for group in fit.analysis_set.groups if group.code == code)
        axes.plot([], [], ms=4, label=label, marker=pen.marker, color=pen.colour, linestyle="none")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.05, 1.0),
        ncols=len(fit.analysis_set.groups),
        frameon=False,
        fontsize=7,
        handletextpad=0.1,
        columnspacing=1.2,
    )


def _words(axes: Axes, along: str, up: str) -> None:
    axes.set_xlabel(along, fontsize=7, labelpad=1)
    axes.set_ylabel(up, fontsize=7, labelpad=1)


def _points(
    axes: Axes,
    x: Sequence[float] | np.ndarray,
    y: Sequence[float] | np.ndarray,
    groups: Sequence[str],
    drawn_with: dict[str, Pen],
) -> None:
    for code, pen in drawn_with.items():
        mine = [position for position, group in enumerate(groups) if group == code]
        axes.plot(
            np.asarray(x)[mine],
            np.asarray(y)[mine],
            linestyle="none",
            marker=pen.marker,
            ms=2.6,
            color=pen.colour,
            alpha=0.75,
            mew=0,
        )


def _normal(
    axes: Axes, values: np.ndarray, groups: Sequence[str], drawn_with: dict[str, Pen]
) -> None:
    """Ordered values against normal scores at (i - 3/8) / (n + 1/4) (Blom 1958)."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    scores = ndtri((ranks + 0.625) / (len(values) + 0.25))
    spread = float(np.std(values, ddof=1))
    ends = np.array([scores.min(), scores.max()])
    axes.plot(ends, values.mean() + spread * ends, color=RULE, lw=1, zorder=1)
    _points(axes, scores, values, groups, drawn_with)


def _influence(axes: Axes, fit: Fit, of_people: Sequence[str], drawn_with: dict[str, Pen]) -> None:
    """A stem for each participant, in the order of the codes, the longest named."""
    distances = list((fit.influence or {}).items())
    places = range(len(distances))
    heights = [0.0 if math.isnan(value) else value for _, value in distances]
    axes.vlines(places, 0, heights, color=RULE, lw=0.9, zorder=1)
    _points(axes, list(places), heights, of_people, drawn_with)
    for place in _apart(heights):
        axes.annotate(
            distances[place][0],
            (place, heights[place]),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=6,
            color=INK,
        )
    axes.set_xticks([])
    axes.set_ylim(0, 1.18 * max([*heights, 1e-9]))
    _words(axes, "participants", "Cook's distance")


def _apart(heights: Sequence[float]) -> list[int]:
    """The largest few whose names do not stand in one another's way."""
    found: list[int] = []
    for place in sorted(range(len(heights)), key=lambda at: -heights[at])[:NAMED]:
        near = [
            other
            for other in found
            if abs(other - place) < len(heights) / 5
            and abs(heights[other] - heights[place]) < max(heights) / 10
        ]
        if not near:
            found.append(place)
    return found
