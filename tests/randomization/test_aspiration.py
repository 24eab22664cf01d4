"""Marrow aspiration: the start of the chain, for participants allocated to cells only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError

from audit.errors import Refused
from audit.models import Event
from randomization.errors import Impossible, NoProductArm
from randomization.models import Aspiration
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import (
    EARLY,
    LATER,
    aspirated,
    grown,
    infused,
    lacking,
    not_treated,
    randomized,
    released,
)
from tests.stage import once
from trial import services as trial_services
from trial.access import NotDelegated, Permission
from trial.errors import WrongDate, WrongState
from trial.models import Participant


@once
def participant(people: People) -> Participant:
    """Somebody allocated to cells."""
    return randomized(people)


@pytest.mark.requirement("R-016")
def test_it_is_recorded_with_its_sample_and_an_event_that_only_the_unblinded_see(
    people: People,
    participant: Participant,
) -> None:
    row = aspirated(participant, people, sample=" s-017 ", complications=" haematoma ")
    assert (row.sample, row.complications, row.volume_ml) == (
        "S-017",
        "haematoma",
        Decimal("42.5"),
    )
    event = Event.objects.get(name="aspiration.recorded")
    assert event.reveals_arm
    assert (event.participant, event.actor) == (participant.code, people.tess)
    assert row.history.get().history_user == people.tess


def test_a_second_one_is_another_record(people: People, participant: Participant) -> None:
    aspirated(participant, people, sufficient=False)
    aspirated(participant, people, sample="S-002", aspirated_on=date(2026, 2, 9))
    assert participant.aspirations.count() == 2


def test_it_refuses_every_role_that_handles_no_product(
    people: People, participant: Participant
) -> None:
    for user in lacking(Permission.HANDLE_PRODUCT, people):
        with pytest.raises(NotDelegated):
            aspirated(participant, people, actor=user)
    assert not Aspiration.objects.exists()


def test_it_refuses_somebody_from_another_site(people: People, participant: Participant) -> None:
    with pytest.raises(NotDelegated):
        aspirated(participant, people, actor=people.carl)


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 2, 2), "before the randomization"), (date(2026, 3, 11), "in the future")],
)
def test_it_refuses_a_day_that_cannot_be_right(
    people: People, participant: Participant, day: date, words: str
) -> None:
    with pytest.raises(WrongDate, match=words) as refused:
        aspirated(participant, people, aspirated_on=day)
    assert refused.value.field == "aspirated_on"


def test_it_refuses_a_day_after_the_death(people: People, participant: Participant) -> None:
    trial_services.record_death(
        participant=participant, died_on="2026-02-05", cause="Stroke", actor=people.ines, at=LATER
    )
    with pytest.raises(WrongDate, match="death"):
        aspirated(participant, people)


def test_it_refuses_a_sample_number_used_before(people: People, participant: Participant) -> None:
    aspirated(participant, people)
    with pytest.raises(Impossible, match="Another aspiration"):
        aspirated(participant, people)


def test_it_refuses_marrow_for_somebody_who_receives_no_cells(
    people: People, participant: Participant
) -> None:
    not_treated(participant, people)
    with pytest.raises(WrongState, match="receives no cells"):
        aspirated(participant, people)


def test_it_refuses_marrow_after_the_infusion(people: People, participant: Participant) -> None:
    product = grown(aspirated(participant, people), people)
    released(product, people)
    infused(participant, product, people)
    with pytest.raises(WrongState, match="infused"):
        aspirated(participant, people, sample="S-002")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"volume_ml": Decimal(0)}, "more than 0"),
        ({"sample": "x"}, "3 to 30"),
        ({"side": "knee"}, "not a valid choice"),
        ({"anaesthesia": "vodka"}, "not a valid choice"),
        ({"complications": "x" * 201}, "200"),
    ],
)
def test_it_refuses_what_a_row_cannot_hold_in_a_sentence(
    people: People, participant: Participant, wrong: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        aspirated(participant, people, **wrong)


def test_it_keeps_nothing_when_its_trail_cannot_be_written(
    people: People, participant: Participant, unwritable: Callable[[str], None]
) -> None:
    unwritable("randomization_historicalaspiration")
    with pytest.raises(DatabaseError, match="permission denied"):
        aspirated(participant, people)
    assert not Aspiration.objects.exists()
    assert not Event.objects.filter(name="aspiration.recorded").exists()


def test_it_refuses_a_participant_allocated_to_an_arm_without_cells(people: People) -> None:
    with pytest.raises(NoProductArm):
        aspirated(randomized(people, "control"), people)


def test_it_refuses_a_participant_who_is_not_randomized(people: People) -> None:
    with pytest.raises(NoProductArm, match="not randomized"):
        aspirated(eligible(people, at=EARLY), people)
