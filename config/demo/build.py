"""Builds the simulated trial through the same services a person uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from accounts.models import User
from audit.errors import Refused
from config.demo import cells, dictionary, monitoring_verification, plan, queries, safety_reports
from config.demo import people as demo_people
from config.demo.answers import answers_for
from config.demo.confirming import confirmed
from config.demo.enrolled import Enrolled
from config.demo.people import Cast
from config.demo.plan import EventPlan, Person, at_nine
from exports.services import freeze_cut
from randomization import selectors as randomization
from randomization import services as treatment
from safety import services as safety
from safety.alerts.selectors import alerts_about
from safety.alerts.services import acknowledge
from trial import protocol, services
from trial.models import Participant, Record, Visit
from trial.selectors import eligibility_digest

Progress = Callable[[str], None]
SCALES = frozenset({"nihss", "barthel", "mrs", "fma"})


class CountsDiffer(Refused):
    """The simulated trial would not have the published counts; nothing is kept."""

    code = "demo-counts"
    message = "The simulated trial does not have the published counts."
    status = 500


def build(
    *, password: str, today: date, say: Progress, course: plan.Course = plan.PUBLISHED
) -> Cast:
    """Make the whole trial; the people of it are returned.

    Raises:
        CountsDiffer: the seeds no longer give the published counts.
    """
    rng = Random(plan.SEED)  # noqa: S311 - a simulation, not a secret
    everybody = plan.people(today, rng)
    persons = everybody[:: len(everybody) // course.enrolled][: course.enrolled]
    opening = persons[0].consented_on - timedelta(days=60)
    cast = demo_people.make(password=password, opening=opening, at=at_nine(opening))
    treatment.seal_list(
        actor=cast.unblinded,
        at=at_nine(opening + timedelta(days=30)),
        seed=course.list_seed,
        length=60,
        purpose="simulated",
    )
    _screen_failures(cast, persons, rng)
    enrolled = []
    for person in persons:
        enrolled.append(_enrol(cast, person, password, rng))
        say(f"participant {person.number} of {len(persons)}")
    cells.treat(cast, enrolled, password, plan.apart("treatment"))
    given = course.recovering
    for one in enrolled:
        one.recovers = one.treated if given is None else one.person.number in given
    if course == plan.PUBLISHED:
        _check(enrolled)
    for one in enrolled:
        _follow(cast, one, today, rng)
        say(f"visits of {one.participant.code}")
    _adverse_events(cast, enrolled, course, today, rng)
    say("safety reports and codings")
    _assess_and_code(cast, opening, today)
    _endings(cast, enrolled)
    _corrections(cast, enrolled, rng)
    say("queries")
    queries.ask_and_answer(cast, today)
    say("verification")
    monitoring_verification.certify(cast, opening, today)
    monitoring_verification.verify_some(cast, [one.participant for one in enrolled], today)
    return cast


def first_cuts(cast: Cast, *, at: datetime) -> None:
    """One blinded and one unblinded data cut, made once the trial is committed."""
    freeze_cut(actor=cast.statistician, purpose="Blinded check of the data", blinded=True, at=at)
    freeze_cut(actor=cast.unblinded, purpose="Final analysis, simulated", blinded=False, at=at)


def _check(enrolled: list[Enrolled]) -> None:
    given = [one for one in enrolled if one.arm == "cells"]
    found = (len(enrolled), len(given), sum(one.treated for one in enrolled))
    if found != (31, 20, 16):
        raise CountsDiffer(f"Enrolled, allocated to cells, infused: {found}, not (31, 20, 16).")


def _screen_failures(cast: Cast, persons: list[Person], rng: Random) -> None:
    for place, reason in enumerate(plan.SCREEN_FAILURES):
        beside = persons[(place * 2) % len(persons)]
        day = beside.consented_on - timedelta(days=1)
        entry = services.log_screening(
            site=cast.site,
            screened_on=day,
            sex=rng.choice(["F", "M"]),
            year_of_birth=day.year - rng.randint(25, 80),
            index_on=day - timedelta(days=rng.randint(2, 12)),
            actor=cast.nurse,
            at=at_nine(day),
        )
        services.close_screening(
            entry=entry,
            outcome="declined" if reason == "declined" else "not_eligible",
            reason=reason,
            note="",
            actor=cast.nurse,
            at=at_nine(day, minutes=30),
        )


def _enrol(cast: Cast, person: Person, password: str, rng: Random) -> Enrolled:
    day, at = person.consented_on, at_nine(person.consented_on)
    entry = services.log_screening(
        site=cast.site,
        screened_on=day,
        sex=person.sex,
        year_of_birth=day.year - person.age,
        index_on=person.index_on,
        actor=cast.nurse,
        at=at,
    )
    participant = services.enrol(
        entry=entry,
        version=(protocol.current().consent_on(day) or protocol.current().consents[-1]).code,
        given_by="participant",
        consented_on=day,
        actor=cast.investigator,
        at=at_nine(day, minutes=20),
    )
    visit = participant.visits.get(code=protocol.current().baseline.code)
    one = Enrolled(person, participant, arm="")
    _enter(cast, one, visit, day, rng, first=True)
    answers = {
        criterion.code: criterion.wanted
        for criterion in protocol.current().criteria
        if criterion.computed is None
    }
    services.answer_criteria(
        participant=participant, answers=answers, actor=cast.investigator,
        at=at_nine(day, minutes=120),
    )  # fmt: skip
    services.sign_eligibility(
        participant=participant, password=password, actor=cast.investigator,
        seen=eligibility_digest(participant), at=at_nine(day, minutes=125),
    )  # fmt: skip
    one.randomized_at = at_nine(day, minutes=180)
    treatment.randomize_within(
        participant=participant, actor=cast.investigator, at=one.randomized_at
    )
    one.arm = randomization.allocated_arm(participant, cast.investigator) or ""
    one.participant = Participant.objects.select_related("site").get(pk=participant.pk)
    return one


def _follow(cast: Cast, one: Enrolled, today: date, rng: Random) -> None:
    baseline = protocol.current().baseline.code
    for visit in list(one.participant.visits.exclude(code=baseline)):
        chance = plan.apart(f"{one.participant.code} {visit}") if visit.hidden else rng
        day = _visit_day(one, visit, chance)
        if day > today - timedelta(days=4):
            continue
        if visit.code in {"M4", "M12"} and rng.random() < 0.04:
            services.mark_missed(
                visit=visit, reason="On holiday abroad", actor=cast.nurse,
                at=at_nine(visit.window_to + timedelta(days=2)),
            )  # fmt: skip
            continue
        _enter(cast, one, visit, day, chance)


def _visit_day(one: Enrolled, visit: Visit, rng: Random) -> date:
    if visit.code == "BMA":
        return one.person.consented_on + timedelta(days=2)
    if visit.code == "M1":
        return one.person.on(rng.randint(25, 32))
    if visit.code == "INF":
        return one.person.on(41)
    spread = min(6, (visit.window_to - visit.planned_on).days)
    # Now and then a visit falls outside its window: kept, and shown as a deviation.
    late = 4 + (visit.window_to - visit.planned_on).days if rng.random() < 0.03 else 0
    return visit.planned_on + timedelta(days=rng.randint(-spread, spread) + late)


def _enter(
    cast: Cast, one: Enrolled, visit: Visit, day: date, rng: Random, *, first: bool = False
) -> None:
    plan_ = protocol.current().visit(visit.code)
    since = (day - one.person.index_on).days
    for place, wanted in enumerate(form for form in plan_.forms if form.required):
        at = at_nine(day, minutes=30 + 10 * place)
        blinded = wanted.form in SCALES and not visit.hidden
        actor = cast.assessor if blinded else cast.nurse
        if wanted.form in {"fma", "fmri"} and rng.random() < 0.05:
            services.mark_not_done(
                visit=visit, form=wanted.form, not_done_reason="Too tired to go on", version=0,
                actor=actor, at=at,
            )  # fmt: skip
            continue
        answers = dict(
            answers_for(wanted.form, one.person, since, treated=one.recovers, first=first, rng=rng)
        )
        if wanted.form in {"fmri", "lesion"}:
            answers["scanned_on"] = day
        _save(visit, wanted.form, answers, day=day, actor=actor, at=at)


def _save(
    visit: Visit, form: str, answers: dict[str, object], *, day: date, actor: User, at: datetime
) -> Record:
    """Save as complete; an unusual answer is confirmed, as a person would."""
    save = partial(
        services.save_record,
        visit=visit,
        form=form,
        answers=answers,
        assessed_on=day,
        version=0,
        complete=True,
        actor=actor,
        at=at,
    )
    return confirmed(save)


def _adverse_events(
    cast: Cast, enrolled: list[Enrolled], course: plan.Course, today: date, rng: Random
) -> None:
    for treated, counts in zip((True, False), course.events, strict=True):
        group = {one.person.number: one for one in enrolled if one.recovers is treated}
        spans = {number: (today - one.person.consented_on).days for number, one in group.items()}
        dealt = plan.events(list(group), counts, spans, rng)
        for number, events in dealt.items():
            for event in sorted(events, key=lambda planned: planned.day):
                _report(cast, group[number], event)


def _report(cast: Cast, one: Enrolled, event: EventPlan) -> None:
    onset = one.person.consented_on + timedelta(days=event.day)
    aware = at_nine(onset + timedelta(days=1))
    ended = event.outcome == "recovered"
    reported = safety.report_ae(
        participant=one.participant,
        distinct=True,
        term=event.term,
        category=event.category,
        onset=onset.isoformat(),
        end=(onset + timedelta(days=1)).isoformat() if ended else "",
        severity=event.severity,
        criteria=event.criteria,
        causality=event.causality,
        action="none",
        outcome=event.outcome,
        aware_at=aware if event.criteria else None,
        sponsor_informed_at=aware + timedelta(hours=1) if event.criteria else None,
        actor=cast.nurse,
        at=aware + timedelta(hours=2),
    )
    for alert in alerts_about(reported):
        acknowledge(alert=alert, actor=cast.safety_desk, at=aware + timedelta(hours=3))


def _assess_and_code(cast: Cast, opening: date, today: date) -> None:
    safety_reports.assess_and_submit(cast, opening, today)
    dictionary.load_and_code(cast, at_nine(today))


def _endings(cast: Cast, enrolled: list[Enrolled]) -> None:
    lost, left = enrolled[6 % len(enrolled)], enrolled[17 % len(enrolled)]
    day = lost.person.on(700)
    services.record_loss(
        participant=lost.participant, last_contact_on=day,
        attempts="Three telephone calls and a letter", actor=cast.nurse,
        at=at_nine(day + timedelta(days=40)),
    )  # fmt: skip
    day = left.person.on(690)
    services.record_withdrawal(
        participant=left.participant, withdrawn_on=day, scopes=("follow_up",),
        reason="No time for further visits", actor=cast.investigator, at=at_nine(day),
    )  # fmt: skip


def _corrections(cast: Cast, enrolled: list[Enrolled], rng: Random) -> None:
    """Slips found later and put right with a reason: what the trail is for."""
    for one in enrolled[::5]:
        for record in _some(one.participant, rng):
            services.save_record(
                visit=record.visit,
                form="rehab",
                answers={
                    "physiotherapy": rng.randint(90, 240),
                    "occupational_therapy": rng.randint(30, 120),
                    "speech_therapy": 0,
                },
                assessed_on=record.assessed_on,
                version=record.version,
                complete=True,
                reason="Transcription error, corrected from the source",
                actor=cast.nurse,
                at=at_nine(record.visit.window_to + timedelta(days=9)),
            )


def _some(participant: Participant, rng: Random) -> Iterator[Record]:
    found = participant.records.filter(form="rehab", status="complete").select_related("visit")
    records = [record for record in found if record.visit.code in {"M2", "M6"}]
    yield from rng.sample(records, k=min(1, len(records)))
