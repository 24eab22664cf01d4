"""The frame of every figure: one style, the cut's name, SIMULATED where due, the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any
from warnings import catch_warnings, filterwarnings

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
    "text.parse_math": False,
}
FAMILIES = "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, sans-serif"
"""The font figures are laid out with, and others as wide where a reader has not got it."""
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold."""
MARGIN_IN = 0.9
"""Inches kept at the top for title and banner, and (less) at the foot for the cut's name."""


@dataclass(frozen=True)
class Drawing:
    """A finished figure: its file stem, its SVG, and a sentence for those who cannot see it.

    `width` and `height` are in inches.
    """

    name: str
    title: str
    svg: bytes
    description: str
    width: float
    height: float


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
    """The figure as SVG: no date, ids from a fixed salt, so the same data give the same bytes.

    Text stays text. Ids carry the figure's name, so that many figures stand in one page.
    """
    out = io.BytesIO()
    metadata = {"Date": None, "Creator": "Hermes statistics module", "Title": title}
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), catch_warnings():
        # A letter the font has not got is laid out as a box and shown in the reader's own font.
        filterwarnings("ignore", message="Glyph", category=UserWarning)
        figure.savefig(out, format="svg", metadata=metadata)
    svg = _portable(out.getvalue().decode(), title, description)
    width, height = (float(inches) for inches in figure.get_size_inches())
    return Drawing(name, title, svg.encode(), description, width, height)


def _portable(svg: str, title: str, description: str) -> str:
    """The SVG for any reader: other fonts named, words for those who cannot see it, no DTD."""
    body = CONTROL.sub(lambda hit: f"[U+{ord(hit[0]):04X}]", svg[svg.index("<svg") :])
    body = body.replace("'DejaVu Sans'", FAMILIES)
    body = re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    used = set(re.findall(r"(?:href=\"|url\()#([^\")]+)", body))
    body = re.sub(r' id="([^"]*)"', lambda hit: hit[0] if hit[1] in used else "", body)
    said = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    strokes = 'role="img" style="stroke-linejoin: round; stroke-linecap: butt"'
    opening = re.sub(r">", f" {strokes}>{said}", body[: body.index(">") + 1])
    return f'<?xml version="1.0" encoding="utf-8"?>\n{opening}{body[body.index(">") + 1 :]}'


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
