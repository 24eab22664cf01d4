"""The sponsor's clocks: regimes as data, and what is due when. Pure: no database, no web.

Days are calendar days in the study's zone; the day on which the sponsor became aware is day 0, and
the whole of the last day is in time. An awareness is an instant with its zone, so that the day it
fell on stays known.

Sources: E2A is ICH E2A III.B; CTR is Regulation (EU) 536/2014, Articles 41, 42, 54 and Annex III;
ANSM is the agency's notice on vigilance in interventional research.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from safety.rules import in_words


@dataclass(frozen=True)
class Regime:
    """Whose limits hold. Days are counted from the sponsor's awareness unless said otherwise.

    Attributes:
        investigator: from the investigator's awareness of an SAE to the sponsor, elapsed time.
        grave_days: a SUSAR that is fatal or life-threatening; 0 is "without delay".
        other_days: any other SUSAR.
        completing_days: so many days more to complete the report of a grave SUSAR.
        completes_other: whether that holds for the other SUSARs as well.
        urgent_days: from an urgent safety measure to its notification.
        sources: for each of these the text that sets it.
    """

    code: str
    label: str
    sources: Mapping[str, str]
    investigator: timedelta = timedelta(hours=24)
    grave_days: int = 7
    other_days: int = 15
    completing_days: int = 8
    completes_other: bool = False
    urgent_days: int = 7


REGIMES: Mapping[str, Regime] = {
    "eu_ctr": Regime(
        "eu_ctr",
        "Regulation (EU) 536/2014",
        {
            "investigator": "CTR 41(2)",
            "grave_days": "CTR 42(2)(a); E2A III.B.1",
            "other_days": "CTR 42(2)(b); E2A III.B.2",
            "completing_days": "CTR Annex III 2.4; E2A III.B.1",
            "urgent_days": "CTR 54(2)",
        },
    ),
    "fr_jarde": Regime(
        "fr_jarde",
        "French law on research involving the human person",
        {
            "investigator": "Code de la santé publique L. 1123-10",
            "grave_days": "ANSM: without delay",
            "other_days": "ANSM",
            "completing_days": "ANSM",
            "urgent_days": "as CTR 54(2); the law says without delay",
        },
        grave_days=0,
        completes_other=True,
        urgent_days=0,
    ),
    "other": Regime(
        "other",
        "ICH E2A",
        {
            "investigator": "as CTR 41(2)",
            "grave_days": "E2A III.B.1",
            "other_days": "E2A III.B.2",
            "completing_days": "E2A III.B.1",
            "urgent_days": "as CTR 54(2)",
        },
    ),
}

KINDS: Mapping[str, str] = {
    "assess": "Assess",
    "grave": "SUSAR, fatal or life-threatening",
    "other": "SUSAR",
    "graver": "SUSAR that became fatal or life-threatening",
    "complete": "Complete the SUSAR report",
    "urgent": "Notify the urgent safety measure",
}


@dataclass(frozen=True)
class Told:
    """One version of a report: when the sponsor became aware of what it says, and how grave."""

    number: int
    aware_at: datetime
    grave: bool


@dataclass(frozen=True)
class Judged:
    """One assessment by the sponsor, of one version of the report."""

    report: int
    at: datetime
    susar: bool


@dataclass(frozen=True)
class Sent:
    """One submission to the authority; ``complete`` says that nothing is to follow."""

    report: int
    at: datetime
    complete: bool = False


@dataclass(frozen=True)
class Due:
    """One clock: what is due, since when it runs, and for how many days.

    ``report`` is the version that must at least be submitted; ``lifted_at`` is when the sponsor
    found the event to be no SUSAR after all, which ends a clock that had not run out.
    """

    kind: str
    since: datetime
    zone: str
    days: int
    report: int = 0
    met_at: datetime | None = None
    lifted_at: datetime | None = None

    @property
    def words_of_kind(self) -> str:
        """What is due."""
        return KINDS[self.kind]

    @property
    def day0(self) -> date:
        """The day of awareness in the study's zone."""
        return self.since.astimezone(ZoneInfo(self.zone)).date()

    @property
    def due_on(self) -> date:
        """The last day that is in time."""
        return last_day(self.since, self.zone, self.days)

    @property
    def ends_at(self) -> datetime:
        """The first instant, in UTC, that is late: midnight after the last day."""
        return end_of(self.due_on, self.zone)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        lifted = self.lifted_at is not None and self.lifted_at < self.ends_at
        return self.met_at is None and not lifted

    def state(self, now: datetime) -> str:
        """``running``, ``overdue``, ``met``, ``missed`` or ``lifted``."""
        if self.met_at is not None:
            return "met" if self.met_at < self.ends_at else "missed"
        if not self.is_open:
            return "lifted"
        return "running" if now < self.ends_at else "overdue"

    def words(self, now: datetime) -> str:
        """The time left, overdue or taken, for a person to read."""
        state = self.state(now)
        if state == "running":
            return f"{in_words(self.ends_at - now)} left"
        if state == "overdue":
            return f"overdue by {in_words(now - self.ends_at)}"
        return {"met": "in time", "missed": "late", "lifted": "no SUSAR after all"}[state]


def last_day(aware_at: datetime, zone: str, days: int) -> date:
    """The last calendar day in time: the day of awareness in this zone is day 0.

    Raises:
        ValueError: the time has no zone, so nobody knows which day it was.
    """
    if aware_at.tzinfo is None:
        raise ValueError("A time of awareness needs its zone.")
    return aware_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)


def end_of(day: date, zone: str) -> datetime:
    """The instant, in UTC, at which a calendar day is over in a zone: 23, 24 or 25 hours long."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def urgent_measure(
    regime: Regime, zone: str, taken_at: datetime, notified_at: datetime | None = None
) -> Due:
    """The clock of an urgent safety measure (CTR 54(2))."""
    return Due("urgent", taken_at, zone, regime.urgent_days, met_at=notified_at)


def clocks(
    regime: Regime,
    zone: str,
    told: Sequence[Told],
    judged: Sequence[Judged],
    sent: Sequence[Sent],
) -> tuple[Due, ...]:
    """Every clock of one event, the versions and the assessments in their order.

    A version nobody has assessed may be a SUSAR, so it is assessed within the limit it would then
    have. An assessment covers the versions before it that had none: whatever made the event a
    SUSAR may have stood in the first of them.
    """
    found = _to_assess(regime, zone, told, judged)
    first = _first_susar(told, judged)
    if first is not None:
        found += _to_submit(regime, zone, told, judged, first)
    lifted = judged[-1].at if judged and not judged[-1].susar else None
    return tuple(_settled(due, sent, lifted) for due in found)


def _to_assess(
    regime: Regime, zone: str, told: Sequence[Told], judged: Sequence[Judged]
) -> list[Due]:
    seen = max((one.report for one in judged), default=0)
    waiting = [
        Due("assess", one.aware_at, zone, _days(regime, grave=one.grave), one.number)
        for one in told
        if one.number > seen
    ]
    return [min(waiting, key=lambda due: due.ends_at)] if waiting else []


def _first_susar(told: Sequence[Told], judged: Sequence[Judged]) -> Told | None:
    """The version that day 0 belongs to; None while no assessment found a SUSAR."""
    cleared = 0
    for one in judged:
        if one.susar:
            before = min(cleared, one.report - 1)
            return next(version for version in told if version.number > before)
        cleared = max(cleared, one.report)
    return None


def _to_submit(
    regime: Regime, zone: str, told: Sequence[Told], judged: Sequence[Judged], first: Told
) -> list[Due]:
    known = max(one.report for one in judged if one.susar)
    kind = "grave" if first.grave else "other"
    found = [Due(kind, first.aware_at, zone, _days(regime, grave=first.grave), first.number)]
    worse = [one for one in told if first.number < one.number <= known and one.grave]
    if not first.grave and worse:
        one = worse[0]
        found.append(Due("graver", one.aware_at, zone, regime.grave_days, one.number))
    last = found[-1]
    if last.kind != "other" or regime.completes_other:
        more = regime.completing_days
        found.append(replace(last, kind="complete", days=last.days + more))
    return found


def _days(regime: Regime, *, grave: bool) -> int:
    return regime.grave_days if grave else regime.other_days


def _settled(due: Due, sent: Sequence[Sent], lifted: datetime | None) -> Due:
    if due.kind == "assess":
        return due
    enough = [
        one.at
        for one in sent
        if one.report >= due.report and (one.complete or due.kind != "complete")
    ]
    return replace(due, met_at=min(enough, default=None), lifted_at=lifted)
