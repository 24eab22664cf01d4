"""An event becomes serious, reaches the safety desk, is assessed; a follow-up changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from safety.models import SafetyReport
from tests.builders import enrolled
from tests.journeys.desk import Sit
from tests.people import People
from tests.safety.desk import brochure


@pytest.mark.requirement("R-051")
@pytest.mark.requirement("R-052")
def test_a_serious_event_reaches_the_desk_and_is_assessed(
    sit: Sit, committed_people: People
) -> None:
    # Given a headache that the nurse entered, and a brochure that the desk keeps
    brochure(committed_people)
    participant = enrolled(committed_people)
    nils = sit("nils").opens(f"/participants/{participant.code}/adverse-events/new/")
    nils.fills("What happened", "Headache").picks("Category", "Other")
    nils.fills("Began on", f"{timezone.now():%Y-%m}").chooses("Severity", "Moderate")
    nils.chooses("Serious", "No").chooses("Related to the study treatment", "Unlikely")
    nils.chooses("What was done", "Watched").chooses("Outcome", "Not recovered")
    nils.presses("Record the event").sees("is recorded.")

    # When the investigator finds that it was life-threatening
    ines = sit("ines").opens(f"/participants/{participant.code}/adverse-events/1/")
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

    # And assesses it: nothing lower is offered, and the SUSAR follows by itself
    sara.follows(f"{participant.code} · 1").follows("Assess")
    sara.chooses("Related to the study treatment, for the sponsor", "Probable")
    sara.chooses("Expectedness", "Unexpected").presses("Record the assessment")
    sara.sees("It is a SUSAR.", "Unlikely", "Probable", "SUSAR, fatal or life-threatening")
    first = SafetyReport.objects.get()

    # And when the site learns more, that is version 2, to be assessed within its own limit
    ines.opens(f"/participants/{participant.code}/adverse-events/1/").chooses("Outcome", "Unknown")
    ines.picks("Reason for the change", "New or corrected source document").presses("Save")
    ines.sees("Follow-up report, version 2")
    sara.follows("Safety desk", within="nav.sections").sees("2, follow-up")
    sara.follows(f"{participant.code} · 1").sees("What version 2 says", "Changed: Outcome.")

    # While version 1 is as it was
    sara.follows("Initial report, version 1").sees("Not recovered", "There is a newer version")
    again = SafetyReport.objects.get(number=1)
    assert (again.content, again.sha256) == (first.content, first.sha256)
    assert SafetyReport.objects.get(number=2).received_at - first.received_at < timedelta(hours=1)
