"""Write the simulated trials that the mixed models are compared on.

`python -m tests.references.simulate`, from the project's root.

Each trial has its own seed and a trap of its own; none holds a real person. R's answers to them are
in `answers.json`, made by `mixed.R` in this folder.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TRIALS = Path(__file__).with_name("trials")
COLUMNS = ("participant", "group", "visit", "months", "side", "baseline", "y")
Row = dict[str, str]
BENEFIT = {"cells": 1.2, "high": 1.6, "low": 0.5}


@dataclass(frozen=True)
class Plan:
    """What a simulated trial is made from: sizes by group, months of the visits, and spreads."""

    seed: int
    sizes: Mapping[str, int]
    months: Sequence[float] = (1, 2, 4, 6)
    between: float = 4.0
    within: float = 3.0
    slope: float = 0.0
    missed: float = 0.0
    leaves: float = 0.0
    no_baseline: float = 0.0
    opposed: float = 0.0


PLANS: Mapping[str, Plan] = {
    "balanced": Plan(101, {"control": 12, "cells": 12}),
    "dropout": Plan(
        102, {"control": 11, "cells": 20}, (1, 2, 4, 6, 12, 24), missed=0.06, leaves=0.08
    ),
    "three_arms": Plan(103, {"control": 11, "high": 10, "low": 10}, (2, 4, 6, 12, 24), missed=0.1),
    "tiny": Plan(104, {"control": 3, "cells": 4}, (1, 6, 24), missed=0.1),
    "near_singular": Plan(250, {"control": 11, "cells": 20}, between=0.7, missed=0.05),
    "zero_variance": Plan(106, {"control": 10, "cells": 14}, between=0.0, missed=0.05, opposed=3.0),
    "no_baseline": Plan(107, {"control": 14, "cells": 17}, no_baseline=0.2, missed=0.05),
    "crossed": Plan(108, {"control": 13, "cells": 18}, missed=0.08),
    "collinear": Plan(109, {"control": 9, "cells": 12}, missed=0.05),
    "one_visit": Plan(110, {"control": 9, "cells": 12}, (6,)),
    "slope": Plan(111, {"control": 15, "cells": 16}, (1, 2, 4, 6, 12), slope=0.6, missed=0.05),
    "flat_slope": Plan(112, {"control": 15, "cells": 16}, (1, 2, 4, 6, 12), missed=0.05),
    "unstructured": Plan(113, {"control": 16, "cells": 18}, (1, 6, 24), slope=0.2, missed=0.07),
}


def rows_of(name: str) -> Iterator[Row]:
    """The readings of a trial, one row a participant and visit; an empty cell is a missing one."""
    plan = PLANS[name]
    draw = random.Random(plan.seed)  # noqa: S311 - a fixed stream of test data
    number = 0
    for group, size in plan.sizes.items():
        for _ in range(size):
            number += 1
            yield from _participant(name, plan, draw, f"P{number:02d}", group)


def _participant(
    name: str, plan: Plan, draw: random.Random, participant: str, group: str
) -> Iterator[Row]:
    level, tilt = draw.gauss(0, plan.between), draw.gauss(0, plan.slope)
    side = "left" if draw.random() < 0.5 else "right"
    baseline = round(20 + 0.8 * level + draw.gauss(0, 3), 1)
    if name == "collinear":
        baseline = round(20 + 5 * (group == "cells") + draw.gauss(0, 0.02), 3)
    unknown = draw.random() < plan.no_baseline
    for position, month in enumerate(plan.months):
        noise = draw.gauss(0, plan.within) + plan.opposed * (-1) ** position * (
            level + draw.gauss(0, 1)
        )
        gone = draw.random() < plan.leaves
        missing = draw.random() < plan.missed
        if gone:
            return
        if missing:
            continue
        benefit = BENEFIT.get(group, 0.0) * position**0.5
        crossed = 1.5 * (side == "left") * (group == "cells") if name == "crossed" else 0.0
        value = 18 + 0.5 * (baseline - 20) + level - 1.1 * position - benefit + crossed
        yield {
            "participant": participant,
            "group": group,
            "visit": f"V{position + 1}",
            "months": f"{month:g}",
            "side": side,
            "baseline": "" if unknown else f"{baseline:g}",
            "y": f"{value + tilt * month + noise:.2f}",
        }


def as_csv(name: str) -> str:
    """A trial as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows_of(name))
    return out.getvalue()


def write_all() -> None:
    """Write every trial into the folder beside this file."""
    TRIALS.mkdir(exist_ok=True)
    for name in PLANS:
        (TRIALS / f"{name}.csv").write_text(as_csv(name), encoding="utf-8")


if __name__ == "__main__":
    write_all()
