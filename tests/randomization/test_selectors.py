"""What others may read: an arm for those who may know it, counts for the list's keeper, no slot."""

from __future__ import annotations

import inspect
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from randomization import selectors
from randomization.models import Slot
from randomization.selectors import AllocationRow, StratumStatus, TreatmentRow
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import (
    EARLY,
    LATER,
    allocate,
    arm_of,
    infused,
    lacking,
    not_treated,
    randomized_in_three_arms,
    ready,
    sealed,
)
from tests.stage import once
from trial.access import NotDelegated, Permission
from trial.models import Participant


def next_in(arm: str, people: People) -> Participant:
    """The next participant the list puts into an arm."""
    while True:
        participant = allocate(eligible(people, at=EARLY), people)
        if arm_of(participant) == arm:
            return participant


@once
def treated(people: People) -> Participant:
    """A participant allocated to cells and infused."""
    participant, product = ready(people)
    infused(participant, product, people)
    return participant


@pytest.mark.requirement("R-015")
def test_three_facts_are_told_apart_and_what_was_received_is_derived(
    people: People, treated: Participant
) -> None:
    control = next_in("control", people)
    untreated = next_in("cells", people)
    not_treated(untreated, people)
    waiting = next_in("cells", people)
    arms = {row.participant: row.arm for row in selectors.allocation_rows(people.uma)}
    rows = {row.participant: row for row in selectors.treatment_rows(people.uma)}
    for participant, arm, received, reason in (
        (treated, "cells", "cells", ""),
        (control, "control", "control", ""),
        (untreated, "cells", "control", "poor_growth"),
        (waiting, "cells", "control", ""),
    ):
        code = participant.code
        assert (arms[code], rows[code].received, rows[code].reason_not_treated) == (
            arm,
            received,
            reason,
        )


def test_a_row_holds_the_day_at_the_site_and_what_was_given(
    people: People, treated: Participant
) -> None:
    assert selectors.allocation_rows(people.uma) == [
        AllocationRow(treated.code, "cells", date(2026, 2, 3))
    ]
    assert selectors.treatment_rows(people.uma) == [
        TreatmentRow(
            participant=treated.code,
            received="cells",
            infused_on=date(2026, 3, 4),
            cells_millions=Decimal("100.0"),
            viability_percent=Decimal("91.0"),
            volume_ml=Decimal("60.0"),
            reason_not_treated="",
            dose_millions=100,
            complete=True,
        )
    ]
    assert selectors.infusion_dates_unblinded([treated.pk, 0]) == {treated.pk: date(2026, 3, 4)}


def test_in_a_trial_without_a_product_everybody_receives_what_they_were_allocated_to(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    participant = randomized_in_three_arms(people)
    row = selectors.treatment_rows(people.uma)[0]
    assert (row.participant, row.received) == (participant.code, "high")


@pytest.mark.requirement("R-017")
def test_every_selector_that_tells_an_arm_refuses_every_blinded_person(
    people: People, treated: Participant
) -> None:
    for user in lacking(Permission.KNOW_ARMS, people):
        for ask in (
            partial(selectors.allocation_rows, user),
            partial(selectors.treatment_rows, user),
            partial(selectors.allocated_arm, treated, user),
            partial(selectors.received, treated, user),
            partial(selectors.infused_on, treated, user),
            partial(selectors.batches_of, treated, user),
            partial(selectors.participant_of_batch, "B-001", user),
        ):
            with pytest.raises(NotDelegated):
                ask()


@pytest.mark.requirement("R-017")
def test_every_public_selector_takes_the_reader_or_is_for_everybody_or_says_unblinded() -> None:
    for name, function in inspect.getmembers(selectors, inspect.isfunction):
        if function.__module__ != selectors.__name__ or name.startswith("_"):
            continue
        open_to_all = name in {"commitment", "revealed", "sealed_list"} or name.endswith(
            "_unblinded"
        )
        assert open_to_all or "user" in inspect.signature(function).parameters, name


def test_somebody_of_another_site_is_told_nothing_of_this_one(
    people: People, treated: Participant
) -> None:
    assert selectors.allocation_rows(people.carl) == []
    assert selectors.treatment_rows(people.carl) == []
    assert selectors.participant_of_batch("B-001", people.carl) is None
    for ask in (selectors.allocated_arm, selectors.received, selectors.infused_on):
        with pytest.raises(NotDelegated):
            ask(treated, people.carl)


def test_those_who_may_know_are_told(people: People, treated: Participant) -> None:
    for user in (people.ines, people.nils, people.tess, people.uma, people.ivan):
        assert selectors.allocated_arm(treated, user) == "cells"
        assert selectors.received(treated, user) == "cells"
        assert selectors.infused_on(treated, user) == date(2026, 3, 4)
        assert selectors.participant_of_batch("B-001", user) == treated


def test_before_the_randomization_there_is_nothing_to_tell(people: People) -> None:
    participant = eligible(people, at=EARLY)
    assert selectors.allocated_arm(participant, people.ines) is None
    assert selectors.received(participant, people.ines) is None
    assert selectors.infused_on(participant, people.ines) is None


@pytest.mark.requirement("R-013")
def test_how_much_of_the_list_is_left_is_told_to_its_keeper_only(people: People) -> None:
    sealed(people, length=6)
    allocate(eligible(people, at=EARLY), people)
    total = Slot.objects.count()
    status = selectors.list_status(people.uma)
    assert status == [StratumStatus("all", total, 1)]
    assert status[0].left == total - 1
    for user in lacking(Permission.MANAGE_LIST, people):
        with pytest.raises(NotDelegated):
            selectors.list_status(user)


@pytest.mark.requirement("R-011")
def test_everybody_may_see_the_commitment_and_nothing_of_the_list_with_it(people: People) -> None:
    assert (selectors.sealed_list(), selectors.commitment()) == (None, "")
    row = sealed(people, seed=40_417)
    found = selectors.sealed_list()
    assert found is not None
    assert found.commitment == row.commitment == selectors.commitment()
    assert set(asdict(found)) == {"commitment", "algorithm", "purpose", "sealed_at", "made_by"}
    assert "40417" not in str(found)


def test_rows_are_read_in_as_many_queries_whatever_their_number(
    people: People, treated: Participant, django_assert_num_queries: Any
) -> None:
    selectors.treatment_rows(people.uma)
    with django_assert_num_queries(2) as one:
        selectors.treatment_rows(people.uma)
    not_treated(next_in("cells", people), people, at=LATER)
    next_in("control", people)
    with django_assert_num_queries(len(one)):
        assert len(selectors.treatment_rows(people.uma)) > 2
