"""A nurse asks what an item said before, brings it back, and looks at the record as it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import enrolled, saved
from tests.journeys.desk import Sit
from tests.journeys.keyboard import Keyboard
from tests.monitoring.saves import changed, hours
from tests.people import People

GAZE, FACE = "Horizontal gaze", "Facial palsy"


@pytest.mark.requirement("R-034")
@pytest.mark.requirement("R-035")
def test_an_earlier_value_is_found_in_the_form_and_brought_back(
    sit: Sit, committed_people: People
) -> None:
    # Given a NIHSS whose gaze was changed, and a nurse with an answer she has not saved
    record = saved(enrolled(committed_people), "V0", "nihss", committed_people)
    changed(record, committed_people.nils, at=hours(1), reason="Read the wrong line", gaze=1)
    form = f"/participants/{record.participant.code}/visits/V0/1/nihss/"
    desk = sit("nils", at=form)
    nurse = Keyboard(desk)
    desk.chooses(FACE, "Lower face")

    # When she opens the mark beside the gaze with the keyboard
    mark = desk.item(GAZE).locator(".mark-history")
    desk.item(GAZE).locator("input").first.focus()
    nurse.strikes("Shift+Tab")
    expect(mark).to_be_focused()
    expect(mark).to_have_attribute("aria-expanded", "false")
    nurse.strikes("Enter")

    # Then every value stands below the item, the focus with it, and her answer is still there
    past = desk.item(GAZE).get_by_role("region", name="History of 2 Horizontal gaze")
    expect(past).to_be_focused()
    expect(past).to_contain_text("Read the wrong line")
    expect(mark).to_have_attribute("aria-expanded", "true")
    assert desk.answer(FACE) == "2"
    desk.looks()

    # And Escape closes it, back to the mark; so does the mark itself
    nurse.strikes("Escape")
    expect(past).to_have_count(0)
    expect(mark).to_be_focused()
    nurse.strikes("Enter")
    expect(past).to_be_focused()
    mark.click()
    expect(past).to_have_count(0)
    assert desk.answer(FACE) == "2"

    # When she has saved, and brings the first value back with a reason
    desk.picks("Reason for the change", "Transcription error").presses("Save the change")
    desk.opens(form)
    desk.item(GAZE).locator(".mark-history").click()
    desk.follows("Bring this back").sees("0 Normal", "Bring it back?")
    desk.is_refused("Bring it back").sees("Say why the earlier answer is brought back.")
    desk.picks("Reason for the change", "New or corrected source document")
    desk.presses("Bring it back").sees("Brought back, as a new change.")

    # Then it stands again, and what she changed since stands too
    assert (desk.answer(GAZE), desk.answer(FACE)) == ("0", "2")

    # And the record can be seen as it was, a change at a time, and beside today
    desk.follows("As it stood", within="main").sees("As it stood on")
    desk.presses("Earlier change").presses("Earlier change").sees("Read the wrong line")
    assert desk.item(GAZE).locator(".item-answer").inner_text().startswith("1")
    desk.presses("Compare with today").sees("lines differ", "brought back as of")
    desk.presses("Show everything").sees("Level of consciousness")
