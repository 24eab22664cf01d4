"""A monitor asks, the nurse corrects and answers, the monitor closes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import enrolled, saved
from tests.journeys.desk import Sit
from tests.people import People
from trial import registry


@pytest.mark.requirement("R-040")
@pytest.mark.requirement("R-026")
def test_a_query_goes_from_the_monitor_to_the_site_and_back(
    sit: Sit, committed_people: People
) -> None:
    # Given a facial palsy of 2 that the monitor does not find in the source
    participant = enrolled(committed_people)
    saved(participant, "V0", "nihss", committed_people, face=2)
    record = f"/participants/{participant.code}/visits/V0/1/nihss/"
    mona = sit("mona", at=record).follows("Ask about this form", within="main")
    mona.picks("About", registry.form("nihss").labels["face"])
    mona.fills("Question", "The source says 1. Please check.").presses("Ask")
    mona.sees("Query 1 is asked.", "query 1 open")

    # When the nurse finds it on her home page, reads it below the item, and corrects the answer
    nils = sit("nils", at="/?show=queries", telephone=True).follows("Answer, GRE", within="main")
    nils.sees("The source says 1. Please check.", "unchanged")
    nils.follows("Correct the data", within="main")
    nils.page.locator("#item-face .mark-query").click()
    expect(nils.page.locator("#item-face-margin")).to_contain_text("The source says 1.")
    nils.looks()
    nils.chooses("Facial palsy", "1").picks("Reason for the change", "Transcription error")
    nils.presses("Save the change").opens("/queries/1/")
    nils.fills("Answer", "Corrected from the source.").presses("Answer").sees("is answered.")

    # Then the monitor sees the value then and now, and closes it
    mona.opens("/?show=answered").follows("Read and close", within="main")
    values = mona.page.locator(".query-values")
    expect(values.locator("del")).to_contain_text("2")
    expect(values.locator("b")).to_contain_text("1")
    mona.sees("Mona Faye", "Value changed", "Corrected from the source.")
    mona.presses("Close the query").sees("is closed.", "Reopen the query")
    nils.opens(record)
    expect(nils.page.locator("#item-face .mark-query")).to_have_count(0)
