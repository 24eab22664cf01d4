"""A nurse, a participant and an NIH Stroke Scale, without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import enrolled
from tests.journeys.desk import Sit
from tests.journeys.keyboard import Keyboard
from tests.people import PASSWORD, People

# 1a 1b 1c 2 3 4 5a 5b 6a 6b 7 8 9 10 11
DIGITS = "000002404001010"
TOTAL, MOTOR = "NIHSS total", "Motor NIHSS, four limbs"


@pytest.mark.requirement("R-086")
def test_it_is_scored_with_the_keyboard_alone(sit: Sit, committed_people: People) -> None:
    # Given a participant who consented on 2 February, and a nurse without a mouse
    participant = enrolled(committed_people)
    desk = sit().opens("/")
    nurse = Keyboard(desk)

    # When she signs in, finds the participant and opens the scale of the inclusion visit
    nurse.tabs_to(desk.page.get_by_label("Name")).types("nils")
    nurse.tabs_to(desk.page.get_by_label("Password")).types(PASSWORD).strikes_for_a_page("Enter")
    nurse.strikes("/").types(participant.code).strikes_for_a_page("Enter")
    nurse.tabs_to(desk.cell("NIHSS", "V0")).strikes_for_a_page("Enter")

    # Then a digit answers the focused item and goes on, and no total shows before the last
    nurse.tabs_to(desk.page.get_by_label("Assessed on")).types("02022026").strikes("Enter")
    assert nurse.is_at("Level of consciousness")
    for place, digit in enumerate(DIGITS[:6]):
        assert (desk.score(TOTAL), desk.score(MOTOR)) == ("—", "—"), place
        nurse.types(digit)
        assert nurse.sees_the_focus(), nurse.focused()
    assert nurse.is_at("Motor arm, left")
    assert desk.answer("Facial palsy") == "2"

    # And Ctrl+S keeps the half as a draft
    nurse.strikes_for_a_page("Control+s")
    desk.sees("draft saved", "6 of 15 answered")

    # And she goes on where she stopped; the motor score shows once its four lines are there
    nurse.tabs_to(desk.item("Motor arm, left").locator("input").first)
    nurse.types(DIGITS[6:9])
    assert desk.score(MOTOR) == "—"
    nurse.types(DIGITS[9])
    assert (desk.score(TOTAL), desk.score(MOTOR)) == ("—", "8")
    nurse.types(DIGITS[10:14])
    assert desk.score(TOTAL) == "—"
    nurse.types(DIGITS[14])
    assert (desk.score(TOTAL), desk.score(MOTOR)) == ("12", "8")
    desk.looks()

    # And the focus waits on the button that completes it; what was saved is told with its scores
    expect(desk.page.get_by_role("button", name="Save as complete")).to_be_focused()
    nurse.strikes_for_a_page("Enter")
    desk.sees("saved as complete", f"{TOTAL} 12", f"{MOTOR} 8")

    # And the participant's page shows both
    nurse.strikes("/").types(participant.code).strikes_for_a_page("Enter")
    expect(desk.cell("NIHSS", "V0")).to_have_text(" Complete")
    assert desk.drawn(TOTAL) == {"V0": "12"}
    assert desk.drawn(MOTOR) == {"V0": "8"}


def test_its_keys_are_listed_untestable_takes_its_reason_and_an_answer_can_be_taken_away(
    sit: Sit, committed_people: People
) -> None:
    # Given the scale open before the nurse
    participant = enrolled(committed_people)
    desk = sit("nils", at=f"/participants/{participant.code}/visits/V0/1/nihss/")
    nurse = Keyboard(desk)

    # When she asks for the keys, Then they are told, and Esc closes them
    nurse.strikes("?")
    expect(desk.page.get_by_role("dialog")).to_contain_text("untestable, then its reason")
    desk.looks()
    nurse.strikes("Escape")
    expect(desk.page.get_by_role("dialog")).to_be_hidden()

    # When an arm is amputated, Then "u" asks for the reason and Enter goes on
    nurse.tabs_to(desk.item("Motor arm, right").locator("input").first).strikes("u")
    nurse.types("amp").strikes("Enter")
    assert desk.answer("Motor arm, right") == "UN"
    assert (
        desk.page.get_by_label("Why Motor arm, right is untestable").input_value() == "amputation"
    )
    assert nurse.is_at("Motor leg, left")

    # When she struck the wrong key, Then Delete takes the answer away
    nurse.types("4").strikes("Shift+Tab")
    assert nurse.is_at("Motor leg, left")
    nurse.strikes("Delete")
    assert desk.answer("Motor leg, left") == ""
    nurse.strikes_for_a_page("Control+s")
    desk.sees("draft saved", "1 of 15 answered")
