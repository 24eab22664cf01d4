"""Eligibility as the database works it out: of everybody what Python says of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from config.checks import check_criteria
from outcomes.models import DemographicsRecord, NihssRecord
from outcomes.scales import INSTRUMENTS
from outcomes.scales.items import Item
from tests.builders import eligible, enrolled, saved
from tests.people import AT, People
from tests.protocols import by_function
from tests.trial.test_eligibility import typed
from trial import eligibility, protocol, selectors, services
from trial.clock import day_at
from trial.conditions import AGE, DAYS, Between
from trial.models import Consent, CriterionAnswer, Participant, Signature, Site
from trial.protocol import Criterion, Facts, Protocol, ProtocolError

PROTOCOLS = (
    "trial.protocols.isis_hermes",
    "tests.protocols.three_arms",
    "tests.protocols.minimized",
)
ISIS = protocol.load(PROTOCOLS[0])
# By fact, or by the code of a typed criterion; None leaves it unknown.
State = dict[str, int | bool | None]
LATER = AT + timedelta(days=60)


def near(bound: int | None) -> set[int | None]:
    """A bound and the numbers beside it."""
    return {None} if bound is None else {bound - 1, bound, bound + 1, None}


def choices(plan: Protocol) -> dict[str, list[int | bool | None]]:
    """What can make a difference to each fact and to each typed answer."""
    found: dict[str, set[int | bool | None]] = {}
    for one in plan.criteria:
        if isinstance(one.computed, Between):
            known = found.setdefault(one.computed.fact, set())
            known |= near(one.computed.at_least) | near(one.computed.at_most)
        elif one.computed is None:
            found[one.code] = {True, False, None}
    return {name: sorted(known, key=str) for name, known in found.items()}


def states(plan: Protocol) -> Iterator[State]:
    """The eligible state, each single departure from it, and some of everything at once."""
    base: State = {AGE: 50, DAYS: 5, "nihss.total": 12, "demographics.prestroke_mrs": 0}
    base |= {one.code: one.wanted for one in plan.criteria if one.computed is None}
    known = choices(plan)
    usual = {name: base[name] for name in known}
    yield usual
    for name in known:
        # Of twenty typed criteria the first inclusion and exclusion stand for all.
        if name in {AGE, DAYS, "I3", "E1", "C"} or "." in name:
            yield from ({**usual, name: value} for value in known[name])
    facts = [name for name in known if name in {AGE, DAYS} or "." in name]
    for number in range(8):
        at = {name: number * place % len(known[name]) for place, name in enumerate(facts, 1)}
        yield {**usual, **{name: known[name][at[name]] for name in facts}}


def points(total: int | None) -> dict[str, int | None]:
    """NIHSS items that add up to a total."""
    found: dict[str, int | None] = {}
    for name in ("arm_left", "arm_right", "leg_left", "leg_right", "face", "language", "gaze"):
        item = next(one for one in INSTRUMENTS["nihss"].items if one.name == name)
        assert isinstance(item, Item)
        found[name] = min(total or 0, max(item.points))
        total = None if total is None else total - (found[name] or 0)
    return found if total is not None else {**found, "gaze": None}


def put(participant: Participant, state: State, changed: State) -> Participant:
    """The participant in that state, some of it changed: its rows as they would have been saved."""
    mine = {"participant": participant}
    consented = date(2026, 2, 2)
    unknown = None in {state[AGE], state[DAYS]}
    elsewhere = Participant.objects.exclude(pk=participant.pk).get()
    Consent.objects.filter(version="mine").update(participant=elsewhere if unknown else participant)
    Participant.objects.filter(pk=participant.pk).update(
        year_of_birth=consented.year - int(state[AGE] or 0),
        index_on=consented - timedelta(days=int(state[DAYS] or 0)),
    )
    for name, value in changed.items():
        if name == "nihss.total":
            NihssRecord.objects.filter(record__participant=participant).update(**points(value))
        elif name == "demographics.prestroke_mrs":
            DemographicsRecord.objects.update(prestroke_mrs=value)
        elif name not in {AGE, DAYS}:
            other = mine if value is not None else {"participant": elsewhere}
            CriterionAnswer.objects.filter(criterion=name).update(**other, met=bool(value))
    return Participant.objects.get(pk=participant.pk)


def by_the_database(participant: Participant) -> tuple[bool | None, date | None]:
    """What a query says of one participant."""
    found = eligibility.judged(Participant.objects.filter(pk=participant.pk))
    judged, signed_on = found.values_list(F("eligible"), F("eligibility_signed_on")).get()
    return judged, signed_on


def signed(participant: Participant, number: int, people: People, digest: str) -> Signature:
    """A signature as it would have been given on another day."""
    return Signature.objects.bulk_create([Signature(
        participant=participant, meaning="eligibility", signed_by=people.ines, version=1,
        signed_at=LATER + timedelta(days=number, hours=14), digest=digest,
    )])[0]  # fmt: skip


def on_paper(people: People) -> Participant:
    """A participant with every answer there can be, and another to hold what is not there."""
    participant, _ = enrolled(people, at=LATER), enrolled(people, at=LATER)
    Consent.objects.filter(participant=participant).update(version="mine")
    first = protocol.current().baseline
    for form in {"nihss", "demographics"} & {plan.form for plan in first.forms}:
        saved(participant, first.code, form, people, at=LATER)
    CriterionAnswer.objects.bulk_create(
        CriterionAnswer(participant=participant, criterion=one.code, met=one.wanted)
        for one in protocol.current().criteria
        if one.computed is None
    )
    return participant


def compare(plan: Protocol, participant: Participant, people: People) -> set[bool | None]:
    """State by state, each signed when it was looked at; the answers there were."""
    seen, given, before = set(), [], State()
    for number, state in enumerate(states(plan)):
        changed = {name: value for name, value in state.items() if before.get(name, "") != value}
        now, before = put(participant, state, changed), state
        digest = selectors.eligibility_digest(now)
        if number % 4:
            given.append(signed(now, number, people, digest))
        known = [day_at(one.signed_at, now.site) for one in given if one.digest == digest]
        judged = selectors.eligibility_of(now).met
        assert by_the_database(now) == (judged, max(known, default=None)), state
        seen.add(judged)
    return seen


@pytest.mark.requirement("R-005", "R-061")
@pytest.mark.parametrize("module", PROTOCOLS)
def test_it_says_of_every_state_what_python_says(
    module: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", module)
    with transaction.atomic():
        participant = on_paper(people)
        Site.objects.filter(pk=people.grenoble.pk).update(timezone="Pacific/Kiritimati")
        assert compare(protocol.load(module), participant, people) == {True, False, None}
        transaction.set_rollback(True)
    assert eligibility.in_the_database()


@pytest.mark.requirement("R-005")
def test_an_answer_given_anew_voids_the_signature_and_the_same_answer_does_not(
    people: People,
) -> None:
    participant = eligible(people, at=LATER)
    assert by_the_database(participant) == (True, LATER.date())
    for met in (False, True):
        services.answer_criteria(
            participant=participant, answers={**typed(), "I3": met}, reason="Misread",
            actor=people.ines, at=LATER + timedelta(days=1),
        )  # fmt: skip
        assert by_the_database(participant) == (met, None)


@pytest.mark.parametrize(
    ("condition", "value", "answer"),
    [
        (Between(AGE, 18, 70), 18, True), (Between(AGE, 18, 70), 71, False),
        (Between(AGE, at_least=18), 17, False), (Between(AGE, at_least=18), 99, True),
        (Between(DAYS, at_most=14), 14, True), (Between(DAYS, at_most=14), 15, False),
        (Between(DAYS, at_most=14), -3, True), (Between("nihss.total", 7), 7, True),
        (Between("nihss.total", 7), None, None), (Between("nihss.total", 0, 1), True, None),
        (Between("lesion.volume_ml", 7), Decimal(7), None),
    ],
)  # fmt: skip
def test_a_condition_is_asked_like_a_function(
    condition: Between, value: Any, answer: bool | None
) -> None:
    known = {AGE: None, DAYS: None, **({} if condition.form else {condition.fact: value})}
    facts = Facts("GRE", "F", known[AGE], known[DAYS], {condition.fact: value})
    assert condition(facts) is answer


def with_condition(condition: Between) -> dict[str, Any]:
    """The changes of a protocol that computes a criterion so."""
    return {"criteria": (Criterion("X", "inclusion", "Some", "5", condition),)}


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (Between(AGE), "no number, or every one"),
        (Between(AGE, 5, 4), "no number, or every one"),
        (Between("rehab.physiotherapy", 1), "a form that the first visit does not have"),
    ],
)
def test_a_condition_that_cannot_be_meant_stops_the_start(
    condition: Between, sentence: str
) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        replace(ISIS, **with_condition(condition))


@pytest.mark.parametrize("fact", ["nihss.totl", "nihss.arm_left_untestable", "nihss.record"])
def test_a_fact_that_is_no_whole_number_stops_the_start(
    fact: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = replace(ISIS, **with_condition(Between(fact, 1)))
    monkeypatch.setattr(by_function, "PROTOCOL", plan)
    monkeypatch.setenv("HERMES_PROTOCOL", by_function.__name__)
    protocol.load.cache_clear()
    try:
        (error,) = check_criteria()
        assert (error.id, fact in error.msg) == ("hermes.E006", True)
        assert by_the_database(enrolled(people)) == (None, None)
    finally:
        protocol.load.cache_clear()


def test_every_declared_condition_reads_what_there_is() -> None:
    assert check_criteria() == []


def test_a_free_function_is_asked_in_python_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", by_function.__name__)
    assert not eligibility.in_the_database()
