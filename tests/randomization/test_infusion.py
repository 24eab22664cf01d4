"""The infusion: a released batch, its own participant, inside the protocol's limits, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from audit.errors import Refused
from audit.models import Event
from randomization.errors import NoProductArm, OutOfLimits
from randomization.models import Infusion, Product
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import (
    EARLY,
    LATER,
    allocate,
    arm_of,
    aspirated,
    failed,
    grown,
    infused,
    lacking,
    not_treated,
    randomized,
    ready,
    released,
)
from tests.stage import once
from trial import services as trial_services
from trial.access import NotDelegated, Permission
from trial.errors import WrongDate, WrongState
from trial.models import Participant

Case = tuple[Participant, Product]


@once
def case(people: People) -> Case:
    """A participant allocated to cells and the released batch."""
    return ready(people)


@pytest.mark.requirement("R-015")
def test_it_is_a_fact_beside_the_allocation(people: People, case: Case) -> None:
    row = infused(*case, people, started_at=time(10, 5), ended_at=time(10, 50))
    assert (row.cells_millions, row.volume_ml) == (Decimal("100.0"), Decimal("60.0"))
    assert arm_of(case[0]) == "cells"
    event = Event.objects.get(name="infusion.recorded")
    assert event.reveals_arm
    assert event.actor == people.nils


def test_it_plans_the_visits_counted_from_it_hidden_from_the_blinded(
    people: People, case: Case
) -> None:
    assert not case[0].visits.filter(code="INF7").exists()
    infused(*case, people)
    visit = case[0].visits.get(code="INF7")
    assert visit.planned_on == date(2026, 3, 4) + timedelta(days=7)
    assert visit.hidden


def test_it_refuses_every_role_that_does_not_infuse(people: People, case: Case) -> None:
    for user in [*lacking(Permission.INFUSE, people), people.carl]:
        with pytest.raises(NotDelegated):
            infused(*case, people, actor=user)
    assert not Infusion.objects.exists()


def test_it_refuses_a_second_infusion(people: People, case: Case) -> None:
    infused(*case, people)
    with pytest.raises(WrongState, match="recorded already"):
        infused(*case, people)


@pytest.mark.requirement("R-015")
def test_it_refuses_somebody_recorded_as_not_treated(people: People, case: Case) -> None:
    not_treated(case[0], people)
    with pytest.raises(WrongState, match="receives no cells"):
        infused(*case, people)


def test_it_refuses_a_participant_allocated_to_an_arm_without_cells(
    people: People, case: Case
) -> None:
    other = allocate(eligible(people, at=EARLY), people)
    while arm_of(other) != "control":
        other = allocate(eligible(people, at=EARLY), people)
    with pytest.raises(NoProductArm):
        infused(other, case[1], people)


def test_it_refuses_the_batch_of_another_participant(people: People, case: Case) -> None:
    other = allocate(eligible(people, at=EARLY), people)
    while arm_of(other) != "cells":
        other = allocate(eligible(people, at=EARLY), people)
    with pytest.raises(WrongState, match="another participant"):
        infused(other, case[1], people)


def test_it_refuses_a_batch_that_is_not_released(people: People) -> None:
    participant = randomized(people)
    product = grown(aspirated(participant, people), people)
    with pytest.raises(WrongState, match="not released"):
        infused(participant, product, people)


def test_it_refuses_a_batch_that_failed(people: People) -> None:
    participant = randomized(people)
    product = grown(aspirated(participant, people), people)
    failed(product, people)
    with pytest.raises(WrongState, match="not released"):
        infused(participant, product, people)


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 3, 3), "before the release"), (date(2026, 3, 11), "in the future")],
)
def test_it_refuses_a_day_that_cannot_be_right(
    people: People, case: Case, day: date, words: str
) -> None:
    with pytest.raises(WrongDate, match=words):
        infused(*case, people, infused_on=day)


@pytest.mark.requirement("R-016")
@pytest.mark.parametrize(("day", "allowed"), [(date(2026, 3, 8), True), (date(2026, 3, 9), False)])
def test_it_refuses_a_day_past_the_last_the_protocol_allows(
    people: People, day: date, allowed: bool
) -> None:
    case = ready(people, day=day)
    if allowed:
        infused(*case, people, infused_on=day)
        return
    with pytest.raises(OutOfLimits, match="8 Mar 2026, day 42 after the stroke onset"):
        infused(*case, people, infused_on=day)
    assert not Infusion.objects.exists()


@pytest.mark.requirement("R-016")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"volume_ml": Decimal("100.0")}, ""),
        ({"volume_ml": Decimal("100.1")}, "volume_ml"),
        ({"viability_percent": Decimal("70.0")}, ""),
        ({"viability_percent": Decimal("69.9")}, "viability_percent"),
    ],
)
def test_it_refuses_values_outside_the_limits_of_the_protocol(
    people: People, case: Case, values: dict[str, Any], field: str
) -> None:
    if not field:
        infused(*case, people, **values)
        return
    with pytest.raises(OutOfLimits) as refused:
        infused(*case, people, **values)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"cells_millions": Decimal(0)}, "more than 0 cells"),
        ({"volume_ml": Decimal(0)}, "more than 0 mL"),
        ({"started_at": time(11), "ended_at": time(10)}, "end before it starts"),
        ({"complete": False}, "whole dose"),
        ({"interruption": "stopped"}, "whole dose"),
    ],
)
def test_it_refuses_what_a_row_cannot_hold_in_a_sentence(
    people: People, case: Case, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        infused(*case, people, **values)


def test_it_takes_a_stopped_infusion_with_its_reason(people: People, case: Case) -> None:
    row = infused(*case, people, complete=False, interruption=" Shivering after 20 mL ")
    assert row.interruption == "Shivering after 20 mL"


@pytest.mark.parametrize(("day", "refused"), [(date(2026, 3, 4), True), (date(2026, 3, 5), False)])
def test_it_refuses_somebody_who_had_withdrawn_from_the_treatment_by_then(
    people: People, case: Case, day: date, refused: bool
) -> None:
    trial_services.record_withdrawal(
        participant=case[0], withdrawn_on=day, scopes=["treatment"], reason="", actor=people.ines,
        at=LATER,
    )  # fmt: skip
    if refused:
        with pytest.raises(WrongState, match="withdrawn"):
            infused(*case, people)
    else:
        infused(*case, people)


def test_it_refuses_a_day_after_the_death(people: People, case: Case) -> None:
    trial_services.record_death(
        participant=case[0], died_on="2026-03-03", cause="Stroke", actor=people.ines, at=LATER
    )
    with pytest.raises(WrongDate, match="death"):
        infused(*case, people)


def test_a_failed_batch_may_be_followed_by_a_released_one(people: People) -> None:
    participant = randomized(people)
    marrow = aspirated(participant, people)
    failed(grown(marrow, people), people)
    second = grown(marrow, people, batch="B-002")
    released(second, people)
    assert infused(participant, second, people).product == second


def test_it_keeps_nothing_when_its_trail_cannot_be_written(
    people: People, case: Case, unwritable: Callable[[str], None]
) -> None:
    unwritable("randomization_historicalinfusion")
    with pytest.raises(DatabaseError, match="permission denied"):
        infused(*case, people)
    assert not Infusion.objects.exists()
    assert not case[0].visits.filter(code="INF7").exists()
