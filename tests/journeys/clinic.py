"""What happens in a clinic outside the browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from config.demo.answers import answers_for
from config.demo.plan import Person
from randomization import services as treatment
from safety import services as safety
from tests.builders import enrolled
from tests.people import PASSWORD, People
from trial import services
from trial.errors import ConfirmationRequired
from trial.models import Participant, Visit
from trial.protocol import current
from trial.selectors import eligibility_digest, record_digest

FOLLOWED_FOR = 400  # days: the visit of twelve months is late, the one of 24 to come
LEFT_OPEN = {("M6", "rehab"): "draft", ("M6", "fmri"): "not done"}


def half_an_hour_passes() -> None:
    """Every session is older by the idle time and by what it may go unwritten."""
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.update(expire_date=F("expire_date") - idle)


def followed(people: People) -> Participant:
    """A participant in follow-up as the simulated trial has them, ten visits behind."""
    today, rng = timezone.now().date(), Random(20200911)  # noqa: S311 - a simulation, no secret
    index = today - timedelta(days=FOLLOWED_FOR)
    person = Person(1, "F", 58, "left", 0.55, 0.6, index, index + timedelta(days=8))
    participant = enrolled(
        people, at=_nine(person.consented_on), year_of_birth=index.year - 58, index_on=index
    )
    opening = participant.visits.get(code=current().baseline.code)
    _visit(people, person, opening, person.consented_on, rng, first=True)
    _randomized(people, participant, person.consented_on)
    for visit in participant.visits.exclude(code=opening.code).filter(hidden=False):
        day = visit.planned_on + timedelta(days=3)
        if visit.code != "M12" and day < today:
            _visit(people, person, visit, day, rng)
    safety.report_ae(
        participant=participant, term="Urinary tract infection", category="infection",
        onset=f"{person.on(60):%Y-%m}", end="", severity="moderate", criteria=(),
        causality="unrelated", action="treated", outcome="recovered", aware_at=None,
        actor=people.nils, at=_nine(person.on(90)),
    )  # fmt: skip
    return participant


def _nine(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def _randomized(people: People, participant: Participant, day: date) -> None:
    answers = {one.code: one.wanted for one in current().criteria if one.computed is None}
    who: dict[str, Any] = {"participant": participant, "actor": people.ines, "at": _nine(day)}
    services.answer_criteria(answers=answers, **who)
    services.sign_eligibility(password=PASSWORD, seen=eligibility_digest(participant), **who)
    treatment.randomize_within(**who)


def _visit(
    people: People, person: Person, visit: Visit, day: date, rng: Random, *, first: bool = False
) -> None:
    for plan in current().visit(visit.code).forms:
        if not plan.required:
            continue
        actor = people.otto if plan.form in {"nihss", "mrs", "barthel", "fma"} else people.nils
        if LEFT_OPEN.get((visit.code, plan.form)) == "not done":
            services.mark_not_done(
                visit=visit, form=plan.form, not_done_reason="Claustrophobia", version=0,
                actor=actor, at=_nine(day),
            )  # fmt: skip
            continue
        since = (day - person.index_on).days
        answers = answers_for(plan.form, person, since, treated=True, first=first, rng=rng)
        if plan.form in {"fmri", "lesion"}:
            answers = {**answers, "scanned_on": day}
        _save(visit, plan.form, answers, day, actor)
    for record in visit.records.filter(status="complete", form="nihss"):
        services.sign_record(
            record=record,
            seen=record_digest(record),
            password=PASSWORD,
            actor=people.ines,
            at=_nine(day),
        )


def _save(visit: Visit, form: str, answers: Mapping[str, Any], day: date, actor: User) -> None:
    def save(confirmed: Mapping[str, str]) -> None:
        services.save_record(
            visit=visit, form=form, answers=answers, assessed_on=day, version=0,
            complete=(visit.code, form) not in LEFT_OPEN, confirmed=confirmed,
            actor=actor, at=_nine(day),
        )  # fmt: skip

    try:
        save({})
    except ConfirmationRequired as asked:
        findings: Any = asked.details["findings"]
        save({finding.rule: "Seen and right" for finding in findings})
