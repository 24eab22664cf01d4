"""The unblinded statistician brings a list, is told what is wrong, seals it, and sees it fill."""

from __future__ import annotations

from pathlib import Path

import pytest

from randomization import selectors, services
from tests.builders import eligible
from tests.journeys.desk import Desk, Sit
from tests.people import AT, People

HEAD = "stratum;position;arm;block;block_size\r\n"
GOOD = HEAD + "all;1;control;1;3\r\nall;2;cells;1;3\r\nall;3;cells;1;3\r\n"


def hands_in(desk: Desk, file: Path) -> Desk:
    """Choose a file and what it is for."""
    desk.page.get_by_label("CSV file").set_input_files(file)
    return desk.chooses("This list is for", "Simulated or training data")


@pytest.mark.requirement("R-010")
def test_a_list_is_checked_then_sealed_and_its_balance_watched(
    sit: Sit, committed_people: People, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(GOOD + "PAR;1;cells;;\r\n", encoding="utf-8-sig")
    good.write_text(GOOD, encoding="utf-8-sig")

    # Given a file with a bad line, When it is checked, Then the line is told and nothing kept
    uma = sit("uma", at="/allocation-list/").follows("Bring a list in a file instead")
    hands_in(uma, bad).presses("Check the file")
    uma.sees("This file cannot be sealed", "Stratum PAR is not one of the protocol's.")
    assert selectors.sealed_list() is None

    # When the good one is checked and chosen again, Then it is sealed
    hands_in(uma, good).presses("Check the file").sees("Every line is good.")
    assert selectors.sealed_list() is None
    uma.page.get_by_label("CSV file").set_input_files(good)
    uma.presses("Seal this list").sees("The list is sealed.", "imported/1")

    # And once people are randomized, the balance is drawn
    for _ in range(3):
        services.randomize(
            participant=eligible(committed_people), actor=committed_people.ines, at=AT
        )
    uma.follows("Balance by stratum and arm").sees("Blocks closed", "Consent to randomization")
