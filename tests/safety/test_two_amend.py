"""Two people amend one event: what only the first one changed is not overwritten by the second."""

from __future__ import annotations

from typing import Any

import pytest

from safety import services
from safety.models import AdverseEvent
from safety.wording import LABELS
from tests.people import AT, People
from tests.safety.reports import AWARE, reported
from tests.safety.test_pages import address, as_typed, signed_in
from tests.trial.reading import send

pytestmark = pytest.mark.requirement("R-024")


def amended(event: AdverseEvent, people: People, **given: Any) -> None:
    """The investigator amends it meanwhile."""
    services.amend_ae(ae=event, version=1, actor=people.ines, at=AT, reason="Source", **given)


def test_what_only_the_first_changed_is_taken_over_and_said(people: People) -> None:
    event = reported(people)
    amended(event, people, severity="severe", outcome="recovered", end="2026-03-11")
    client = signed_in(people.nils)
    typed = as_typed(event, version=1, term="Migraine", reason_words="Letter")
    page = send(client, address(event), **typed)
    assert page.status == 409
    assert "Taken over from what was saved" in page.text
    assert "Severity: Severe" in page.text
    assert page.chosen["severity"] == ["severe"]
    assert (page.typed["term"], page.typed["end"], page.typed["version"]) == (
        "Migraine", "2026-03-11", "2",
    )  # fmt: skip
    again = typed | {
        "version": 2,
        "severity": "severe",
        "outcome": "recovered",
        "end": "2026-03-11",
    }
    assert client.post(address(event), again).status_code == 302
    event.refresh_from_db()
    assert (event.term, event.severity, event.version) == ("Migraine", "severe", 3)


def test_the_criteria_and_seriousness_change_hands_together(people: People) -> None:
    event = reported(people)
    amended(event, people, criteria=("hospitalization",), aware_at=AWARE)
    page = send(signed_in(people.nils), address(event), **as_typed(event, version=1, term="Flu"))
    assert (page.chosen["serious"], page.chosen["criteria"]) == (["yes"], ["hospitalization"])
    assert f"{LABELS['serious']}: Yes" in page.text
    assert page.typed["term"] == "Flu"
