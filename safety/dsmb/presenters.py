"""How the stopping rules read on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from safety import stopping
from safety.dsmb import selectors
from safety.dsmb.models import StoppingCrossing
from safety.stopping import Line, Standing
from trial import protocol
from trial.stopping_plan import StoppingRule, percent


@dataclass(frozen=True)
class RulePage:
    """One rule with its table; where the trial stands only for whom that concerns."""

    rule: StoppingRule
    method: str
    lines: tuple[Line, ...]
    ever: str
    standing: Standing | None
    crossings: tuple[StoppingCrossing, ...]


def rule_pages(user: User, at: datetime) -> Iterator[RulePage]:
    """Every rule of the protocol with its boundaries up to the planned number of participants."""
    plan = protocol.current()
    concerned = selectors.may_see_crossings(user, at=at)
    standings = selectors.standings() if concerned else {}
    found = list(selectors.crossings(user, at=at))
    for rule in plan.stopping:
        ever = stopping.ever_crossed(rule, plan.planned, rule.null_rate)
        yield RulePage(
            rule=rule,
            method=rule.method,
            lines=stopping.table(rule, plan.planned),
            ever=f"{float(100 * ever):.1f} % at {percent(rule.null_rate)}",
            standing=standings.get(rule.code),
            crossings=tuple(row for row in found if row.rule == rule.code),
        )
