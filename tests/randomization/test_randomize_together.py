"""Randomizing all at once: real threads, real commits. Two hundred: test_randomize_over_http."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from audit.models import Event
from randomization import services
from randomization.errors import ListExhausted
from randomization.models import Allocation, Slot
from tests.at_once import THREADS, all_at_once
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import EARLY, sealed
from trial.models import Participant

PARTICIPANTS = 60


def randomizing(participant: Participant, people: People) -> Callable[[], Allocation]:
    """The act, for a thread."""
    return lambda: services.randomize(participant=participant, actor=people.ines, at=EARLY)


@pytest.mark.requirement("R-012")
def test_sixteen_clicks_on_one_participant_give_one_allocation(committed_people: People) -> None:
    people = committed_people
    sealed(people)
    participant = eligible(people, at=EARLY)

    given = all_at_once([randomizing(participant, people)] * THREADS)

    assert len({row.pk for row in given}) == 1
    assert Allocation.objects.count() == 1
    assert Event.objects.filter(name="participant.randomized").count() == 1


@pytest.mark.requirement("R-013")
def test_the_last_slots_go_to_as_many_as_there_are_and_the_others_are_refused(
    committed_people: People,
) -> None:
    people = committed_people
    sealed(people, length=1)
    left = Slot.objects.count()
    participants = [eligible(people, at=EARLY) for _ in range(left + 5)]

    def attempt(participant: Participant) -> Callable[[], str]:
        def act() -> str:
            try:
                services.randomize(participant=participant, actor=people.ines, at=EARLY)
            except ListExhausted:
                return "refused"
            return "allocated"

        return act

    answers = Counter(all_at_once([attempt(participant) for participant in participants]))
    assert answers == {"allocated": left, "refused": 5}
    assert Allocation.objects.count() == left
