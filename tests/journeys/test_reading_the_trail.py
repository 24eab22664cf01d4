"""A monitor asks who changed what, from what, to what, and why."""

from __future__ import annotations

import pytest

from tests.builders import enrolled, saved
from tests.journeys.desk import Sit
from tests.people import People


@pytest.mark.requirement("R-030")
def test_it_tells_who_changed_what_and_why(sit: Sit, committed_people: People) -> None:
    # Given a nurse who corrected the gaze of a saved NIHSS, and said why
    participant = enrolled(committed_people)
    saved(participant, "V0", "nihss", committed_people)
    nils = sit("nils", at=f"/participants/{participant.code}/visits/V0/1/nihss/")
    nils.chooses("Horizontal gaze", "Partial palsy")
    nils.picks("Reason for the change", "Transcription error").fills("In your words", "line 2")
    nils.presses("Save the change")

    # When the monitor goes from the participant to the trail
    mona = sit("mona", at=f"/participants/{participant.code}/").follows("Trail", within="main")

    # Then one line holds who, in which role, where, the old and the new value, and the reason
    line = mona.line("Horizontal gaze")
    for words in (
        "Nils Berg",
        "study nurse",
        "V0",
        "NIHSS",
        "0 Normal → 1 Partial palsy",
        "Transcription error: line 2",
    ):
        assert words in line, (words, line)

    # And in the trail of the whole trial she finds it by the participant
    mona.follows("Trail", within="nav.sections")
    mona.unfolds("More filters").fills("Participant", participant.code).presses("Show")
    assert "0 Normal → 1 Partial palsy" in mona.line("Horizontal gaze")
    mona.sees("Ines Roth")

    # And she changes nothing: the record offers her no box and no button
    mona.opens(f"/participants/{participant.code}/visits/V0/1/nihss/")
    assert mona.buttons() == []
    assert mona.page.locator("main input").count() == 0
