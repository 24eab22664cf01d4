"""How far those allocated to cells came, and why the others got none: derived, never typed.

Each count is of participants; a step counts whoever came at least that far. Where nobody recorded
why a participant was not treated the reason is open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from randomization import selectors
from randomization.models import Aspiration, Infusion, NotTreated, Product
from trial import protocol

STEPS = ("Allocated to cells", "Marrow aspirated", "Culture started", "Batch released", "Infused")
WIDTH, LEFT, ROW, THICK = 340, 130, 30, 20


@dataclass(frozen=True)
class Bar:
    """One step of the figure: its words, how many, and where its bar lies."""

    words: str
    count: int
    y: int
    length: int

    @property
    def text_y(self) -> int:
        """Height of its words."""
        return self.y + 15


@dataclass(frozen=True)
class Feasibility:
    """The counts step by step, the reasons with their counts, and the figure's measures."""

    counts: dict[str, int]
    reasons: dict[str, int]
    open: int

    @property
    def percent(self) -> str:
        """Infused of those allocated to cells; a dash before anybody was."""
        allocated, infused = self.counts[STEPS[0]], self.counts[STEPS[-1]]
        if not allocated:
            return "—"
        return f"{infused} of {allocated}, {100 * infused / allocated:.0f} %"

    @property
    def bars(self) -> Sequence[Bar]:
        """The figure, one bar a step."""
        whole = max(self.counts[STEPS[0]], 1)
        room = WIDTH - LEFT - 40
        return [
            Bar(words, count, place * ROW, round(room * count / whole))
            for place, (words, count) in enumerate(self.counts.items())
        ]

    @property
    def height(self) -> int:
        """Height of the figure."""
        return len(self.counts) * ROW

    width, left, thick = WIDTH, LEFT, THICK


def feasibility(user: User) -> Feasibility:
    """The flow from allocation to infusion at the sites where this person may know arms.

    Raises:
        NotDelegated: this person may know no arm anywhere.
    """
    plan = protocol.current()
    given = {
        row.participant for row in selectors.allocation_rows(user) if plan.arm(row.arm).product
    }
    whose = "participant__code"
    batch = "aspiration__participant__code"
    released = Product.objects.filter(release__decision="released")
    found = (
        given,
        set(Aspiration.objects.values_list(whose, flat=True)),
        set(Product.objects.values_list(batch, flat=True)),
        set(released.values_list(batch, flat=True)),
        set(Infusion.objects.values_list(whose, flat=True)),
    )
    counts = [len(given & some) for some in found]
    why = dict(NotTreated.objects.values_list(whose, "reason"))
    reasons = Counter(
        plan.not_treated_reasons.get(why[code], why[code]) for code in given & set(why)
    )
    waiting = len(given - set(why) - found[-1])
    return Feasibility(dict(zip(STEPS, counts, strict=True)), dict(reasons.most_common()), waiting)
