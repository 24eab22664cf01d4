"""Running low: told to the keeper of the list, and to nobody else."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from monitoring.overview.deviations import deviations
from monitoring.selectors import events_for
from randomization import selectors, services
from randomization.low_water import MARGIN, is_low
from randomization.models import Allocation, Slot
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import (
    EARLY,
    allocate,
    answer_all,
    arm_of,
    lacking,
    randomized,
    sealed,
)
from trial.access import Permission

TODAY = date(2026, 2, 3)
(LOW_LIST,) = MARGIN.lists


def used_up_to_a_fifth(people: People) -> int:
    """A short list, used until it is low for the first time; how many places are left."""
    sealed(people, length=6)
    places = Slot.objects.count()
    while not is_low(places - Allocation.objects.count(), places):
        assert LOW_LIST.count(people.uma, TODAY) is None
        assert not Event.objects.filter(name="list.low").exists()
        allocate(eligible(people, at=EARLY), people)
    return places - Allocation.objects.count()


def test_a_fifth_of_the_places_is_low() -> None:
    assert [is_low(left, 30) for left in (30, 7, 6, 1, 0)] == [False, False, True, True, True]


@pytest.mark.requirement("R-013")
def test_the_unblinded_statistician_is_told_once_and_nobody_else_meets_the_warning(
    people: People, client: Client
) -> None:
    left = used_up_to_a_fifth(people)
    assert LOW_LIST.count(people.uma, TODAY) == 1
    (task,) = LOW_LIST.tasks(people.uma, TODAY, 5)
    assert task.what.startswith(f"{left} of")
    event = Event.objects.get(name="list.low")
    assert event.data == {"stratum": "all", "left": left}
    assert event.reveals_arm
    for user in lacking(Permission.MANAGE_LIST, people):
        assert LOW_LIST.count(user, TODAY) is None
        assert LOW_LIST.tasks(user, TODAY, 5) == []
        # An inspector reads the whole trail.
        meets = Event.objects.filter(events_for(user), name="list.low").exists()
        assert not meets or user == people.ivan
    for user in (people.uma, people.ines, people.mona):
        client.force_login(user)
        page = client.get(reverse("home")).content.decode()
        assert ("Strata running low" in page) == (user == people.uma)
    if left:
        allocate(eligible(people, at=EARLY), people)
    assert Event.objects.filter(name="list.low").count() == 1


@pytest.mark.requirement("R-005")
def test_somebody_found_ineligible_afterwards_stays_allocated_and_is_a_deviation(
    people: People,
) -> None:
    participant = randomized(people)
    arm = arm_of(participant)
    assert deviations(people.mona) == []
    answer_all(participant, people, E4=True)
    (found,) = [one for one in deviations(people.mona) if one.kind == "ineligible"]
    assert (found.participant, found.reason) == (participant.code, "New source")
    assert "E4" in found.what
    assert found.words == "Randomized, not eligible"
    assert found.href == reverse("eligibility", args=(participant.code,))
    assert arm_of(participant) == arm == selectors.allocated_arm(participant, people.ines)
    again = services.randomize(participant=participant, actor=people.ines, at=EARLY)
    assert again == Allocation.objects.get()
    answer_all(participant, people)
    assert not [one for one in deviations(people.mona) if one.kind == "ineligible"]
