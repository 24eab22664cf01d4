"""The administrator opens an account; the new person signs in, and is signed out when idle."""

from __future__ import annotations

import pytest

from tests.journeys.clinic import half_an_hour_passes
from tests.journeys.desk import Sit
from tests.journeys.refusal import assert_refused
from tests.people import PASSWORD, People

FIRST, OWN = "lantern quarry violet sum", "seven quiet herons wading"


@pytest.mark.requirement("R-070")
@pytest.mark.requirement("R-072")
def test_it_serves_one_named_person_who_changes_the_password(
    sit: Sit, committed_people: People
) -> None:
    # Given an administrator, who opens an account with a password typed two ways
    ada = sit("ada").follows("Open People").follows("Open an account")
    ada.fills("Full name", "Nora Lund").fills("Sign-in name", "nora")
    ada.fills("First password", FIRST).fills("First password again", OWN)
    ada.is_refused("Open the account")
    assert_refused(ada, "First password again", "This is not the same as the first password.")
    assert (ada.answer("Full name"), ada.answer("Sign-in name")) == ("Nora Lund", "nora")

    # When she types it twice the same and delegates the role of a nurse in Grenoble
    ada.fills("First password", FIRST).fills("First password again", FIRST)
    ada.presses("Open the account").sees("has an account and no role yet")
    ada.chooses("Role", "Study nurse").chooses("Where", "Grenoble")
    ada.fills("Trained on", "2026-01-05").fills("First day", "2026-01-12").presses("Delegate")
    ada.sees("Nora Lund is delegated", "In force", "Grenoble")

    # Then the new person signs in and may do what a nurse may
    nora = sit().opens("/participants/").sees("Hermes").signs_in("nora", FIRST)
    nora.sees("No participants yet.").is_turned_away("/people/")

    # And changes the password, which the first then does not open any more
    nora.opens("/").menu("Change password")
    nora.fills("Present password", FIRST)
    nora.fills("New password", OWN).fills("New password again", OWN).presses("Change password")
    nora.sees("Your password is changed.").signs_out()
    nora.fills("Name", "nora").fills("Password", FIRST).is_refused("Sign in")
    nora.sees("The name or the password is not right.")
    assert nora.answer("Name") == "nora"
    nora.signs_in("nora", OWN).sees("Home")


@pytest.mark.requirement("R-071")
def test_it_is_signed_out_when_idle_and_comes_back_to_where_it_was(
    sit: Sit, committed_people: People
) -> None:
    # Given a nurse who was called away for half an hour
    nils = sit("nils", at="/screening/")
    half_an_hour_passes()

    # When he goes on, Then the sign-in page asks first and leads on to where he was going
    nils.follows("Protocol", within="nav.sections").sees("Password")
    nils.signs_in("nils", PASSWORD).sees("Visits and forms")
