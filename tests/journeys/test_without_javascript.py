"""The same work in a browser whose scripts are switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import enrolled
from tests.journeys.desk import Sit
from tests.journeys.refusal import assert_refused
from tests.people import People


@pytest.mark.requirement("R-086")
def test_a_grade_is_entered_and_saved(sit: Sit, committed_people: People) -> None:
    # Given a participant, and a nurse whose browser runs no script
    participant = enrolled(committed_people)
    nils = sit("nils", javascript=False)
    nils.fills("Find a participant", participant.code).searches()
    expect(nils.cell("mRS", "V0")).to_be_visible()

    # When the form is sent without an answer, Then it is refused like everywhere
    nils.opens(f"/participants/{participant.code}/visits/V0/1/mrs/")
    nils.fills("Assessed on", "2026-02-02").is_refused("Save as complete")
    assert_refused(nils, "1 Global disability grade", "Not answered.")
    assert nils.answer("Assessed on") == "2026-02-02"

    # And with the answer it is saved, and shows on the participant's page
    nils.chooses("Global disability grade", "Needs some help").presses("Save as complete")
    nils.sees("saved as complete", "mRS grade 3")
    nils.opens(f"/participants/{participant.code}/")
    expect(nils.cell("mRS", "V0")).to_contain_text("Complete")
    assert nils.drawn("mRS") == {"V0": "3"}

    # And what is saved is changed with its reason
    nils.opens(f"/participants/{participant.code}/visits/V0/1/mrs/")
    nils.chooses("Global disability grade", "Cannot walk")
    nils.picks("Reason for the change", "Transcription error").presses("Save the change")
    nils.sees("mRS grade 4").signs_out().sees("Hermes")
