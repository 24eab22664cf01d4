"""What was typed and not saved comes back: to whoever typed it, and to nobody else."""

from __future__ import annotations

import json

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.builders import CONSENTED_ON, enrolled, lowest_answers, visit_of
from tests.journeys.desk import Desk, Sit
from tests.people import AT, People
from trial import services
from trial.models import Participant

pytestmark = pytest.mark.requirement("R-025")
TYPED = {"Level of consciousness": "1", "Horizontal gaze": "2"}
OFFER = "You have unsaved answers from"


def address(participant: Participant) -> str:
    """The NIHSS of the first visit."""
    return f"/participants/{participant.code}/visits/V0/1/nihss/"


def types(desk: Desk) -> Desk:
    """Two answers and the date, kept by the browser."""
    desk.chooses("Level of consciousness", "Rouses").chooses("Horizontal gaze", "Forced")
    desk.fills("Assessed on", "2026-02-02")
    expect(desk.page.locator("form[data-record]")).to_have_attribute("data-stored", "")
    return desk


def has_typed(desk: Desk) -> None:
    """Then the two answers and the date stand there."""
    assert {item: desk.answer(item) for item in TYPED} == TYPED
    assert desk.answer("Assessed on") == "2026-02-02"


def stored(desk: Desk) -> str:
    """Everything this browser keeps, as somebody finds it who takes the disk."""
    found: dict[str, str] = desk.page.evaluate("() => ({...localStorage, ...sessionStorage})")
    return json.dumps({name: one for name, one in found.items() if name.startswith("hermes.")})


def brings_back(desk: Desk) -> Desk:
    """Take the offer."""
    desk.sees(OFFER).page.get_by_role("button", name="Bring them back").click()
    return desk


def test_a_session_that_ends_in_the_middle_takes_no_answer_with_it(
    sit: Sit, committed_people: People
) -> None:
    # Given answers in a form, and a session that is over
    participant = enrolled(committed_people)
    nils = types(sit("nils", at=address(participant)))
    Session.objects.all().delete()

    # When the nurse saves, Then the sign-in page says that they are kept
    nils.presses("Save draft").sees("not saved are kept on this computer")

    # And the disk tells neither a participant, nor a person, nor an answer
    kept = stored(nils)
    assert kept.count("hermes.unsaved.") == 1
    for secret in (participant.code, "nihss", "nils", "gaze", "2026-02-02", "participants"):
        assert secret not in kept

    # And after signing in they come back into the same form, and are saved once
    brings_back(nils.signs_in("nils"))
    has_typed(nils)
    nils.presses("Save draft").sees("draft saved")
    has_typed(nils)
    expect(nils.page.locator("[data-unsaved]")).to_be_hidden()
    nils.page.wait_for_function(
        "() => !Object.keys(localStorage).some((one) => one.includes('uns'))"
    )


def test_a_closed_tab_gives_them_back_to_nobody_else(sit: Sit, committed_people: People) -> None:
    # Given answers in a tab that was closed
    participant = enrolled(committed_people)
    desk = types(sit("nils", at=address(participant))).closes_the_tab()

    # When somebody else signs in in the same browser, Then nothing is offered
    desk.opens("/").signs_out().signs_in("ines")
    with desk.page.expect_response("**/draft-key/"):
        desk.opens(address(participant))
    desk.chooses("Facial palsy", "Lower face")
    expect(desk.page.locator("form[data-record]")).to_have_attribute("data-stored", "")
    expect(desk.page.locator("[data-unsaved]")).to_be_hidden()
    assert desk.answer("Horizontal gaze") == ""
    assert stored(desk).count("hermes.unsaved.") == 2

    # When the form is saved meanwhile, and the nurse is back
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", version=0, complete=False,
        answers=lowest_answers("nihss", face=2), assessed_on=CONSENTED_ON,
        actor=committed_people.ines, at=AT,
    )  # fmt: skip
    desk.closes_the_tab().opens("/").signs_out().signs_in("nils").opens(address(participant))
    desk.sees("This form was saved since then")
    brings_back(desk)
    has_typed(desk)

    # Then saving shows both versions, and she decides
    desk.is_refused("Save draft").sees("Both of you answered", "Ines Roth", "Taken over")
    desk.chooses("1a Level of consciousness", "keep mine")
    desk.chooses("2 Horizontal gaze", "keep mine").picks("Reason for the change", "Typing error")
    desk.presses("Save draft").sees("draft saved")
    has_typed(desk)
    assert desk.answer("Facial palsy") == "2"


def test_going_back_after_somebody_else_signed_in_shows_them_none(
    sit: Sit, committed_people: People
) -> None:
    # Given answers in a form the nurse leaves without saving, and signs out
    participant = enrolled(committed_people)
    desk = types(sit("nils", at=address(participant)))
    desk.opens("/").signs_out().signs_in("ines")

    # When somebody else goes back in the same tab, as far as that form
    while "/nihss/" not in desk.page.url:
        desk.goes_back()

    # Then it is their own form, and none of the answers is in it
    desk.reloads()
    assert {desk.answer(item) for item in TYPED} == {""}
    assert desk.answer("Assessed on") == ""


def test_a_cut_line_and_a_session_near_its_end_are_told_on_the_page(
    sit: Sit, committed_people: People
) -> None:
    # Given answers in a form, and no connection any more
    participant = enrolled(committed_people)
    desk = sit("nils")
    desk.page.clock.install()
    types(desk.opens(address(participant)))
    desk.context.set_offline(True)

    # When the nurse saves, Then she stays on her page and is told
    desk.page.get_by_role("button", name="Save draft").click()
    desk.sees("Not saved: no connection to the server. Everything typed is kept; try again.")
    desk.looks()
    has_typed(desk)
    desk.context.set_offline(False)

    # When she leaves it for long, Then she is warned in time, and a word keeps the session
    soon = desk.page.get_by_text("Without a sign of you")
    expect(soon).to_be_hidden()
    desk.page.clock.fast_forward("26:00")
    expect(soon).to_contain_text("signed out in 4 min")
    desk.page.get_by_role("button", name="Stay signed in").click()
    expect(soon).to_be_hidden()

    # And with the line back it is saved
    desk.presses("Save draft").sees("draft saved")
    has_typed(desk)
