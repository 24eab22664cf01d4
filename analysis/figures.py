"""The frame of every figure: one style, the cut's name, SIMULATED where due, the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.manifest import Manifest
from analysis.sets import AnalysisSet, Group

INK, QUIET, RULE, ALARM = "#1b1f24", "#5b6570", "#c8ced6", "#a8071a"
EXPERIMENTAL_COLOURS = ("#0072b2", "#009e73", "#56b4e9")
CONTROL_COLOURS = ("#d55e00", "#cc79a7", "#e69f00")
MARKERS = ("o", "^", "v"), ("s", "D", "P")
DASHES = "-", "--"
STYLE: dict[Any, object] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "hermes",
}
MARGIN_IN = 0.9
"""Inches kept at the top for title and banner, and (less) at the foot for the cut's name."""


@dataclass(frozen=True)
class Drawing:
    """A finished figure: its file stem, its SVG, and a sentence for those who cannot see it."""

    name: str
    title: str
    svg: bytes
    description: str


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib at its defaults plus the house style, whatever the user's own settings say."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def blank(width: float, height: float, title: str, manifest: Manifest) -> Figure:
    """A figure of `width` x `height` inches with title, cut and, where due, SIMULATED."""
    figure = Figure(figsize=(width, height))
    FigureCanvasSVG(figure)
    left, top, foot = 0.12 / width, 1 - 0.3 / height, 0.1 / height
    figure.text(left, top, title, fontsize=12, fontweight="bold")
    figure.text(left, foot, _origin(manifest, width), fontsize=6.5, color=QUIET)
    if manifest.simulated:
        box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": ALARM, "lw": 1.4}
        words: dict[str, Any] = {"fontsize": 9, "fontweight": "bold", "color": ALARM}
        figure.text(1 - left * 1.5, top, "SIMULATED", ha="right", bbox=box, **words)
    return figure


def _origin(manifest: Manifest, width: float) -> str:
    """Trial and cut; on a narrow figure the manifest's hash takes a line of its own."""
    words = f"{manifest.protocol.code} · {manifest.name}"
    return words if width > 7 else words.replace(" · manifest", "\nmanifest")


def drawn(figure: Figure, name: str, title: str, description: str) -> Drawing:
    """The figure as SVG: no date, ids from a fixed salt, so the same data give the same bytes."""
    out = io.BytesIO()
    metadata = {"Date": None, "Creator": "Hermes statistics module", "Title": title}
    figure.savefig(out, format="svg", metadata=metadata)
    return Drawing(name, title, out.getvalue(), description)


@dataclass(frozen=True)
class Pen:
    """How a group is drawn: colour, marker and dash, so that no meaning is colour alone."""

    colour: str
    marker: str
    dash: str


def pens(analysis_set: AnalysisSet) -> dict[str, Pen]:
    """A pen per group code; the colour-blind-safe palette of Okabe and Ito."""
    if len(analysis_set.groups) == 1:
        return {analysis_set.groups[0].code: Pen(INK, "o", "-")}
    found = {}
    for kind, experimental in enumerate((True, False)):
        colours = EXPERIMENTAL_COLOURS if experimental else CONTROL_COLOURS
        groups = [group for group in analysis_set.groups if group.experimental is experimental]
        for position, group in enumerate(groups):
            place = position % len(colours)
            found[group.code] = Pen(colours[place], MARKERS[kind][place], DASHES[kind])
    return found


def panel_title(axes: Axes, analysis_set: AnalysisSet, *, above: float = 8) -> None:
    """Name the analysis set above its panel, `above` points over it."""
    axes.set_title(analysis_set.title, pad=above)


def sizes(groups: Sequence[Group]) -> str:
    """ "Treated n = 16, Control n = 15"."""
    return ", ".join(f"{group.label} n = {group.size}" for group in groups)
