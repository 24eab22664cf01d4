"""The trial of three arms, with an unequal ratio and minimization instead of its coin."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tests.protocols.three_arms import PROTOCOL as THREE_ARMS
from trial.allocation_plan import Minimization

LOW, HIGH, PLACEBO = THREE_ARMS.arms

PROTOCOL = replace(
    THREE_ARMS,
    code="MINIMIZED",
    arms=(replace(LOW, ratio=2), HIGH, PLACEBO),
    allocation=Minimization(Fraction(4, 5), {"site": 2, "severity": 1}),
)
