"""Several people at once: real threads, real commits, no number twice, no save lost."""

from __future__ import annotations

from functools import partial

import pytest

from safety import services
from safety.models import AdverseEvent
from tests.at_once import all_at_once
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.reports import reported
from trial.errors import Stale

THREADS = 6


def test_reports_at_once_are_numbered_without_gap(committed_people: People) -> None:
    participant = enrolled(committed_people)
    all_at_once([partial(reported, committed_people, participant)] * THREADS)
    numbers = participant.adverse_events.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6]


@pytest.mark.requirement("R-024")
def test_of_changes_at_once_one_is_saved_and_the_others_are_told(committed_people: People) -> None:
    event = reported(committed_people)

    def amend(place: int) -> AdverseEvent | Stale:
        try:
            return services.amend_ae(
                ae=event, version=1, actor=committed_people.nils, at=AT, reason="Source",
                term=f"Headache {place}",
            )  # fmt: skip
        except Stale as stale:
            return stale

    answers = all_at_once([partial(amend, place) for place in range(THREADS)])
    stale = [answer for answer in answers if isinstance(answer, Stale)]
    event.refresh_from_db()
    assert (len(stale), event.version, event.history.count()) == (THREADS - 1, 2, 2)
    shown = {answer.details["answers"]["term"] for answer in stale}
    assert shown == {event.term}
