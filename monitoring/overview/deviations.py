"""Deviations from the plan: visits, forms, assessors who had learned the arm, participants found
ineligible after the randomization, who stay allocated, and the treatment.

The treatment is told to whoever may know arms, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from monitoring.overview.slots import visits_read_by
from randomization.departures import departures
from randomization.unblinding.knowing import saved_knowing, told_to
from trial import protocol, registry
from trial.clock import day_at
from trial.models import CriterionAnswer, Record, Site, Visit
from trial.presenters.grid import record_address, visit_address
from trial.templatetags.hermes import day

OUTSIDE, MISSED, NOT_DONE, LATE_ENTRY = "outside_window", "missed", "not_done", "late_entry"
UNBLINDED, INELIGIBLE, TREATMENT = "unblinded", "ineligible", "treatment"
OFF_PLAN = frozenset({UNBLINDED, INELIGIBLE, TREATMENT})
KINDS = {
    OUTSIDE: "Outside the window",
    MISSED: "Visit missed",
    NOT_DONE: "Form not done",
    LATE_ENTRY: "Entered late",
    UNBLINDED: "Assessed unblinded",
    INELIGIBLE: "Randomized, not eligible",
    TREATMENT: "Treatment outside the protocol",
}
NO_REASON = "—"


@dataclass(frozen=True)
class Deviation:
    """One deviation: whose, where, what, why as far as the site said, and since when."""

    kind: str
    site: str
    participant: str
    code: str
    visit: str
    form: str
    what: str
    reason: str
    on: date
    href: str

    @property
    def title(self) -> str:
        """The form's short name; empty for a visit."""
        known = self.form in registry.codes()
        return registry.form(self.form).short if known else self.form

    @property
    def words(self) -> str:
        """What kind it is."""
        return KINDS[self.kind]

    @property
    def state(self) -> str:
        """The badge of its kind."""
        if self.kind in OFF_PLAN:
            return "outside_window"
        return "late" if self.kind == LATE_ENTRY else self.kind


def deviations(user: User, site: Site | None = None) -> list[Deviation]:
    """Everything that went otherwise than planned, the newest first."""
    visits = visits_read_by(user, site).select_related("participant__site")
    found = [*_visits(visits), *_not_done(visits), *_late(visits), *_unblinded(visits)]
    found += [*_ineligible(visits), *_treatment(user, site)]
    return sorted(found, key=lambda one: (one.on, one.participant, one.form), reverse=True)


def narrowed(user: User, asked: Mapping[str, Any]) -> list[Deviation]:
    """Those somebody asked for: by kind, site, visit and form."""
    return [
        one
        for one in deviations(user, asked["site"])
        if asked["kind"] in {"", one.kind}
        and asked["visit"] in {"", one.code}
        and asked["form"] in {"", one.form}
    ]


def _visits(visits: QuerySet[Visit]) -> Iterator[Deviation]:
    outside = Q(actual_on__lt=F("window_from")) | Q(actual_on__gt=F("window_to"))
    for visit in visits.filter(outside | Q(status="missed")):
        missed = visit.status == "missed"
        yield _deviation(
            MISSED if missed else OUTSIDE,
            visit,
            "",
            (_window(visit), visit.missed_reason) if missed else (_outside(visit), ""),
            visit.window_to if missed or visit.actual_on is None else visit.actual_on,
        )


def _window(visit: Visit) -> str:
    return f"window {day(visit.window_from)} to {day(visit.window_to)}"


def _outside(visit: Visit) -> str:
    on = visit.actual_on or visit.planned_on
    before = on < visit.window_from
    span = visit.window_from - on if before else on - visit.window_to
    days = f"{span.days} day{'' if span.days == 1 else 's'}"
    return f"took place {day(on)}, {days} {'before' if before else 'after'} its window"


def _not_done(visits: QuerySet[Visit]) -> Iterator[Deviation]:
    rows = Record.objects.filter(visit__in=visits, status="not_done")
    for record in rows.select_related("visit__participant__site"):
        visit = record.visit
        on = visit.actual_on or visit.window_to
        yield _deviation(NOT_DONE, visit, record.form, ("not done", record.not_done_reason), on)


def _late(visits: QuerySet[Visit]) -> Iterator[Deviation]:
    within = timedelta(days=protocol.current().entry_within_days)
    rows = Record.objects.filter(visit__in=visits, assessed_on__isnull=False)
    past = Record.history.model._default_manager
    firsts = past.filter(history_type="+", id__in=rows.values("pk"))
    entered = dict(firsts.values_list("id", "history_date"))
    for record in rows.select_related("visit__participant__site"):
        first = entered.get(record.pk)
        if first is None or record.assessed_on is None:
            continue
        on = day_at(first, record.visit.participant.site)
        if on - record.assessed_on > within:
            late = (on - record.assessed_on).days
            what = f"assessed {day(record.assessed_on)}, entered {day(on)}, {late} days later"
            yield _deviation(LATE_ENTRY, record.visit, record.form, (what, ""), on)


def _unblinded(visits: QuerySet[Visit]) -> Iterator[Deviation]:
    """Records saved by somebody blinded after they had learned the participant's arm."""
    told = told_to()
    if not told:
        return
    saved = saved_knowing(Record.objects.filter(visit__in=visits), told)
    people = User.objects.in_bulk([one.person for one in saved])
    records = Record.objects.select_related("visit__participant__site")
    rows = records.in_bulk([one.record for one in saved])
    for one in saved:
        visit = rows[one.record].visit
        site = visit.participant.site
        what = f"{people[one.person]} knows the arm since {day(day_at(one.since, site))}"
        on = day_at(one.at, site)
        yield _deviation(UNBLINDED, visit, rows[one.record].form, (what, ""), on)


def _ineligible(visits: QuerySet[Visit]) -> Iterator[Deviation]:
    """A criterion answered otherwise since: nobody ineligible is randomized."""
    plan = protocol.current()
    first = visits.filter(code=plan.baseline.code, participant__randomized_on__isnull=False)
    of = {visit.participant_id: visit for visit in first}
    wanted = {one.code: one for one in plan.criteria}
    broken = [
        answer
        for answer in CriterionAnswer.objects.filter(participant__in=of)
        if answer.criterion in wanted and answer.met != wanted[answer.criterion].wanted
    ]
    past = CriterionAnswer.history.filter(id__in=[one.pk for one in broken]).order_by("history_id")
    newest = {row.id: row for row in past}
    for answer in broken:
        visit, row = of[answer.participant_id], newest[answer.pk]
        words = f"criterion {answer.criterion}: {wanted[answer.criterion].text}"
        on = day_at(row.history_date, visit.participant.site)
        found = _deviation(INELIGIBLE, visit, "", (words, row.history_change_reason or ""), on)
        yield replace(found, href=reverse("eligibility", args=(visit.participant.code,)))


def _treatment(user: User, site: Site | None) -> Iterator[Deviation]:
    for one in departures(user):
        if site is None or one.participant.site_id == site.pk:
            yield Deviation(
                kind=TREATMENT,
                site=one.participant.site.code,
                participant=one.participant.code,
                code="",
                visit="Treatment",
                form="",
                what=one.what,
                reason=one.reason,
                on=one.on,
                href=reverse("treatment", args=[one.participant.code]),
            )


def _deviation(kind: str, visit: Visit, form: str, words: tuple[str, str], on: date) -> Deviation:
    return Deviation(
        kind=kind,
        site=visit.participant.site.code,
        participant=visit.participant.code,
        code=visit.code,
        visit=str(visit),
        form=form,
        what=words[0],
        reason=words[1] or NO_REASON,
        on=on,
        href=record_address(visit, form) if form else visit_address(visit),
    )
