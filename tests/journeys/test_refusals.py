"""What is wrong is refused, said where it is, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import enrolled, saved
from tests.journeys.desk import Desk, Sit
from tests.journeys.refusal import assert_refused
from tests.people import People

TYPED = {
    "Level of consciousness": "1",
    "Facial palsy": "2",
    "Motor leg, left": "3",
    "Best language": "1",
}
WORDS = {
    "Level of consciousness": "Rouses",
    "Facial palsy": "Lower face",
    "Motor leg, left": "No lift",
    "Best language": "Mild",
}


@pytest.fixture
def nils(sit: Sit, committed_people: People) -> Desk:
    """Given the study nurse before a half-answered NIHSS of the inclusion visit."""
    participant = enrolled(committed_people)
    desk = sit("nils", at=f"/participants/{participant.code}/visits/V0/1/nihss/")
    desk.fills("Assessed on", "2026-02-02")
    for item, words in WORDS.items():
        desk.chooses(item, words)
    return desk


def keeps_what_was_typed(desk: Desk) -> None:
    """Then every answer and the date stand where they were."""
    assert {item: desk.answer(item) for item in TYPED} == TYPED
    assert desk.answer("Assessed on") == "2026-02-02"


@pytest.mark.requirement("R-033")
def test_it_refuses_a_value_sent_past_the_cards(nils: Desk) -> None:
    # When the page is tampered with and sends a gaze of 9
    nils.chooses("Horizontal gaze", "Forced deviation")
    nils.page.locator("input[name=gaze]:checked").evaluate("one => one.value = '9'")
    nils.is_refused("Save as complete")

    # Then it is refused at the item, and the rest is kept
    assert_refused(nils, "2 Horizontal gaze", "9 is not one of 0, 1, 2")
    keeps_what_was_typed(nils)


def test_it_refuses_untestable_without_its_reason(nils: Desk) -> None:
    # When an arm is untestable and nobody says why
    nils.chooses("Motor arm, left", "Untestable").is_refused("Save draft")

    # Then the reason is asked for beside the item, and the rest is kept
    assert_refused(nils, "5a Motor arm, left", "needs a reason")
    assert nils.answer("Motor arm, left") == "UN"
    keeps_what_was_typed(nils)

    # And with the reason it is saved
    nils.picks("Why Motor arm, left is untestable", "Amputation").presses("Save draft")
    nils.sees("draft saved")
    keeps_what_was_typed(nils)


def test_it_refuses_a_complete_form_that_is_not_and_names_what_is_missing(nils: Desk) -> None:
    # When four of fifteen lines are called complete
    nils.is_refused("Save as complete")

    # Then each missing line is named, and the rest is kept
    assert_refused(nils, "2 Horizontal gaze", "Not answered.")
    expect(nils.page.locator(".summary li")).to_have_count(11)
    keeps_what_was_typed(nils)

    # And a missing date is told together with them, not after them
    nils.fills("Assessed on", "").is_refused("Save as complete")
    assert_refused(nils, "Assessed on", "Give the date of the assessment.")
    expect(nils.page.locator(".summary li")).to_have_count(12)


@pytest.mark.requirement("R-024")
def test_two_people_at_one_form_lose_nothing(sit: Sit, committed_people: People) -> None:
    # Given a complete NIHSS that the nurse and the investigator both have before them
    participant = enrolled(committed_people)
    saved(participant, "V0", "nihss", committed_people)
    address = f"/participants/{participant.code}/visits/V0/1/nihss/"
    nils, ines = sit("nils", at=address), sit("ines", javascript=False).opens(address)

    # When the nurse corrects two lines, and then the investigator saves what she had typed
    nils.chooses("Best language", "Severe aphasia").chooses("Facial palsy", "Lower face")
    nils.picks("Reason for the change", "Transcription error").presses("Save the change")
    ines.chooses("Best language", "Mild").chooses("Horizontal gaze", "Partial")
    ines.picks("Reason for the change", "Other").fills("In your words", "seen again at noon")
    ines.is_refused("Save the change")

    # Then she is told whose answers stand there, and what is taken over without a question
    expect(ines.page.locator(".summary")).to_be_focused()
    ines.sees("Both of you answered", "Nils Berg", "Severe aphasia", "Mild", "Lower face")
    assert ines.answer("9 Best language") == ""
    expect(ines.page.get_by_label("In your words")).to_have_value("seen again at noon")

    # And she has to choose where both answered, and only there
    ines.is_refused("Save these answers")
    assert_refused(ines, "9 Best language", "Choose which answer stands.")
    ines.chooses("9 Best language", "keep mine").presses("Save these answers")

    # And both people's work is saved
    ines.sees("saved as complete").opens(address)
    wanted = {"Best language": "1", "Facial palsy": "2", "Horizontal gaze": "1"}
    assert {item: ines.answer(item) for item in wanted} == wanted


def test_it_asks_for_the_reason_of_a_change_beside_the_change(
    sit: Sit, committed_people: People
) -> None:
    # Given a complete grade
    participant = enrolled(committed_people)
    saved(participant, "V0", "mrs", committed_people, grade=3)
    nils = sit("nils", at=f"/participants/{participant.code}/visits/V0/1/mrs/")
    expect(nils.page.get_by_label("Reason for the change")).to_be_hidden()

    # When it changes, Then a reason is asked for, and without one it is refused
    nils.chooses("Global disability grade", "Symptoms, but")
    expect(nils.page.get_by_label("Reason for the change")).to_be_visible()
    nils.is_refused("Save the change")
    assert_refused(nils, "Reason for the change", "A saved answer has changed: say why.")
    assert nils.answer("Global disability grade") == "1"
