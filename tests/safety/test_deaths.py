"""A death and a fatal event are brought together: each without the other is work."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safety import services
from safety.deaths import unreconciled
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.reports import reported_sae
from trial.models import Participant
from trial.services import record_death

FATAL: dict[str, Any] = {"criteria": ("death",), "outcome": "fatal"}


def died(people: People, participant: Participant) -> None:
    """The death, as the end of the participant."""
    record_death(
        participant=participant, died_on="2026-03", cause="Pneumonia", actor=people.ines, at=AT
    )


def home(people: People, name: str) -> str:
    """What stands on somebody's home page."""
    client = Client()
    client.force_login(getattr(people, name))
    return client.get(reverse("home")).content.decode()


@pytest.mark.requirement("R-051")
def test_a_death_without_a_fatal_event_is_work_for_the_site(people: People) -> None:
    participant = enrolled(people)
    died(people, participant)
    assert list(unreconciled(people.nils)) == [participant]
    assert "A death is recorded, and no fatal event" in home(people, "nils")
    assert not unreconciled(people.carl)
    assert "Deaths to reconcile" not in home(people, "mona")
    event = reported_sae(people, participant, **FATAL)
    assert not unreconciled(people.nils)
    services.void_ae(ae=event, version=1, reason="Other", actor=people.nils, at=AT)
    assert unreconciled(people.nils)


@pytest.mark.requirement("R-051")
def test_a_fatal_event_without_a_death_is_work_for_the_site(people: People) -> None:
    participant = reported_sae(people, **FATAL).participant
    page = home(people, "ines")
    assert "A fatal event is reported, and no death is recorded" in page
    assert reverse("death", args=(participant.code,)) in page
    died(people, participant)
    assert not unreconciled(people.ines)
