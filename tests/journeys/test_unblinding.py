"""An assessor must know in an emergency: told at once, alone, and the others hear of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from randomization import services
from tests.builders import eligible
from tests.journeys.desk import PHONE, Sit
from tests.people import AT, PASSWORD, People
from tests.world import seal

ARM = "Mesenchymal stem cells"


@pytest.mark.requirement("R-018")
def test_an_emergency_tells_one_person_and_the_others_that_it_happened(
    sit: Sit, committed_people: People
) -> None:
    # Given a randomized participant and an assessor who works blinded
    seal(committed_people, first="cells")
    participant = eligible(committed_people)
    services.randomize(participant=participant, actor=committed_people.ines, at=AT)
    otto = sit("otto", at=f"/participants/{participant.code}/").sees_nothing_of(ARM)

    # When he asks, nothing is chosen for him, and a wrong password shows nothing
    otto.follows("Ask for an unblinding", within="main")
    assert otto.main.locator("input:checked").count() == 0
    otto.main.locator("input[value=emergency]").check()
    otto.fills("Your password", "not mine").is_refused("Ask")
    otto.sees("Nothing was recorded").sees_nothing_of(ARM)

    # And with his own the arm stands there at once, and on no other page
    otto.fills("Your password", PASSWORD).presses("Ask")
    otto.sees(f"{participant.code} was allocated to: {ARM}", "Only you read this, Otto Lind")
    if folder := os.environ.get("HERMES_SCREENSHOTS"):
        otto.page.screenshot(path=Path(folder) / "unblinding.png", full_page=True)
        otto.page.set_viewport_size(PHONE)
        otto.page.screenshot(path=Path(folder) / "unblinding-360.png", full_page=True)
    otto.follows("I have read it").sees_nothing_of(ARM)
    otto.opens(f"/participants/{participant.code}/").sees_nothing_of(ARM)

    # And the monitor is told to whom, why and when, and meets no arm
    mona = sit("mona").sees("Unblinded", "To Otto Lind: medical emergency")
    mona.follows("Unblinding", within="nav").follows(participant.code, within="main").sees(
        "Medical emergency", "at once"
    )
    mona.sees_nothing_of(ARM)
