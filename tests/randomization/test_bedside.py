"""At the bed and after: times, vital signs, departures kept with why, the label, what is left."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Event
from randomization import departures, services
from randomization.errors import Impossible, OutOfLimits
from randomization.models import Disposal, Infusion, Product, VitalSigns
from tests.locking import lock
from tests.paper import words_of
from tests.people import People
from tests.randomization.builders import (
    LATER,
    agreed,
    aspirated,
    disposed,
    grown,
    infused,
    lacking,
    randomized,
    ready,
    released_outside,
    vital_signs,
)
from tests.stage import once
from trial import protocol
from trial.access import NotDelegated, Permission
from trial.errors import Locked, WrongDate, WrongState
from trial.models import Participant

Case = tuple[Participant, Product]


@once
def case(people: People) -> Case:
    """A participant allocated to cells and the released batch."""
    return ready(people)


OUTSIDE: list[tuple[dict[str, Any], str]] = [
    ({"volume_ml": Decimal("120.0")}, "100 mL at most"),
    ({"viability_percent": Decimal("65.0")}, "70 % or more"),
]


@pytest.mark.requirement("R-016")
def test_what_really_happened_outside_the_limits_is_kept_only_with_why(
    people: People, case: Case
) -> None:
    every = {name: value for given, _ in OUTSIDE for name, value in given.items()}
    for given, words in OUTSIDE:
        with pytest.raises(OutOfLimits, match=words):
            infused(*case, people, **given, justification="  ")
    infused(*case, people, **every, justification="The bag was diluted at the bed")
    told = departures.departures(people.nils)
    assert [(one.participant, one.reason) for one in told] == [
        (case[0], "The bag was diluted at the bed")
    ]
    assert all(words in told[0].what for _, words in OUTSIDE)


@pytest.mark.requirement("R-016")
def test_an_infusion_past_the_last_day_is_kept_only_with_why(people: People) -> None:
    late = date(2026, 3, 9)
    case = ready(people, day=late)
    infused(*case, people, infused_on=late, justification="A fever delayed it")
    assert "last day for the infusion was 8 Mar 2026" in departures.departures(people.ines)[0].what


def test_a_justification_needs_something_to_justify(people: People, case: Case) -> None:
    with pytest.raises(Impossible, match="nothing is to be justified"):
        infused(*case, people, justification="To be sure")


@pytest.mark.requirement("R-017")
def test_departures_are_told_to_nobody_who_may_not_know_an_arm(people: People, case: Case) -> None:
    infused(*case, people, volume_ml=Decimal(120), justification="Diluted")
    assert len(departures.departures(people.ivan)) == 1
    for user in [*lacking(Permission.KNOW_ARMS, people), people.carl]:
        assert departures.departures(user) == []


@pytest.mark.requirement("R-016")
def test_cells_are_given_between_their_release_and_their_expiry(people: People, case: Case) -> None:
    after = {"infused_on": date(2026, 3, 5), "started_at": time(7, 31), "ended_at": time(8)}
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        (after, WrongState, "expired on 5 Mar 2026 at 07:30"),
        ({"started_at": time(7, 59)}, WrongDate, "before the batch was released"),
        ({"infused_on": date(2026, 3, 10), "ended_at": time(23)}, WrongDate, "in the future"),
    ]
    for given, error, words in wrong:
        with pytest.raises(error, match=words):
            infused(*case, people, **given, justification="We were late")
    assert not Infusion.objects.exists()


def test_cells_are_given_up_to_the_minute_of_their_expiry(people: People, case: Case) -> None:
    infused(*case, people, infused_on=date(2026, 3, 5), started_at=time(7, 30), ended_at=time(8))


@pytest.mark.requirement("R-016")
def test_a_destroyed_batch_is_not_given(people: People, case: Case) -> None:
    disposed(case[1], people, what="whole", disposed_on=date(2026, 3, 4))
    with pytest.raises(WrongState, match="was destroyed on 4 Mar 2026"):
        infused(*case, people)


def test_a_disposal_that_cannot_be_right_is_refused(people: People, case: Case) -> None:
    with pytest.raises(WrongState, match="it is the whole batch"):
        disposed(case[1], people)
    infused(*case, people)
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"what": "whole"}, WrongState, "only what was left"),
        ({"reason": " "}, Impossible, "This field cannot be blank"),
        ({"how": "sold"}, Impossible, "not a valid choice"),
        ({"disposed_on": date(2026, 3, 3)}, WrongDate, "before the infusion"),
        ({"disposed_on": date(2026, 3, 11)}, WrongDate, "in the future"),
    ]
    for given, error, words in wrong:
        with pytest.raises(error, match=words):
            disposed(case[1], people, **given)
    assert not Disposal.objects.exists()


def test_what_was_left_is_destroyed_once(people: People, case: Case) -> None:
    infused(*case, people)
    assert disposed(case[1], people, how="returned").get_how_display() == "Returned"
    with pytest.raises(WrongState, match="recorded already"):
        disposed(case[1], people)


def test_vital_signs_are_taken_at_every_time_of_the_protocol_once(
    people: People, case: Case
) -> None:
    plan = protocol.current().product
    assert plan is not None
    infusion = infused(*case, people)
    for one in plan.vital_times:
        vital_signs(infusion, people, point=one.code)
    assert VitalSigns.objects.count() == 6
    with pytest.raises(Impossible, match="recorded already"):
        vital_signs(infusion, people)
    with pytest.raises(Impossible, match="names no such time"):
        vital_signs(infusion, people, point="h3")


def test_vital_signs_no_living_person_has_are_refused(people: People, case: Case) -> None:
    infusion = infused(*case, people)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"pulse": 19}, "between 20 and 250"),
        ({"systolic": 300}, "between 50 and 280"),
        ({"systolic": 70}, "above the diastolic"),
        ({"temperature": Decimal("29.9")}, "between 30 and 43"),
        ({"saturation": 101}, "between 50 and 100"),
    ]
    for given, words in wrong:
        with pytest.raises(Impossible, match=words):
            vital_signs(infusion, people, **given)


def test_the_acts_at_the_bed_are_for_their_roles_and_not_under_a_lock(
    people: People, case: Case
) -> None:
    infusion = infused(*case, people)
    for user in [*lacking(Permission.INFUSE, people), people.carl]:
        with pytest.raises(NotDelegated):
            vital_signs(infusion, people, actor=user)
    for user in [*lacking(Permission.HANDLE_PRODUCT, people), people.carl]:
        with pytest.raises(NotDelegated):
            disposed(case[1], people, actor=user)
        with pytest.raises(NotDelegated):
            services.print_label(product=case[1], actor=user, at=LATER)
    lock(people.dora, participant=case[0])
    for act in (lambda: vital_signs(infusion, people), lambda: disposed(case[1], people)):
        with pytest.raises(Locked):
            act()


@pytest.mark.requirement("R-016")
def test_the_label_says_whose_the_cells_are_until_when_and_for_nobody_else(
    people: People, case: Case
) -> None:
    pdf = services.print_label(product=case[1], actor=people.tess, at=LATER)
    words = words_of(pdf)
    for expected in (
        "Batch B-001", case[0].code, "100 × 10⁶ cells", "91.5 %",
        "5 Mar 2026 07:30 (2026-03-05 06:30 UTC)", "FOR AUTOLOGOUS USE ONLY",
        "For clinical trial use only", "SIMULATED DATA", "Tess Moreau",
    ):  # fmt: skip
        assert expected in words
    assert "OUT OF SPECIFICATION" not in words
    assert services.print_label(product=case[1], actor=people.tess, at=LATER) == pdf
    events = Event.objects.filter(name="label.printed")
    assert [(one.reveals_arm, one.participant) for one in events] == [(True, case[0].code)] * 2


def test_there_is_no_label_before_the_release_and_the_agreement(people: People) -> None:
    product = grown(aspirated(randomized(people), people), people)
    with pytest.raises(WrongState, match="not released"):
        services.print_label(product=product, actor=people.tess, at=LATER)
    release = released_outside(product, people)
    with pytest.raises(WrongState, match="must agree"):
        services.print_label(product=product, actor=people.tess, at=LATER)
    agreed(release, people)
    pdf = services.print_label(product=product, actor=people.tess, at=LATER)
    assert "OUT OF SPECIFICATION" in words_of(pdf)
    assert not VitalSigns.objects.exists()
