"""The picture of the README, taken of the page it shows.

Taken only where HERMES_SCREENSHOTS names a folder: a test run changes no file of the project.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.clinic import followed
from tests.journeys.desk import Sit
from tests.people import People
from tests.world import seal


def test_it_shows_the_whole_person_on_one_page(sit: Sit, committed_people: People) -> None:
    # Given a participant with a year of visits behind
    seal(committed_people, first="control")
    participant = followed(committed_people)

    # When the nurse opens the participant's page
    nils = sit("nils", at=f"/participants/{participant.code}/")

    # Then every state of a form stands in the grid, and the scores are drawn
    for form, visit, state in (
        ("NIHSS", "V0", "Signed"),
        ("mRS", "M6", "Complete"),
        ("Rehab", "M6", "Draft"),
        ("fMRI", "M6", "Not done"),
        ("NIHSS", "M12", "Late"),
        ("NIHSS", "M24", "Planned"),
    ):
        expect(nils.cell(form, visit)).to_contain_text(state)
    assert list(nils.drawn("NIHSS total")) == ["V0", "M1", "M2", "M4", "M6"]
    if folder := os.environ.get("HERMES_SCREENSHOTS"):
        nils.page.set_viewport_size({"width": 1280, "height": 965})
        nils.page.screenshot(path=Path(folder) / "participant.png")
