"""Why no cells were given: a fact of its own, which excludes an infusion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError

from audit.errors import Refused
from audit.models import Event
from randomization.errors import Impossible, NoProductArm
from randomization.models import NotTreated
from tests.people import People
from tests.randomization.builders import (
    arm_of,
    aspirated,
    grown,
    infused,
    lacking,
    not_treated,
    randomized,
    released,
)
from tests.stage import once
from trial.access import NotDelegated, Permission
from trial.errors import WrongDate, WrongState
from trial.models import Participant
from trial.protocol import current


@once
def participant(people: People) -> Participant:
    """Somebody allocated to cells."""
    return randomized(people)


@pytest.mark.requirement("R-015")
@pytest.mark.parametrize("reason", sorted(current().not_treated_reasons))
def test_it_keeps_every_reason_of_the_protocol_beside_the_allocation(
    people: People, participant: Participant, reason: str
) -> None:
    row = not_treated(participant, people, reason=reason, note="Moved abroad")
    assert (row.reason, arm_of(participant)) == (reason, "cells")
    event = Event.objects.get(name="not-treated.recorded")
    assert event.reveals_arm
    assert event.actor == people.ines


def test_it_refuses_every_role_that_does_not_infuse(
    people: People, participant: Participant
) -> None:
    for user in [*lacking(Permission.INFUSE, people), people.carl]:
        with pytest.raises(NotDelegated):
            not_treated(participant, people, actor=user)
    assert not NotTreated.objects.exists()


@pytest.mark.requirement("R-015")
def test_it_refuses_somebody_who_was_infused(people: People, participant: Participant) -> None:
    product = grown(aspirated(participant, people), people)
    released(product, people)
    infused(participant, product, people)
    with pytest.raises(WrongState, match="was infused"):
        not_treated(participant, people)


def test_it_refuses_to_be_recorded_twice(people: People, participant: Participant) -> None:
    not_treated(participant, people)
    with pytest.raises(WrongState, match="recorded already"):
        not_treated(participant, people)


@pytest.mark.parametrize("reason", ["", "no idea"])
def test_it_refuses_a_reason_that_is_not_on_the_list(
    people: People, participant: Participant, reason: str
) -> None:
    with pytest.raises(Impossible) as refused:
        not_treated(participant, people, reason=reason)
    assert refused.value.field == "reason"


def test_it_asks_what_another_reason_was(people: People, participant: Participant) -> None:
    with pytest.raises(Refused, match="few words"):
        not_treated(participant, people, reason="other", note="  ")
    not_treated(participant, people, reason="other", note="Moved abroad")


@pytest.mark.parametrize("day", [date(2026, 2, 2), date(2026, 3, 11)])
def test_it_refuses_a_day_before_the_randomization_or_in_the_future(
    people: People, participant: Participant, day: date
) -> None:
    with pytest.raises(WrongDate):
        not_treated(participant, people, decided_on=day)


def test_it_keeps_nothing_when_its_trail_cannot_be_written(
    people: People, participant: Participant, unwritable: Callable[[str], None]
) -> None:
    unwritable("randomization_historicalnottreated")
    with pytest.raises(DatabaseError, match="permission denied"):
        not_treated(participant, people)
    assert not NotTreated.objects.exists()


def test_it_refuses_a_participant_allocated_to_an_arm_without_cells(people: People) -> None:
    with pytest.raises(NoProductArm):
        not_treated(randomized(people, "control"), people)
