"""The seam between clocks and alerts: any clock that runs is told of before it runs out.

An app names a source; each running clock that it yields is escalated at the shares of its time
that the protocol declares (``AlertPlan.clock_percents``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

from django.db import models

from safety.alerts.models import Alert
from safety.alerts.services import raise_alert
from trial import protocol
from trial.models import Site


@dataclass(frozen=True)
class RunningClock:
    """A clock that has not been stopped.

    ``code`` tells apart the clocks of one subject; ``kind`` is the alert's, and says who is told.
    """

    code: str
    kind: str
    subject: models.Model
    started_at: datetime
    due_at: datetime
    address: str = ""
    site: Site | None = None
    participant: str = ""

    def share(self, at: datetime) -> float:
        """How much of the time is used, in percent; above 100 once it is overdue."""
        whole = (self.due_at - self.started_at).total_seconds()
        used = (at - self.started_at).total_seconds()
        if whole <= 0:
            return inf if used > 0 else 100.0
        return 100 * used / whole


Source = Callable[[datetime], Iterable[RunningClock]]
_sources: dict[str, Source] = {}


def register_clocks(name: str, source: Source) -> None:
    """Have the clocks of a source escalated; asked with the present instant."""
    _sources[name] = source


def tell_of_clocks(at: datetime) -> list[Alert]:
    """Raise what the running clocks have reached and nobody was told of."""
    return [
        alert
        for source in _sources.values()
        for clock in source(at)
        if (alert := tell_of(clock, at)) is not None
    ]


def tell_of(clock: RunningClock, at: datetime) -> Alert | None:
    """Raise the last step this clock has passed, once; None before the first.

    Steps that passed unseen, because nothing ran, are not told one after the other. A clock that
    is set anew begins its steps anew.
    """
    plan = protocol.current().alerts
    used = clock.share(at)
    # At the last instant it is in time still: overdue is what comes after.
    passed = [percent for percent in plan.clock_percents if used > percent or used == percent < 100]
    if not passed:
        return None
    end = f"{clock.due_at.astimezone(UTC):%Y%m%dT%H%M%S}"
    return raise_alert(
        kind=clock.kind,
        subject=clock.subject,
        occasion=f"{clock.code} {end} {passed[-1]}",
        address=clock.address,
        site=clock.site,
        participant=clock.participant,
        due_at=clock.due_at,
        wide=passed[-1] >= plan.clock_wide_from,
        actor=None,
        at=at,
    )
