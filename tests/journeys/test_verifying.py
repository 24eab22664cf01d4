"""A monitor verifies, the site corrects, the monitor finds it and verifies again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders import enrolled, saved
from tests.journeys.desk import Desk, Sit
from tests.people import People


def _picture(desk: Desk, name: str) -> None:
    if folder := os.environ.get("HERMES_SCREENSHOTS"):
        for width in (1280, 360):
            desk.page.set_viewport_size({"width": width, "height": 900})
            desk.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        desk.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.requirement("R-041")
def test_a_change_after_verification_comes_back_to_the_monitor(
    sit: Sit, committed_people: People
) -> None:
    # Given a complete Rankin scale
    participant = enrolled(committed_people)
    saved(participant, "V0", "mrs", committed_people)
    form = f"/participants/{participant.code}/visits/V0/1/mrs/"

    # When the monitor finds it on the home page and verifies the visit
    mona = sit("mona", at="/")
    _picture(mona, "home")
    mona.follows("Verify, GRE", within="main").sees("To verify")
    _picture(mona, "visit-verification")
    mona.presses("Mark this form verified").sees("Verified")
    mona.opens(form).sees("Whole form verified")
    _picture(mona, "record")

    # And the nurse corrects the grade, saying why
    nils = sit("nils", at=form)
    nils.chooses("Global disability grade", "Needs some help")
    nils.picks("Reason for the change", "Transcription error")
    nils.presses("Save the change")

    # Then the monitor reads what changed, and verifies it again
    mona.opens("/?show=changed").sees("Changed", "Nils Berg")
    mona.follows("Verify again, GRE", within="main").sees("Transcription error")
    _picture(mona, "verification")
    mona.presses("Mark the whole form verified").sees("The whole form is verified")
    mona.opens("/verification/changed/").sees("Nothing changed after it was verified.")
    mona.opens("/overview/").sees("By visit")
    _picture(mona, "overview")
