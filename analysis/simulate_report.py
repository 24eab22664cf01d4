"""What a simulation found: rows with their Monte Carlo error, as text, CSV, JSON and a figure."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.errors import CutRefused
from analysis.feasibility import exact_interval
from analysis.figures import INK, QUIET, RULE, Drawing, drawn, house_style
from analysis.plan import Plan
from analysis.plan_words import VALUES, as_data, digest
from analysis.simulate import Counts, Scenario
from analysis.tables import rounded

SCHEMA = "hermes-simulation/1"
NAMES = ("power.csv", "power.svg", "results.json")
COLOURS, MARKERS, DASHES = ("#0072b2", "#d55e00", "#009e73"), ("o", "s", "^"), ("-", "--", ":")


@dataclass(frozen=True)
class Row:
    """The share of simulated trials with p at most alpha, for one effect and test.

    With no effect it is the type I error, else the power. `se` is its Monte Carlo standard error,
    `low` and `high` are the exact 95 % interval (Clopper and Pearson).
    """

    effect: float
    test: str
    kind: str
    trials: int
    rejected: int
    share: float
    se: float
    low: float
    high: float


def rows_of(counts: Counts) -> tuple[Row, ...]:
    """A row for each effect and test; none before the first trial is done."""
    return tuple(
        _row(effect, test, counts.rejected[effect, test], counts.done)
        for test in counts.scenario.tests
        for effect in counts.scenario.design.effects
        if counts.done
    )


def _row(effect: float, test: str, rejected: int, trials: int) -> Row:
    share = rejected / trials
    found = exact_interval(rejected, trials)
    return Row(
        effect=effect,
        test=test,
        kind="power" if effect else "type I error",
        trials=trials,
        rejected=rejected,
        share=share,
        se=math.sqrt(share * (1 - share) / trials),
        low=found.low or 0.0,
        high=1.0 if found.high is None else found.high,
    )


def preamble(scenario: Scenario, plan: Plan) -> tuple[str, ...]:
    """What is simulated, in sentences."""
    design, model = scenario.design, scenario.model
    visits = ", ".join(f"{visit.code} ({visit.months:g} months)" for visit in design.visits)
    ratio = f"{design.ratio[0]}:{design.ratio[1]}"
    correlation = design.between_sd**2 / (design.between_sd**2 + design.within_sd**2)
    shape = "growing with time" if design.shape == "slope" else f"at {design.shape}"
    return (
        f"Plan {plan.protocol} {plan.version}, digest {digest(as_data(plan))}",
        f"Outcome {design.outcome}: {design.participants} participants {ratio}",
        f"A reading at the baseline and at {visits}",
        f"SD {design.between_sd:g} between participants, {design.within_sd:g} within",
        f"Correlation of two readings of a participant {correlation:.2f}",
        f"{100 * design.lost:g} % lost by the last visit, as likely in every month",
        f"Effect {shape}",
        f"Model {model.code}: outcome ~ {' + '.join(model.terms)}, {model.covariance}, REML",
        f"Degrees of freedom: {VALUES[model.df]}; level {scenario.alpha:g}, of this outcome alone",
        f"Seed {design.seed}; every effect in the same simulated trials",
    )


def outcome_words(counts: Counts) -> tuple[str, ...]:
    """How much was done and what went wrong, in sentences."""
    wanted = counts.scenario.design.replicates
    told = [f"{counts.done} of {wanted} trials simulated."]
    if counts.done < wanted:
        told.append("Stopped before the end: the figures are of what was done so far.")
    told.append(f"Singular fits, used as they are: {counts.singular}.")
    told.append(f"Trials that could not be fitted, counted as not significant: {counts.failed}.")
    told += [f"  {number} × {why}" for why, number in sorted(counts.failures.items())]
    return tuple(told)


HEADS = ("Effect", "Test", "What", "Share", "MC SE", "95 % interval", "Significant", "Trials")


def text_table(rows: Sequence[Row]) -> str:
    """The rows in columns for a terminal."""
    cells = [HEADS] + [
        (
            *(f"{row.effect:g}", row.test, row.kind, f"{row.share:.3f}", f"{row.se:.3f}"),
            *(f"{row.low:.3f} to {row.high:.3f}", str(row.rejected), str(row.trials)),
        )
        for row in rows
    ]
    wide = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)).rstrip()
        for line in cells
    )


def files(counts: Counts, plan: Plan) -> dict[str, bytes]:
    """The simulation's files by name: the same bytes whenever the same trials were simulated."""
    rows = rows_of(counts)
    made = {"power.csv": _csv(rows), "power.svg": power_figure(counts, rows).svg}
    return made | {"results.json": _json(counts, rows, plan, made)}


def _csv(rows: Sequence[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Row.__dataclass_fields__)
    for row in rows:
        told = asdict(row).values()
        writer.writerow([rounded(cell) if isinstance(cell, float) else cell for cell in told])
    return out.getvalue().encode()


def _json(counts: Counts, rows: Sequence[Row], plan: Plan, made: dict[str, bytes]) -> bytes:
    scenario = counts.scenario
    data = {
        "schema": SCHEMA,
        "plan": [plan.protocol, plan.version, digest(as_data(plan))],
        "design": asdict(scenario.design),
        "model": asdict(scenario.model),
        "alpha": scenario.alpha,
        "done": counts.done,
        "complete": counts.done == scenario.design.replicates,
        "singular": counts.singular,
        "failures": dict(sorted(counts.failures.items())),
        "rows": [
            {k: rounded(v) if isinstance(v, float) else v for k, v in asdict(row).items()}
            for row in rows
        ],
        "files": [
            {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(made.items())
        ],
    }
    return f"{json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True)}\n".encode()


def power_figure(counts: Counts, rows: Sequence[Row]) -> Drawing:
    """The share of significant trials over the effect, with its Monte Carlo interval."""
    design = counts.scenario.design
    title = f"{design.outcome}: power and type I error"
    with house_style():
        figure = Figure(figsize=(6.4, 4.4))
        FigureCanvasSVG(figure)
        figure.text(0.02, 0.94, title, fontsize=12, fontweight="bold")
        axes = figure.add_axes((0.11, 0.17, 0.85, 0.70))
        for position, test in enumerate(counts.scenario.tests):
            _curve(axes, [row for row in rows if row.test == test], test, position)
        axes.axhline(counts.scenario.alpha, color=QUIET, lw=0.7)
        axes.text(
            1.0,
            counts.scenario.alpha + 0.012,
            f"level {counts.scenario.alpha:g}",
            transform=axes.get_yaxis_transform(),
            ha="right",
            fontsize=7,
            color=QUIET,
        )
        axes.set_ylim(0, 1.02)
        axes.grid(axis="y", color=RULE, lw=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel("Effect, in the outcome's units (0: type I error)", color=INK)
        axes.set_ylabel("Share of simulated trials with p at most the level")
        axes.legend(loc="upper left", frameon=False, fontsize=8)
        words = f"SIMULATED · {counts.done} trials · n = {design.participants} · seed {design.seed}"
        figure.text(0.02, 0.02, words, fontsize=6.5, color=QUIET)
        told = "; ".join(f"{row.test}, effect {row.effect:g}: {row.share:.3f}" for row in rows)
        described = f"{title} by effect, with exact 95 % intervals. {told}."
        return drawn(figure, "power", title, described)


def _curve(axes: Axes, rows: Sequence[Row], label: str, position: int) -> None:
    place = position % len(COLOURS)
    axes.errorbar(
        [row.effect for row in rows],
        [row.share for row in rows],
        yerr=[
            [max(0.0, row.share - row.low) for row in rows],
            [max(0.0, row.high - row.share) for row in rows],
        ],
        color=COLOURS[place],
        marker=MARKERS[place],
        linestyle=DASHES[place],
        ms=4.5,
        lw=1.4,
        elinewidth=1.0,
        capsize=2.5,
        label=label,
    )


def check_folder(out: Path) -> None:
    """Make sure that nothing else than an earlier simulation is overwritten.

    Raises:
        CutRefused: `out` is a file, or holds other files.
    """
    if out.exists() and not out.is_dir():
        raise CutRefused(f"{out} is a file; name a folder for the simulation.")
    strange = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    if set(strange) - set(NAMES):
        raise CutRefused(f"{out} holds files that are no earlier simulation; name another folder.")
