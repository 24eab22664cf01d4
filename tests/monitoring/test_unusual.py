"""What is unusual: outcomes edited, entered late, bursts, at night, taken down late."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from monitoring.unusual import KINDS, outcome_columns
from tests.builders import CONSENTED_ON, enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.randomization.builders import randomized
from trial import services
from trial.models import Participant

DAYS = {"since": "2026-01-01", "until": "2026-12-31"}


def page(client: Client, user: User, name: str, **query: str) -> str:
    """The page of one kind for somebody."""
    client.force_login(user)
    answer = client.get(reverse("unusual-one", args=[name]), {**DAYS, **query})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode()).partition("<main")[2]


def corrected(people: People, participant: Participant, at: datetime) -> None:
    """A saved answer that counts in a total, changed."""
    saved(participant, "V0", "nihss", people)
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", answers=lowest_answers("nihss", gaze=1),
        assessed_on=CONSENTED_ON, version=1, complete=True, actor=people.nils, at=at,
        reason="misread",
    )  # fmt: skip


def test_the_outcomes_are_the_protocols_and_every_answer_they_are_made_of() -> None:
    columns = outcome_columns()
    assert {"nihss", "barthel", "mrs", "fma", "fmri"} == set(columns)
    assert {"gaze", "arm_left", "arm_left_untestable"} <= columns["nihss"]
    assert columns["fmri"] == {"mi_4a", "mi_4p"}
    assert columns["mrs"] == {"grade"}


@pytest.mark.requirement("R-034")
def test_an_edit_of_an_outcome_is_found_and_a_first_entry_is_none(
    client: Client, people: People
) -> None:
    corrected(people, enrolled(people), AT + timedelta(hours=1))
    saved(enrolled(people), "V0", "mrs", people, grade=3)
    text = page(client, people.mona, "outcomes")
    assert "2 Horizontal gaze" in text
    assert "misread" in text
    assert "mRS" not in text.partition("<table")[2]


def test_an_entry_long_after_the_assessment_is_late(client: Client, people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people)
    text = page(client, people.mona, "late-entry")
    assert f"{participant.code} · V0 · nihss" in text
    assert ">38 <meter" in text
    soon = {"until": (AT - timedelta(days=1)).date().isoformat()}
    assert "Nothing unusual here." in page(client, people.mona, "late-entry", **soon)


def test_an_entry_in_good_time_is_not_late(client: Client, people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people, at=datetime(2026, 2, 7, 9, tzinfo=UTC))
    assert participant.code not in page(client, people.mona, "late-entry")


def test_many_saves_within_minutes_are_a_burst(client: Client, people: People) -> None:
    participant = enrolled(people)
    for version in range(15):
        services.save_record(
            visit=visit_of(participant, "V0"), form="nihss",
            answers=lowest_answers("nihss", gaze=version % 2), assessed_on=CONSENTED_ON,
            version=version, complete=False, actor=people.nils,
            at=AT + timedelta(seconds=20 * version), reason="trying",
        )  # fmt: skip
    text = page(client, people.mona, "bursts")
    assert "Nils Berg" in text
    assert ">15 <meter" in text
    assert "15 saves or more in 10 minutes (our default)" in text
    assert "Nothing unusual here." in page(client, people.carl, "bursts")


@pytest.mark.parametrize(
    ("hour", "found"), [(21, True), (22, True), (4, True), (20, False), (5, False), (11, False)]
)
def test_night_is_night_at_the_site(client: Client, people: People, hour: int, found: bool) -> None:
    """In Grenoble it is an hour later than UTC in winter: the night of 22 to 6 is 21 to 5."""
    participant = enrolled(people)
    corrected(people, participant, datetime(2026, 3, 13, hour, 30, tzinfo=UTC))
    text = page(client, people.mona, "night")
    assert ("2 Horizontal gaze" in text) is found


def test_what_is_taken_down_long_after_the_act_is_found(client: Client, people: People) -> None:
    participant = enrolled(people)
    text = page(client, people.mona, "recorded-late")
    assert participant.code in text
    assert "taken down" in text


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", list(KINDS))
def test_the_blinded_meet_no_hidden_visit_in_any_of_them(
    client: Client, people: People, name: str
) -> None:
    participant = randomized(people)
    saved(participant, "BMA", "vitals", people, at=datetime(2026, 3, 20, 23, tzinfo=UTC))
    assert "BMA" not in page(client, people.mona, name)
    if name in {"late-entry", "night", "recorded-late"}:
        assert "BMA" in page(client, people.ines, name)


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("name", list(KINDS))
def test_a_site_meets_only_its_own_in_all_of_them(
    client: Client, people: People, name: str
) -> None:
    there = enrolled(people, site=people.lyon)
    saved(there, "V0", "nihss", people, at=datetime(2026, 3, 20, 23, tzinfo=UTC))
    assert there.code not in page(client, people.ines, name)


def test_the_overview_leads_to_each(client: Client, people: People) -> None:
    client.force_login(people.mona)
    text = client.get(reverse("unusual")).content.decode()
    assert all(reverse("unusual-one", args=[name]) in text for name in KINDS)
    assert client.get(reverse("unusual-one", args=["gossip"])).status_code == 404
    assert client.get(reverse("unusual-one", args=["night"]), {"since": "x"}).status_code == 400
