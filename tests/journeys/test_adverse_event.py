"""An adverse event becomes serious."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.builders import enrolled
from tests.journeys.desk import Sit
from tests.journeys.refusal import assert_refused
from tests.people import People


@pytest.mark.requirement("R-050")
@pytest.mark.requirement("R-051")
def test_it_becomes_serious_in_place_with_its_criteria(sit: Sit, committed_people: People) -> None:
    # Given a participant with a seizure of which only the month is known
    participant = enrolled(committed_people)
    nils = sit("nils", at=f"/participants/{participant.code}/").follows("Adverse event", "main")
    nils.fills("What happened", "Seizure at home").picks("Category", "Seizure or epilepsy")
    nils.fills("Began on", "2026-03").chooses("Severity", "Moderate").chooses("Serious", "No")
    nils.chooses("Related to the study treatment", "Unlikely").chooses("What was done", "Watched")
    nils.chooses("Outcome", "Unknown").presses("Record the event").sees("is recorded.")
    assert nils.answer("Began on") == "2026-03"
    expect(nils.box("Reason for the change")).to_be_hidden()

    # When it turns out that it led to hospital, and the nurse says serious and not why
    nils.chooses("Serious", "Yes")
    expect(nils.box("Reason for the change")).to_be_visible()
    nils.is_refused("Save")

    # Then the criteria are demanded, and everything is still there, the half-known date too
    assert_refused(nils, "Why it is serious", "A serious event meets a criterion")
    assert nils.answer("Serious") == "yes"
    assert nils.answer("Began on") == "2026-03"
    assert nils.answer("What happened") == "Seizure at home"

    # And with the criterion, the time she learnt of it, and the reason, it is saved
    nils.ticks("Led to admission to hospital, or made a stay longer")
    nils.fills("Aware since", f"{timezone.now():%Y-%m-%dT%H:%M}")
    nils.picks("Reason for the change", "New or corrected source document").presses("Save")
    nils.sees("is saved.", "Serious")

    # And it leads the list, with its clock and its month
    nils.follows("Adverse events", within="nav.sections")
    line = nils.line("Seizure at home")
    for words in (participant.code, "Mar 2026", "Moderate", "Serious", "left"):
        assert words in line, (words, line)


def test_it_asks_for_everything_an_empty_event_lacks(sit: Sit, committed_people: People) -> None:
    # Given the empty form
    participant = enrolled(committed_people)
    nils = sit("nils", at=f"/participants/{participant.code}/adverse-events/new/")

    # When a day that does not exist is typed and nothing else
    nils.fills("Began on", "2026-02-30").is_refused("Record the event")

    # Then each item says what it lacks, and the day stands as typed
    assert_refused(nils, "Began on", "There is no such date. Write the date as")
    assert nils.answer("Began on") == "2026-02-30"
    expect(nils.page.locator(".summary li")).to_have_count(8)
