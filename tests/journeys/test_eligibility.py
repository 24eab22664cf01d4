"""From the screening log to a signed eligibility."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.builders import NIHSS_12, lowest_answers, visit_of
from tests.journeys.desk import Sit
from tests.journeys.keyboard import Keyboard
from tests.journeys.refusal import assert_refused
from tests.people import PASSWORD, People
from trial import services
from trial.models import Participant
from trial.protocol import current


@pytest.mark.requirement("R-002")
@pytest.mark.requirement("R-005")
def test_it_goes_from_the_screening_log_to_a_signature(sit: Sit, committed_people: People) -> None:
    # Given a person who had a stroke nine days ago
    today = date.today()  # noqa: DTZ011 - the day of the machine both server and test run on

    # When the nurse logs the person without a year of birth, Then it is asked for, nothing is lost
    nils = sit("nils").follows("Screening").follows("Log a person")
    nils.fills("Screened on", f"{today}").chooses("Sex", "Female")
    nils.fills("Date of stroke onset", f"{today - timedelta(days=9)}").is_refused("Log")
    assert_refused(nils, "Year of birth", "This field is required.")
    assert nils.answer("Sex") == "F"
    assert nils.answer("Date of stroke onset") == f"{today - timedelta(days=9)}"
    nils.fills("Year of birth", f"{today.year - 60}").presses("Log")
    nils.sees("Logged as GRE 1", f"{today.year - 60}")

    # And the investigator records the consent
    ines = sit("ines").follows("Screening").follows("Record consent")
    ines.chooses("Version of the signed sheet", "in force today")
    ines.chooses("Given by", "participant").fills("Date of consent", f"{today}")
    ines.presses("Enrol").sees("Enrolled as GRE-001-5", "Eligibility is not signed yet.")

    # And the assessment of the first visit is done
    participant = Participant.objects.get()
    for form, answers in (("nihss", NIHSS_12), ("demographics", {"prestroke_mrs": 0})):
        services.save_record(
            visit=visit_of(participant, "V0"), form=form, version=0, complete=True,
            answers=lowest_answers(form, today, **answers), assessed_on=today,
            actor=committed_people.otto, at=timezone.now(),
        )  # fmt: skip

    # And she answers the criteria with the keyboard: 1 is yes, 2 is no
    ines.follows("Open the eligibility").sees("answered by the system", "5 of 25 answered")
    keys = Keyboard(ines)
    keys.tabs_to(ines.page.locator("input[type=radio]").first)
    keys.types(
        "".join("1" if one.wanted else "2" for one in current().criteria if not one.computed)
    )
    expect(ines.page.get_by_role("button", name="Save answers")).to_be_focused()
    keys.strikes_for_a_page("Enter")
    ines.sees("20 answers saved.", "Every criterion is as it must be.")

    # Then a wrong password signs nothing
    ines.follows("Sign eligibility").fills("Your password", "not my password").is_refused("Sign")
    assert_refused(ines, "Your password", "The password is not right. The signature was not made.")
    assert not participant.signatures.exists()

    # And the right one does
    ines.fills("Your password", PASSWORD).presses("Sign")
    ines.sees("is signed.", "Signed by Ines Roth")
    ines.opens(f"/participants/{participant.code}/").sees("Eligibility signed by Ines Roth")
