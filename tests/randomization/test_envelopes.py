"""On paper: envelopes are printed from the list, and entered in its order afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from randomization import services
from randomization.errors import (
    AllocatedOtherwise,
    ComputedScheme,
    ListExhausted,
    NoEnvelope,
    NotReady,
    OutOfOrder,
)
from randomization.models import Allocation, AllocationList, EnvelopePrint, OpenedEnvelope, Slot
from randomization.vault import arm_of, slot_content
from tests.builders import eligible, enrolled
from tests.paper import pages_of
from tests.people import PASSWORD, People
from tests.randomization.builders import (
    EARLY,
    LATER,
    allocate,
    lacking,
    ready_in_three_arms,
    sealed,
)
from tests.stage import once
from trial import access
from trial import services as trial
from trial.access import Permission
from trial.errors import Locked, ReasonRequired, WrongDate, WrongPassword
from trial.models import Participant
from trial.protocol import current

BEFORE = EARLY - timedelta(days=1)
STRATUM = "all"


def printed(people: People, **given: Any) -> bytes:
    facts: dict[str, Any] = {
        "stratum": STRATUM, "count": 3, "reason": "Works on the network", "password": PASSWORD,
        "actor": people.uma, "at": BEFORE,
    }  # fmt: skip
    return services.print_envelopes(**(facts | given))


def entered(participant: Participant, people: People, **given: Any) -> Allocation:
    facts: dict[str, Any] = {
        "participant": participant, "number": 1, "opened_on": EARLY.date(),
        "opened_time": time(9, 30), "actor": people.ines, "at": EARLY,
    }  # fmt: skip
    return services.enter_envelope(**(facts | given))


@once
def ready(people: People) -> Participant:
    """Somebody eligible, and a list with three envelopes of it on paper."""
    sealed(people)
    printed(people)
    return eligible(people, at=EARLY)


@pytest.mark.requirement("R-013")
def test_the_paper_holds_the_arms_of_the_next_places_and_the_trail_does_not(
    people: People,
) -> None:
    sealed(people, length=6)
    allocate(eligible(people, at=EARLY), people)
    pages = pages_of(printed(people, at=EARLY))
    assert len(pages) == 6
    slots = Slot.objects.select_related("stratum__list__wrapped_key").order_by("position")
    labels = {arm.code: arm.label for arm in current().arms}
    for face, sheet, slot in zip(pages[::2], pages[1::2], slots[1:4], strict=True):
        assert f"Envelope {slot.position}" in face
        assert not any(label in face for label in labels.values())
        assert labels[slot_content(slot).arm] in sheet
    row = EnvelopePrint.objects.get()
    assert (row.first, row.last, row.printed_by) == (2, 4, people.uma)
    event = Event.objects.get(name="envelopes.printed")
    assert event.data == {"stratum": STRATUM, "first": 2, "last": 4}
    assert AllocationList.objects.get().commitment in pages[0]


def test_fewer_are_printed_where_fewer_are_left_and_none_where_none_is(people: People) -> None:
    sealed(people, length=3)
    assert len(pages_of(printed(people, count=50))) == 2 * Slot.objects.count()
    for _ in range(Slot.objects.count()):
        allocate(eligible(people, at=EARLY), people)
    with pytest.raises(ListExhausted):
        printed(people)


def test_printing_is_for_the_keeper_of_the_list_with_password_and_reason(people: People) -> None:
    sealed(people)
    for user in lacking(Permission.MANAGE_LIST, people):
        with pytest.raises(access.NotDelegated):
            printed(people, actor=user)
    with pytest.raises(WrongPassword):
        printed(people, password="guess")
    with pytest.raises(ReasonRequired):
        printed(people, reason=" ")
    assert not EnvelopePrint.objects.exists()


@pytest.mark.requirement("R-013")
def test_an_opened_envelope_is_the_next_place_of_the_list(
    people: People, ready: Participant
) -> None:
    made = entered(ready, people, opened_time=time(0, 30), at=EARLY + timedelta(days=1))
    assert made.slot.position == 1
    assert arm_of(made) == slot_content(made.slot).arm
    kept = OpenedEnvelope.objects.get()
    # Half past midnight in Grenoble is the day before in UTC
    assert (kept.number, kept.opened_at) == (1, datetime(2026, 2, 2, 23, 30, tzinfo=UTC))
    ready.refresh_from_db()
    assert ready.randomized_on == EARLY.date()
    assert Event.objects.filter(name="participant.randomized").count() == 1


def test_entered_again_it_is_the_same_allocation(people: People, ready: Participant) -> None:
    assert entered(ready, people) == entered(ready, people)
    assert OpenedEnvelope.objects.count() == 1
    with pytest.raises(AllocatedOtherwise):
        entered(ready, people, number=2)


def test_somebody_randomized_by_the_system_has_no_envelope(
    people: People, ready: Participant
) -> None:
    allocate(ready, people)
    with pytest.raises(AllocatedOtherwise):
        entered(ready, people)


@pytest.mark.requirement("R-013")
def test_a_number_out_of_the_order_is_refused_and_says_which_is_next(
    people: People, ready: Participant
) -> None:
    allocate(eligible(people, at=EARLY), people)
    for number in (1, 3):
        with pytest.raises(OutOfOrder, match="next envelope of this stratum is number 2"):
            entered(ready, people, number=number)
    assert entered(ready, people, number=2).slot.position == 2


def test_an_envelope_nobody_printed_before_it_was_opened_is_refused(
    people: People, ready: Participant
) -> None:
    for _ in range(3):
        allocate(eligible(people, at=EARLY), people)
    with pytest.raises(NoEnvelope):
        entered(ready, people, number=4)
    printed(people, at=EARLY)
    with pytest.raises(NoEnvelope):
        entered(ready, people, number=4)
    later = EARLY + timedelta(hours=2)
    assert entered(ready, people, number=4, opened_time=time(11), at=later).slot.position == 4


def test_it_asks_for_all_that_randomizing_asks_for(people: People, ready: Participant) -> None:
    with pytest.raises(NotReady):
        entered(enrolled(people), people)
    for user in lacking(Permission.RANDOMIZE, people):
        with pytest.raises(access.NotDelegated):
            entered(ready, people, actor=user)
    with pytest.raises(WrongDate):
        entered(ready, people, opened_time=time(23))
    with pytest.raises(WrongDate):
        entered(ready, people, opened_on=date(2026, 2, 1))
    assert not Allocation.objects.exists()


def test_a_locked_participant_is_refused(people: People, ready: Participant) -> None:
    trial.lock(participant=ready, override_reason="Closed", actor=people.dora, at=EARLY)
    with pytest.raises(Locked):
        entered(ready, people)


def test_a_scheme_that_computes_arms_has_no_envelopes(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.minimized")
    sealed(people, seed=77, length=8)
    with pytest.raises(ComputedScheme):
        printed(people, stratum="GRE/severe")
    with pytest.raises(ComputedScheme):
        entered(ready_in_three_arms(people), people, opened_on=LATER.date(), at=LATER)
    assert not Allocation.objects.exists()


def test_the_pages_print_and_enter(people: People, ready: Participant, client: Client) -> None:
    client.force_login(people.uma)
    address = reverse("allocation-envelopes")
    assert "1 to 3" in client.get(address).content.decode()
    typed = {"stratum": STRATUM, "count": "2", "reason": "Spare", "password": PASSWORD}
    answer = client.post(address, typed)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    refused = client.post(address, typed | {"password": "guess"})
    assert "Spare" in refused.content.decode()
    assert EnvelopePrint.objects.count() == 2
    client.force_login(people.ines)
    page = reverse("envelope-opened", args=[ready.code])
    assert page in client.get(reverse("randomize", args=[ready.code])).content.decode()
    typed = {"number": "7", "opened_on": "2026-02-03", "opened_time": "08:00"}
    assert "is number 1, not 7" in client.post(page, typed).content.decode()
