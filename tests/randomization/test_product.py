"""The batch: grown from one aspiration, then released or failed, once, by a named person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError

from audit.errors import Refused
from audit.models import Event
from randomization import selectors, services
from randomization.errors import Impossible, OutOfLimits
from randomization.models import Aspiration, Product, Release
from tests.people import People
from tests.randomization.builders import (
    LATER,
    aspirated,
    failed,
    grown,
    lacking,
    not_treated,
    randomized,
    released,
)
from tests.stage import once
from trial.access import NotDelegated, Permission
from trial.errors import WrongDate, WrongState

NO_HARVEST = {"harvested_on": None, "cells_millions": None, "viability_percent": None}


@once
def marrow(people: People) -> Aspiration:
    """An aspiration of a participant allocated to cells."""
    return aspirated(randomized(people), people)


@pytest.mark.requirement("R-016")
def test_it_leads_from_batch_to_participant_and_back_in_one_query_each(
    people: People, marrow: Aspiration, django_assert_num_queries: Any
) -> None:
    grown(marrow, people, batch="b-077")
    participant = marrow.participant
    selectors.batches_of(participant, people.tess)
    with django_assert_num_queries(2):
        assert selectors.participant_of_batch("B-077", people.tess) == participant
    with django_assert_num_queries(1):
        assert selectors.batches_of(participant, people.tess) == ["B-077"]


def test_it_is_recorded_with_an_event_that_only_the_unblinded_see(
    people: People, marrow: Aspiration
) -> None:
    product = grown(marrow, people)
    event = Event.objects.get(name="product.recorded")
    assert event.reveals_arm
    assert (event.participant, event.subject_id) == (marrow.participant.code, str(product.pk))


def test_recording_refuses_every_role_that_handles_no_product(
    people: People, marrow: Aspiration
) -> None:
    for user in [*lacking(Permission.HANDLE_PRODUCT, people), people.carl]:
        with pytest.raises(NotDelegated):
            grown(marrow, people, actor=user)
    assert not Product.objects.exists()


def test_recording_refuses_marrow_that_was_not_enough(people: People) -> None:
    marrow = aspirated(randomized(people), people, sufficient=False)
    with pytest.raises(WrongState, match="not enough"):
        grown(marrow, people)


def test_recording_refuses_a_dose_the_protocol_does_not_know(
    people: People, marrow: Aspiration
) -> None:
    with pytest.raises(OutOfLimits, match="100 or 300") as refused:
        grown(marrow, people, dose_millions=200)
    assert refused.value.field == "dose_millions"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"culture_started_on": date(2026, 2, 5)}, "culture_started_on"),
        ({"culture_started_on": date(2026, 3, 11)}, "culture_started_on"),
        ({"harvested_on": date(2026, 2, 5)}, "harvested_on"),
        ({"harvested_on": date(2026, 3, 11)}, "harvested_on"),
    ],
)
def test_recording_refuses_days_out_of_order(
    people: People, marrow: Aspiration, wrong: dict[str, date], field: str
) -> None:
    with pytest.raises(WrongDate) as refused:
        grown(marrow, people, **wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"batch": "b 1"}, "3 to 30"),
        ({"cells_millions": None}, "or none of them"),
        ({"viability_percent": Decimal("100.1")}, "0 to 100"),
        ({"cells_millions": Decimal(-1)}, "below 0"),
        ({"passages": -1}, "greater than or equal to 0"),
    ],
)
def test_recording_refuses_what_a_row_cannot_hold_in_a_sentence(
    people: People, marrow: Aspiration, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        grown(marrow, people, **wrong)


def test_recording_refuses_a_batch_number_used_before(people: People, marrow: Aspiration) -> None:
    grown(marrow, people)
    with pytest.raises(Impossible, match="batch number"):
        grown(marrow, people)


def test_recording_refuses_somebody_who_receives_no_cells(
    people: People, marrow: Aspiration
) -> None:
    not_treated(marrow.participant, people)
    with pytest.raises(WrongState, match="receives no cells"):
        grown(marrow, people)


@pytest.mark.requirement("R-016")
def test_a_failure_keeps_a_reason_of_the_protocol(people: People, marrow: Aspiration) -> None:
    row = failed(grown(marrow, people, **NO_HARVEST), people)
    assert (row.decision, row.reason) == ("failed", "poor_growth")
    assert Event.objects.get(name="product.failed").reveals_arm


def test_a_failure_refuses_a_reason_that_is_not_on_the_list(
    people: People, marrow: Aspiration
) -> None:
    for reason in ("", "bad luck"):
        with pytest.raises(Impossible, match="from the list"):
            failed(grown(marrow, people, batch=f"B-{reason[:3].upper()}X1"), people, reason=reason)


def test_a_failure_refuses_every_role_that_handles_no_product(
    people: People, marrow: Aspiration
) -> None:
    product = grown(marrow, people)
    for user in [*lacking(Permission.HANDLE_PRODUCT, people), people.carl]:
        with pytest.raises(NotDelegated):
            failed(product, people, actor=user)
    assert not Release.objects.exists()


@pytest.mark.parametrize("day", [date(2026, 2, 26), date(2026, 3, 11)])
def test_a_failure_refuses_a_day_before_the_harvest_or_in_the_future(
    people: People, marrow: Aspiration, day: date
) -> None:
    product = grown(marrow, people)
    with pytest.raises(WrongDate):
        failed(product, people, decided_on=day)


def test_a_culture_is_followed_from_passage_to_harvest(people: People, marrow: Aspiration) -> None:
    product = grown(marrow, people, **NO_HARVEST)
    given: dict[str, Any] = {"product": product, "actor": people.tess, "at": LATER}
    first = services.record_passage(passed_on=date(2026, 2, 13), **given)
    second = services.record_passage(
        passed_on=date(2026, 2, 20), cells_millions=Decimal(40), note=" Even ", **given
    )
    assert (first.number, second.number, second.note) == (1, 2, "Even")
    harvest: dict[str, Any] = {"cells_millions": Decimal(110), "viability_percent": Decimal(93)}
    with pytest.raises(WrongDate, match="the last passage"):
        services.record_harvest(harvested_on=date(2026, 2, 19), **harvest, **given)
    found = services.record_harvest(harvested_on=date(2026, 2, 27), **harvest, **given)
    assert (found.passages, found.harvested_on) == (2, date(2026, 2, 27))
    for again in (
        partial(services.record_harvest, harvested_on=date(2026, 2, 27), **harvest),
        partial(services.record_passage, passed_on=date(2026, 2, 28)),
    ):
        with pytest.raises(WrongState, match="harvested already"):
            again(**given)


def test_a_passage_is_not_before_the_one_before_it(people: People, marrow: Aspiration) -> None:
    product = grown(marrow, people, **NO_HARVEST)
    given: dict[str, Any] = {"product": product, "actor": people.tess, "at": LATER}
    services.record_passage(passed_on=date(2026, 2, 13), **given)
    with pytest.raises(WrongDate, match="the passage before"):
        services.record_passage(passed_on=date(2026, 2, 12), **given)


@pytest.mark.parametrize("table", ["historicalproduct", "historicalrelease"])
def test_it_keeps_nothing_when_its_trail_cannot_be_written(
    people: People, marrow: Aspiration, table: str, unwritable: Callable[[str], None]
) -> None:
    unwritable(f"randomization_{table}")
    with pytest.raises(DatabaseError, match="permission denied"):
        released(grown(marrow, people), people)
    assert not Release.objects.exists()
    assert Product.objects.count() == (0 if table == "historicalproduct" else 1)
