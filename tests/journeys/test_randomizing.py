"""An investigator randomizes: once, whatever is pressed, and unseen by the blinded."""

from __future__ import annotations

import pytest

from randomization.models import Allocation
from tests.builders import eligible
from tests.journeys.desk import Sit
from tests.people import People
from tests.world import seal
from trial import protocol

RESULT = "Allocated to: Mesenchymal stem cells"


@pytest.mark.requirement("R-012")
@pytest.mark.requirement("R-017")
def test_it_happens_once_and_the_assessor_learns_nothing(
    sit: Sit, committed_people: People
) -> None:
    # Given a sealed list, a participant found eligible, and the page open in two windows
    seal(committed_people, first="cells")
    participant = eligible(committed_people)
    person, act = (
        f"/participants/{participant.code}/",
        f"/participants/{participant.code}/randomize/",
    )
    ines, second_window = sit("ines"), sit("ines", at=act)

    # When she comes from the participant, she sees what the system holds, and one button
    ines.opens(person).follows("Randomize", within="main")
    ines.sees("Consent version 2.0, 2 Feb 2026", "Criteria met 25 of 25", "Eligibility signed")
    ines.sees("Age at consent 66 years", "NIHSS total 12", "Afterwards:")
    assert ines.buttons() == ["Randomize"]

    # And presses it twice in a hurry, Then the result is there
    ines.presses_twice("Randomize")
    ines.sees(RESULT)
    assert ines.buttons() == []

    # And reloading, going back and the other window's button show the same result
    ines.reloads().sees(RESULT)
    ines.goes_back().sees(RESULT)
    second_window.presses("Randomize").sees(RESULT)
    assert Allocation.objects.count() == 1
    ines.opens(person).sees("Allocated to Mesenchymal stem cells", "randomized")

    # And the blinded assessor sees that it happened, and no arm, visit or link that tells it
    words = [word for arm in protocol.current().arms for word in (arm.label, f'"{arm.code}"')]
    otto = sit("otto", at=person)
    otto.sees("randomized", "NIHSS")
    otto.sees_nothing_of(*words, "Infusion", "/INF/", "/BMA/", "treatment/", "Allocated")
    otto.is_turned_away(act).is_turned_away(f"{person}treatment/").is_turned_away(f"{person}trail/")
    otto.is_turned_away(f"{person}visits/INF/1/")


def test_it_waits_for_what_must_come_first(sit: Sit, committed_people: People) -> None:
    # Given a participant found eligible before any list was sealed
    participant = eligible(committed_people)

    # When the investigator opens the randomization, Then it says what is missing and offers nothing
    ines = sit("ines", at=f"/participants/{participant.code}/randomize/")
    ines.sees("Not ready yet", "There is no allocation list yet.")
    assert ines.buttons() == []

    # When the unblinded statistician seals the list, Then it is ready
    uma = sit("uma").follows("Allocation list")
    uma.fills("Places per stratum", "30").presses("Make and seal the list")
    uma.sees("The list is sealed.", "Commitment (SHA-256)")
    # The last block is whole: a few places more than were asked for, by the seed.
    places, used, left = (int(word) for word in uma.line("all").split()[1:])
    assert 30 <= places < 30 + 6
    assert (used, left) == (0, places)
    ines.reloads().sees(f"Randomize {participant.code}?")
