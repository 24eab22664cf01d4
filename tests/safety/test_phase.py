"""Before or after the infusion: what randomization knows reaches safety, and nobody blinded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from safety import presenters, selectors
from tests.people import AT, People
from tests.randomization.builders import LATER, infused, ready
from tests.safety.reports import reported


@pytest.mark.requirement("R-065")
def test_events_are_set_against_the_real_infusion(people: People) -> None:
    participant, product = ready(people)
    infusion = infused(participant, product, people)
    days = [infusion.infused_on + timedelta(days=shift) for shift in (-1, 0, 1)]
    for day in days:
        reported(people, participant, onset=day.isoformat(), at=max(AT, LATER))
    phases = [row["phase"] for row in selectors.rows_for_export(blinded=False)]
    assert phases == ["pre_infusion", "treatment_emergent", "treatment_emergent"]


@pytest.mark.requirement("R-017")
def test_the_phase_is_shown_to_those_who_may_know(people: People) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    event = reported(people, participant, onset="2026-02-04", at=max(AT, LATER))
    assert ("From the infusion", "Before the infusion") in presenters.facts(event, people.ivan)
    for user in (people.otto, people.mona, people.dora):
        assert "infusion" not in str(presenters.facts(event, user))


def test_a_trial_without_cells_speaks_of_no_infusion(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = reported(people)
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    assert "infusion" not in str(presenters.facts(event, people.ivan))
