"""The command `python -m analysis simulate`: the plan's design, changed as asked, simulated."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.errors import CutRefused
from analysis.plan import BadPlanError, Plan, SimulatedVisit, Simulation
from analysis.plans import DECLARED
from analysis.simulate import scenario_of
from analysis.simulate_report import (
    check_folder,
    files,
    outcome_words,
    preamble,
    rows_of,
    text_table,
)
from analysis.simulate_run import Progress, run

MOST_PARTICIPANTS, MOST_REPLICATES, MOST_PROCESSES = 2000, 1_000_000, 64
SHAPES = ("every visit", "last visit", "slope")
ASKED = (
    *("outcome", "participants", "ratio", "visits", "between_sd", "within_sd", "lost"),
    *("effects", "shape", "replicates", "seed"),
)
STOPPED = 130
"""What a shell expects of a command that was stopped with Ctrl-C."""


def add_parser(commands: Any) -> None:
    """Add the command's arguments; what is not given is as the plan's simulation has it."""
    command = commands.add_parser(
        "simulate",
        help="power and type I error under the trial's design",
        description="Simulate the trial and analyse each simulated trial by the plan's own mixed "
        "model. What is not given is as the plan says. Prints a table; with OUT writes power.csv, "
        "power.svg and results.json there. Ctrl-C ends it with what is done so far.",
    )
    command.add_argument("out", nargs="?", metavar="OUT", type=Path)
    command.add_argument("--protocol", choices=sorted(DECLARED), default=next(iter(DECLARED)))
    command.add_argument("--outcome", metavar="CODE", help="an outcome of the plan")
    command.add_argument("--n", dest="participants", type=_count(4, MOST_PARTICIPANTS))
    command.add_argument("--ratio", type=_ratio, help="product to control, such as 2:1")
    command.add_argument(
        "--visits", type=_visits, help="months of the visits, such as 6,12,24", metavar="MONTHS"
    )
    command.add_argument("--between-sd", type=_number(0.0), metavar="SD")
    command.add_argument("--within-sd", type=_number(1e-9), metavar="SD")
    command.add_argument(
        "--lost", type=_number(0.0, 0.95), metavar="SHARE", help="share lost by the last visit"
    )
    command.add_argument(
        "--effect", dest="effects", type=_number(), action="append", help="may be given again"
    )
    command.add_argument("--shape", choices=SHAPES, help="where the effect is")
    command.add_argument("--replicates", type=_count(1, MOST_REPLICATES))
    command.add_argument("--seed", type=_count(0, 2**63))
    command.add_argument(
        "--processes", type=_count(1, MOST_PROCESSES), default=min(8, os.cpu_count() or 1)
    )


def simulate(given: argparse.Namespace) -> int:
    """Run the command; 0 when it is done, 130 when it was stopped.

    Raises:
        CutRefused: there is nothing to simulate, or nowhere to write it.
    """
    plan = DECLARED[given.protocol]
    design = _design(plan, given)
    if given.out is not None:
        check_folder(given.out)
    scenario = scenario_of(plan, design)
    for line in preamble(scenario, plan):
        print(line)
    progress = Progress(design.replicates)
    counts = run(scenario, processes=given.processes, tell=progress.tell)
    progress.end()
    rows = rows_of(counts)
    print("", *outcome_words(counts), "", sep="\n")
    if rows:
        print(text_table(rows))
    if given.out is not None and rows:
        given.out.mkdir(parents=True, exist_ok=True)
        for name, content in files(counts, plan).items():
            (given.out / name).write_bytes(content)
        print(f"\nWritten: {given.out}")
    sys.stdout.flush()
    return 0 if counts.done == design.replicates else STOPPED


def _design(plan: Plan, given: argparse.Namespace) -> Simulation:
    """The plan's design with what was given in its place; no effect is always simulated too."""
    if plan.simulation is None:
        raise CutRefused(f"The plan of {plan.protocol} declares no simulation.")
    asked = {n: getattr(given, n) for n in ASKED if getattr(given, n) is not None}
    effects = asked.pop("effects", plan.simulation.effects)
    design = replace(plan.simulation, **asked, effects=tuple(sorted({0.0, *effects})))
    try:
        replace(plan, simulation=design)
    except BadPlanError as reason:
        raise CutRefused(str(reason)) from reason
    return design


def _count(least: int, most: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}")
        return value

    return whole_number


def _number(least: float = -1e9, most: float = 1e9) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"a number from {least:g} to {most:g}")
        return value

    return number


def _ratio(text: str) -> tuple[int, int]:
    parts = text.split(":")
    if len(parts) != 2 or not all(part.isdigit() and 0 < int(part) <= 100 for part in parts):
        raise argparse.ArgumentTypeError("two whole numbers such as 2:1")
    return int(parts[0]), int(parts[1])


def _visits(text: str) -> tuple[SimulatedVisit, ...]:
    try:
        months = sorted({float(part) for part in text.split(",")})
    except ValueError as error:
        raise argparse.ArgumentTypeError("months such as 6,12,24") from error
    if not all(0 < month <= 1200 for month in months):
        raise argparse.ArgumentTypeError("months above 0, such as 6,12,24")
    return tuple(SimulatedVisit(f"M{month:g}", month) for month in months)
