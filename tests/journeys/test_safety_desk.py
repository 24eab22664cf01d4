"""An event becomes serious and reaches the safety desk with its clock; the desk acknowledges,
assesses and takes the CIOMS I form; a follow-up is version 2 and leaves version 1 as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from safety.models import SafetyReport
from tests.builders import enrolled
from tests.journeys.desk import Sit
from tests.paper import words_of
from tests.people import People
from tests.safety.desk import brochure


@pytest.mark.requirement("R-051")
@pytest.mark.requirement("R-052")
def test_a_serious_event_reaches_the_desk_and_is_assessed(
    sit: Sit, committed_people: People, tmp_path: Path
) -> None:
    # Given a headache that the nurse entered, and a brochure that the desk keeps
    brochure(committed_people)
    participant = enrolled(committed_people)
    nils = sit("nils", at=f"/participants/{participant.code}/adverse-events/new/")
    nils.fills("What happened", "Headache").picks("Category", "Other")
    nils.fills("Began on", f"{timezone.now():%Y-%m}").chooses("Severity", "Moderate")
    nils.chooses("Serious", "No").chooses("Related to the study treatment", "Unlikely")
    nils.chooses("What was done", "Watched").chooses("Outcome", "Not recovered")
    nils.presses("Record the event").sees("is recorded.")

    # When the investigator finds that it was life-threatening
    ines = sit("ines", at=f"/participants/{participant.code}/adverse-events/1/")
    ines.chooses("Serious", "Yes").ticks(
        "Was life-threatening: the person could have died at the time"
    )
    ines.fills("Aware since", f"{timezone.localtime(timezone.now()):%Y-%m-%dT%H:%M}")
    ines.picks("Reason for the change", "New or corrected source document").presses("Save")
    ines.sees("is saved.", "Initial report, version 1")

    # Then the safety desk sees it with its clock, and acknowledges the alert
    sara = sit("sara")
    sara.sees("Safety reports due", "left")
    sara.follows("Safety desk", within="nav.sections")
    line = sara.line("Headache")
    for words in (participant.code, "Assess", "left", "1, initial", "not assessed"):
        assert words in line, (words, line)

    # And acknowledges its alert, which tells the site that the sponsor has it
    sara.opens("/alerts/").follows("A serious adverse event was reported")
    sara.sees(participant.code).presses("Acknowledge").sees("Acknowledged: ")
    ines.opens(f"/participants/{participant.code}/adverse-events/1/").sees("sponsor told after")

    # And assesses it: nothing lower is offered, and the SUSAR follows by itself
    sara.follows("Safety desk", within="nav.sections")
    sara.follows(f"{participant.code} · 1").follows("Assess")
    sara.chooses("Related to the study treatment, for the sponsor", "Probable")
    sara.chooses("Expectedness", "Unexpected").presses("Record the assessment")
    sara.sees("It is a SUSAR.", "Unlikely", "Probable", "SUSAR, fatal or life-threatening")
    first = SafetyReport.objects.get()

    # And the CIOMS I form it takes away says all of that, as nobody typed it again
    taken = sara.fetches("CIOMS I (PDF)", tmp_path / "1").read_bytes()
    said = words_of(taken)
    for words in (
        *(f"ISIS-HERMES-{participant.code}-1", "Initial, version 1", "Term Headache"),
        *("[X] Life-threatening", "[ ] Died", "Severity Moderate", "Outcome Not recovered"),
        *("Causality, investigator Unlikely", "Causality, sponsor Probable", "SUSAR Yes"),
        *("received no study product", first.sha256),
    ):
        assert words in said, (words, said)

    # And when the site learns more, that is version 2, to be assessed within its own limit
    ines.opens(f"/participants/{participant.code}/adverse-events/1/").chooses("Outcome", "Unknown")
    ines.picks("Reason for the change", "New or corrected source document").presses("Save")
    ines.sees("Follow-up report, version 2")
    sara.follows("Safety desk", within="nav.sections").sees("2, follow-up")
    sara.follows(f"{participant.code} · 1").sees("What version 2 says", "Changed: Outcome.")

    second = words_of(sara.fetches("CIOMS I (PDF)", tmp_path / "2").read_bytes())
    assert "Follow-up, version 2" in second
    assert "Outcome Unknown" in second

    # While version 1 is as it was, and so is every byte of its form
    sara.follows("Initial report, version 1").sees("Not recovered", "There is a newer version")
    assert sara.fetches("CIOMS I (PDF)", tmp_path / "3").read_bytes() == taken
    again = SafetyReport.objects.get(number=1)
    assert (again.content, again.sha256) == (first.content, first.sha256)
    assert SafetyReport.objects.get(number=2).received_at - first.received_at < timedelta(hours=1)
