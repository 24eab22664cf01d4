"""The two safety annexes of a development safety update report (DSUR).

Source: ICH E2F, sections 7.2 (interval line listing of serious adverse reactions) and 7.3
(cumulative summary tabulation of serious adverse events). Both are made from filed versions of
reports: of each event the newest that had reached the sponsor at the data lock point. They tell
who was treated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Min

from safety import rules
from safety.clocks import end_of
from safety.documents.codes import Code, codes_of
from safety.models import SafetyReport, SponsorAssessment
from safety.reports import content_of, is_whole
from safety.snapshot import Content
from safety.treatment import infusion_dates
from trial import protocol
from trial.errors import WrongDate, WrongState
from trial.models import Participant
from trial.partial_dates import PartialDate

TOTAL = "All"
# A class or category, and within a class the preferred term.
Group = tuple[str, str]


@dataclass(frozen=True)
class Period:
    """From the development international birth date, and from the interval's first day, to the
    data lock point: calendar days in the study's zone, the last one whole."""

    birth: date
    first: date
    last: date

    def refuse_impossible(self, today: date) -> None:
        """Refuse what is no period.

        Raises:
            WrongDate: the days are not in this order, or the last is to come.
        """
        if self.first > self.last:
            raise WrongDate("The interval ends before it begins.", field="last")
        if self.birth > self.first:
            raise WrongDate("The birth date is not after the interval begins.", field="birth")
        if self.last > today:
            raise WrongDate("The data lock point is not in the future.", field="last")


@dataclass(frozen=True)
class Line:
    """One event as it stood at the data lock point."""

    participant: int
    content: Content
    opinion: SponsorAssessment | None
    code: Code | None
    phase: str
    infused_on: date | None
    first_received: datetime
    in_interval: bool

    @property
    def group(self) -> Group:
        """Under what it counts: system organ class and preferred term, or the plain category."""
        if self.code is not None and self.code.soc:
            return self.code.soc, self.code.pt
        return self.content.category_words, ""

    @property
    def is_reaction(self) -> bool:
        """Serious, and related for the investigator or the sponsor (E2A II.A.2)."""
        theirs = self.content.causality in rules.RELATED
        return theirs or (self.opinion is not None and self.opinion.causality in rules.RELATED)


@dataclass(frozen=True)
class Counted:
    """Events, and the participants who had them."""

    events: int
    participants: int


@dataclass(frozen=True)
class Annual:
    """Everything both annexes say; ``made`` is the instant of the newest thing in them."""

    period: Period
    zone: str
    lines: tuple[Line, ...]
    included: int
    infused: int
    made: datetime

    @property
    def reactions(self) -> list[Line]:
        """The serious adverse reactions of which something was received in the interval."""
        return [one for one in self.lines if one.in_interval and one.is_reaction]

    def tabulation(self) -> dict[Group, dict[str, Counted]]:
        """Serious events by group, then by where they lie from the infusion; the last is all."""
        found: dict[Group, list[Line]] = defaultdict(list)
        for one in self.lines:
            found[one.group].append(one)
        table = {group: _by_phase(found[group]) for group in sorted(found, key=_place)}
        return {**table, (TOTAL, ""): _by_phase(self.lines)}


def annual(period: Period, *, at: datetime) -> Annual:
    """The annexes for a period, from the database.

    Raises:
        WrongDate: no such period, or a report is older than the birth date.
        WrongState: a version is not what was filed.
    """
    zone = protocol.current().safety.zone
    period.refuse_impossible(at.astimezone(ZoneInfo(zone)).date())
    until = end_of(period.last, zone)
    reports = _reports(until)
    if reports and reports[0].received_at < _start_of(period.birth, zone):
        raise WrongDate(
            "A report is older than this birth date: it would be left out.", field="birth"
        )
    infused = _infused(period.last)
    by_event = sorted(reports, key=lambda one: (one.event.participant.code, one.event.number))
    grouped = [[*versions] for _, versions in groupby(by_event, key=lambda one: one.event_id)]
    codes = codes_of([_newest(versions) for versions in grouped])
    lines: list[Line] = []
    instants: list[datetime] = []
    for versions in grouped:
        line, newest = line_of(versions, period, zone, infused, codes)
        instants += newest
        lines += [line] if line is not None else []
    made = max(instants, default=_start_of(period.last, zone))
    return Annual(period, zone, tuple(lines), _included(period.last), len(infused), made)


def line_of(
    versions: list[SafetyReport],
    period: Period,
    zone: str,
    infused: Mapping[int, date],
    codes: Mapping[int, Code],
) -> tuple[Line | None, list[datetime]]:
    """The line of one event, if it is a serious one, and the instants of what it says.

    Raises:
        WrongState: its newest version is not what was filed.
    """
    newest = _newest(versions)
    if not is_whole(newest):
        raise WrongState(f"{newest.event} of {newest.event.participant} is not what was filed.")
    content = content_of(newest)
    opinions = [one for version in versions for one in version.assessments.all()]
    opinion = max(opinions, key=lambda one: one.pk, default=None)
    given = infused.get(newest.event.participant_id)
    instants = [newest.filed_at, *([opinion.assessed_at] if opinion else [])]
    if not newest.serious:
        return None, instants
    since = _start_of(period.first, zone)
    line = Line(
        participant=newest.event.participant_id,
        content=content,
        opinion=opinion,
        code=codes.get(newest.pk),
        phase=rules.phase(PartialDate.parse(content.onset), given),
        infused_on=given,
        first_received=min(one.received_at for one in versions),
        in_interval=any(one.received_at >= since for one in versions),
    )
    return line, instants


def _newest(versions: Iterable[SafetyReport]) -> SafetyReport:
    return max(versions, key=lambda one: one.number)


def _reports(until: datetime) -> list[SafetyReport]:
    """Every version that had reached the sponsor, the oldest first."""
    found = SafetyReport.objects.filter(received_at__lt=until).select_related("event__participant")
    return [*found.prefetch_related("assessments__reference").order_by("received_at", "number")]


def _infused(last: date) -> dict[int, date]:
    """Who had been infused by a day, and when."""
    everybody = [*Participant.objects.values_list("pk", flat=True)]
    return {key: on for key, on in infusion_dates(everybody).items() if on <= last}


def _included(last: date) -> int:
    """How many had consented by a day."""
    found = Participant.objects.annotate(first=Min("consents__consented_on"))
    return found.filter(first__lte=last).count()


def _start_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _place(group: Group) -> tuple[bool, int, Group]:
    """What is coded by its names, then the categories as the protocol has them."""
    categories = [*protocol.current().ae_categories.values()]
    known = group[0] in categories
    return not group[1], categories.index(group[0]) if known else len(categories), group


def _by_phase(lines: Iterable[Line]) -> dict[str, Counted]:
    events: Counter[str] = Counter()
    people: dict[str, set[int]] = defaultdict(set)
    for one in lines:
        for column in (one.phase, TOTAL):
            events[column] += 1
            people[column].add(one.participant)
    columns = (*rules.PHASES, TOTAL)
    return {column: Counted(events[column], len(people[column])) for column in columns}
