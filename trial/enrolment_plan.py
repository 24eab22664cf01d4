"""How fast a protocol plans to enrol. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EnrolmentPlan:
    """The planned number is randomized at an even pace within so many months of the first one.

    ``ours`` says that no source names the months and this product chose them.
    """

    months: int
    ours: bool = True
