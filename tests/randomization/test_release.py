"""The release: every test within its limits, signed; out of them by two people and with why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from audit.acts import act
from audit.models import Event
from randomization import departures, services
from randomization.errors import Impossible, OutOfLimits
from randomization.models import Agreement, Product, Release, ReleaseResult
from randomization.release_tests import holds
from tests.locking import lock
from tests.people import People
from tests.randomization.builders import (
    LATER,
    PASSING,
    agreed,
    aspirated,
    disposed,
    failed,
    grown,
    infused,
    lacking,
    randomized,
    released,
    released_outside,
    with_results,
)
from tests.stage import once
from trial import protocol
from trial.access import NotDelegated, Permission
from trial.errors import (
    Locked,
    ReasonRequired,
    SecondPerson,
    WrongDate,
    WrongPassword,
    WrongState,
)

NO_HARVEST = {"harvested_on": None, "cells_millions": None, "viability_percent": None}


@once
def batch(people: People) -> Product:
    """A harvested batch of 100 million cells ordered, without results."""
    return grown(aspirated(randomized(people), people), people)


# The test, a result, and what the refusal says; empty where the batch is released.
LIMITS: list[tuple[str, Decimal | str | None, str]] = [
    ("viability", Decimal(70), ""),
    ("viability", Decimal("69.99"), "Viability is 69.99 %, the protocol asks for 70 to 100 %."),
    ("viability", Decimal("100.01"), "Viability is 100.01 %"),
    ("viability", None, "Viability has no result."),
    ("count", Decimal(80), ""),
    ("count", Decimal("79.99"), "Cell count is 79.99 × 10⁶, the protocol asks for 80 to 120 × 10"),
    ("count", Decimal(120), ""),
    ("count", Decimal("120.01"), "Cell count is 120.01"),
    ("count", None, "Cell count has no result."),
    ("sterility", "positive", "Sterility is growth, the protocol asks for no growth."),
    ("sterility", "pending", "Sterility is pending."),
    ("sterility", None, "Sterility has no result."),
    ("endotoxin", Decimal(5), ""),
    ("endotoxin", Decimal("5.01"), "is 5.01 EU/mL, the protocol asks for 5 EU/mL or less."),
    ("endotoxin", None, "Endotoxin has no result."),
    ("karyotype", "abnormal", "Karyotype is abnormal, the protocol asks for normal."),
    ("karyotype", "pending", "Karyotype is pending."),
    ("karyotype", None, "Karyotype has no result."),
    ("identity", "differs", "Identity (surface markers) is not as declared"),
    ("identity", "pending", "Identity (surface markers) is pending."),
    ("identity", None, "Identity (surface markers) has no result."),
]  # fmt: skip


@pytest.mark.requirement("R-016")
def test_a_batch_is_released_within_every_limit_and_refused_outside_any(
    people: People, batch: Product
) -> None:
    marrow = batch.aspiration
    for place, (test, result, words) in enumerate(LIMITS):
        product = grown(marrow, people, batch=f"B-1{place:02d}")
        with_results(product, people, **{test: result})
        if not words:
            assert released(product, people).decision == "released"
            continue
        with pytest.raises(OutOfLimits) as refused:
            released(product, people)
        assert words in refused.value.message
        against = refused.value.details["against"]
        assert isinstance(against, list)
        assert len(against) == 1
        assert not Release.objects.filter(product=product).exists()


def test_every_test_of_the_protocol_is_in_the_table_above() -> None:
    plan = protocol.current().product
    assert plan is not None
    for test in plan.tests:
        cases = [result for code, result, words in LIMITS if code == test.code and words]
        assert None in cases, test
        assert any(result not in (None, "pending") for result in cases), test
        assert test.measured or "pending" in cases, test


def test_a_refusal_names_every_test_that_speaks_against_it(people: People, batch: Product) -> None:
    with_results(batch, people, viability=Decimal(50), karyotype="abnormal", sterility=None)
    with pytest.raises(OutOfLimits) as refused:
        released(batch, people)
    for word in ("Viability is 50 %", "Sterility has no result", "Karyotype is abnormal"):
        assert word in refused.value.message


def test_a_count_is_judged_by_the_dose_ordered(people: People) -> None:
    product = grown(aspirated(randomized(people), people), people, dose_millions=300)
    with_results(product, people, count=Decimal(239))
    with pytest.raises(OutOfLimits, match="240 to 360"):
        released(product, people)


@pytest.mark.requirement("R-016")
def test_a_release_holds_who_signed_what_when_and_until_when(
    people: People, batch: Product
) -> None:
    row = released(batch, people)
    assert (row.released_by, row.reason, row.justification) == (people.tess, "", "")
    assert row.signed_at == datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert row.expires_at == datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
    assert holds(Release.objects.get())
    event = Event.objects.get(name="product.released")
    assert (event.reveals_arm, event.actor) == (True, people.tess)


REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"password": "wrong"}, WrongPassword, "password"),
    ({"ready_on": date(2026, 2, 26)}, WrongDate, "before the harvest"),
    ({"ready_at": time(23)}, WrongDate, "in the future"),
    ({"ready_on": date(2026, 3, 2)}, WrongState, "shelf life of this batch is over"),
    ({"seen": "0" * 64}, WrongState, "changed since you opened"),
]


def test_a_release_is_refused_when_it_cannot_be_right(people: People, batch: Product) -> None:
    for wrong, error, words in REFUSED:
        with pytest.raises(error, match=words):
            released(batch, people, **wrong)
    assert not Release.objects.exists()


def test_neither_kind_of_release_is_for_a_role_that_handles_no_product(
    people: People, batch: Product
) -> None:
    with_results(batch, people)
    for user in [*lacking(Permission.HANDLE_PRODUCT, people), people.carl]:
        for release in (released, released_outside):
            with pytest.raises(NotDelegated):
                release(batch, people, actor=user)


def test_a_batch_is_decided_once(people: People, batch: Product) -> None:
    released(batch, people)
    for decide in (released, failed):
        with pytest.raises(WrongState, match="decided already"):
            decide(batch, people)


def test_a_batch_without_a_harvest_or_destroyed_is_not_released(people: People) -> None:
    marrow = aspirated(randomized(people), people)
    with pytest.raises(WrongState, match="no harvest"):
        released(grown(marrow, people, **NO_HARVEST), people)
    gone = grown(marrow, people, batch="B-002")
    with_results(gone, people)
    disposed(gone, people, what="whole", disposed_on=date(2026, 3, 3))
    with pytest.raises(WrongState, match="was destroyed on 3 Mar 2026"):
        released(gone, people)


def test_a_locked_participant_takes_no_result_and_no_release(
    people: People, batch: Product
) -> None:
    with_results(batch, people, sterility="pending")
    lock(people.dora, participant=batch.aspiration.participant)
    for change in (with_results, released, released_outside, failed):
        with pytest.raises(Locked):
            change(batch, people)


def test_a_result_is_corrected_with_a_reason_and_completed_without_one(
    people: People, batch: Product
) -> None:
    with_results(batch, people, sterility="pending")
    with_results(batch, people)
    assert ReleaseResult.objects.get(test="sterility").reading == "negative"
    with pytest.raises(ReasonRequired, match="Viability has a result already"):
        with_results(batch, people, viability=Decimal(60))
    with_results(batch, people, viability=Decimal(60), reason="Read from the wrong line")
    row = ReleaseResult.objects.get(test="viability")
    assert row.number == 60
    assert row.history.latest().history_change_reason == "Read from the wrong line"
    assert row.history.count() == 2


def test_a_result_that_makes_no_sense_is_refused(people: People, batch: Product) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"viability": "good"}, "not recorded this way"),
        ({"sterility": Decimal(1)}, "not recorded this way"),
        ({"sterility": "maybe"}, "Choose a result for sterility"),
        ({"viability": Decimal(-1)}, "below 0"),
    ]
    for given, words in wrong:
        with pytest.raises(Impossible, match=words):
            with_results(batch, people, **given)


def test_a_test_the_protocol_does_not_name_is_refused(people: People, batch: Product) -> None:
    with pytest.raises(Impossible, match="no such release test"):
        services.record_results(
            product=batch, results={"taste": Decimal(1)}, tested_on=date(2026, 3, 3),
            actor=people.tess, at=LATER,
        )  # fmt: skip


@pytest.mark.requirement("R-016")
def test_a_batch_changed_after_its_release_is_released_again_before_it_is_given(
    people: People, batch: Product
) -> None:
    released(batch, people)
    with_results(batch, people, viability=Decimal(88), reason="Counted again")
    participant = batch.aspiration.participant
    with pytest.raises(WrongState, match="must be released again"):
        infused(participant, batch, people)
    released(batch, people)
    assert infused(participant, batch, people).product == batch
    assert Release.objects.get().history.count() == 2


@pytest.mark.requirement("R-016")
def test_out_of_specification_needs_two_people_and_a_justification(
    people: People, batch: Product
) -> None:
    participant = batch.aspiration.participant
    with pytest.raises(ReasonRequired, match="all the same"):
        released_outside(batch, people, justification="  ")
    release = released_outside(batch, people)
    assert release.out_of_specification
    with pytest.raises(WrongState, match="treating physician must agree"):
        infused(participant, batch, people)
    made = agreed(release, people)
    assert (made.agreed_by, Event.objects.get(name="release.agreed").actor) == (
        people.ines,
        people.ines,
    )
    with pytest.raises(WrongState, match="agreed already"):
        agreed(release, people)
    assert infused(participant, batch, people).product == batch
    told = departures.departures(people.ines)
    assert [(one.participant, one.reason) for one in told] == [
        (participant, "No second culture is possible")
    ]


def test_out_of_specification_is_not_for_a_batch_within_its_limits_or_without_a_result(
    people: People, batch: Product
) -> None:
    with_results(batch, people, karyotype=None)
    with pytest.raises(OutOfLimits, match="Karyotype has no result"):
        released_outside(batch, people)
    with_results(batch, people)
    with pytest.raises(WrongState, match="within its limits"):
        released_outside(batch, people)


def test_a_pending_result_can_be_released_out_of_specification(
    people: People, batch: Product
) -> None:
    with_results(batch, people, sterility="pending")
    assert released_outside(batch, people).out_of_specification


def test_the_agreement_is_the_investigators_and_never_of_who_released(
    people: People, batch: Product
) -> None:
    release = released_outside(batch, people)
    for user in [*lacking(Permission.SIGN, people), people.carl]:
        with pytest.raises(NotDelegated):
            agreed(release, people, actor=user)
    with pytest.raises(WrongPassword):
        agreed(release, people, password="wrong")
    with pytest.raises(WrongState, match="changed since you opened"):
        agreed(release, people, seen="0" * 64)
    release.released_by = people.ines
    with act(actor=people.ines, at=LATER):
        release.save()
    with pytest.raises(SecondPerson):
        agreed(release, people)
    assert not Agreement.objects.exists()


def test_a_result_changed_after_the_agreement_takes_both_signatures_away(
    people: People, batch: Product
) -> None:
    release = released_outside(batch, people)
    agreed(release, people)
    with_results(batch, people, viability=Decimal(55), reason="Counted again")
    with pytest.raises(WrongState, match="released again first"):
        agreed(release, people)
    released_outside(batch, people)
    with pytest.raises(WrongState, match="must agree"):
        infused(batch.aspiration.participant, batch, people)
    agreed(release, people)
    infused(batch.aspiration.participant, batch, people)


def test_a_release_keeps_nothing_when_its_trail_cannot_be_written(
    people: People, batch: Product, unwritable: Callable[[str], None]
) -> None:
    with_results(batch, people)
    unwritable("randomization_historicalrelease")
    with pytest.raises(DatabaseError, match="permission denied"):
        released(batch, people)
    assert not Release.objects.exists()


def test_the_results_of_the_builder_are_those_of_the_protocol() -> None:
    plan = protocol.current().product
    assert plan is not None
    assert set(PASSING) == {test.code for test in plan.tests}
