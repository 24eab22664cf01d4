"""A trail taken away: all of what was asked for, guarded, logged, and no arm for the blinded."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from monitoring import taking
from tests.builders import CONSENTED_ON, enrolled, lowest_answers, saved, visit_of
from tests.monitoring.test_trail_pages import TELLING
from tests.people import AT, People
from tests.randomization.builders import infused, ready
from trial import services
from trial.models import Participant


def taken(client: Client, user: User, shape: str, **query: str) -> str:
    """The file somebody takes."""
    client.force_login(user)
    answer = client.get(reverse("trail"), {"as": shape, **query})
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer).decode()


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def corrected(people: People, participant: Participant, reason: str) -> None:
    """A saved answer, changed an hour later."""
    saved(participant, "V0", "nihss", people)
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", answers=lowest_answers("nihss", gaze=1),
        assessed_on=CONSENTED_ON, version=1, complete=True, actor=people.nils,
        at=AT + timedelta(hours=1), reason=reason,
    )  # fmt: skip


@pytest.mark.requirement("R-034")
def test_it_is_all_of_what_was_asked_for_and_not_a_page(client: Client, people: People) -> None:
    for _ in range(6):
        enrolled(people)
    found = rows(taken(client, people.mona, "csv", form="trial.visit"))
    assert len({row["participant"] for row in found}) == 6
    assert len(found) > 100
    assert {row["what"] for row in found} == {"Visit"}


@pytest.mark.requirement("R-034")
def test_its_lines_have_old_and_new_who_when_and_why(client: Client, people: People) -> None:
    corrected(people, enrolled(people), "misread")
    query = {"form": "nihss", "field": "gaze", "kind": "~"}
    (row,) = rows(taken(client, people.mona, "csv", **query))
    assert (row["old"], row["new"], row["reason"]) == (
        "0 Normal",
        "1 Partial palsy, or a deviation that can be overcome",
        "misread",
    )
    assert (row["person"], row["role"]) == ("Nils Berg", "study nurse")
    assert (row["at_utc"], row["at_local"]) == ("2026-03-12T11:00:00Z", "2026-03-12T12:00:00+01:00")
    (same,) = json.loads(taken(client, people.mona, "json", **query))["lines"]
    assert same == row


@pytest.mark.requirement("R-065")
def test_no_cell_of_it_is_a_formula(client: Client, people: People) -> None:
    corrected(people, enrolled(people), "=HYPERLINK(1)")
    found = rows(taken(client, people.mona, "csv", form="nihss", kind="~"))
    assert {row["reason"] for row in found} == {"'=HYPERLINK(1)"}


@pytest.mark.requirement("R-030")
def test_taking_it_is_itself_in_the_trail(client: Client, people: People) -> None:
    enrolled(people)
    whole: dict[str, Any] = json.loads(taken(client, people.mona, "json", kind="+"))
    event = Event.objects.get(name="trail.exported")
    assert (event.actor, event.data["shape"], event.data["kind"]) == (people.mona, "json", "+")
    assert event.data["entries"] > 20
    assert whole["narrowed_to"] == {"kind": "+"}
    assert whole["by"] == "Mona Faye"
    assert not [line for line in whole["lines"] if line["what"] == "Trail exported"]


def test_asking_only_for_the_head_takes_nothing(client: Client, people: People) -> None:
    enrolled(people)
    client.force_login(people.mona)
    answer = client.head(reverse("trail"), {"as": "csv"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="trail-trial.csv"'
    assert not Event.objects.filter(name="trail.exported").exists()


@pytest.mark.parametrize("query", [{"as": "xlsx"}, {"as": "csv", "since": "yesterday"}])
def test_what_cannot_be_made_is_refused_and_not_logged(
    client: Client, people: People, query: dict[str, str]
) -> None:
    client.force_login(people.mona)
    assert client.get(reverse("trail"), query).status_code == 400
    assert not Event.objects.filter(name="trail.exported").exists()


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("shape", ["csv", "json"])
def test_the_blinded_take_no_arm_away(client: Client, people: People, shape: str) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    seen = taken(client, people.mona, shape)
    assert [word for word in TELLING if word in seen] == []
    assert "Infusion" in taken(client, people.ines, shape)


@pytest.mark.requirement("R-070")
def test_a_site_takes_its_own_participants_only(client: Client, people: People) -> None:
    here, there = enrolled(people), enrolled(people, site=people.lyon)
    seen = taken(client, people.ines, "csv")
    assert here.code in seen
    assert there.code not in seen


def test_it_is_made_line_by_line(people: People) -> None:
    """The first bytes leave before the second entry is read."""

    def endless() -> Any:
        yield from ()
        raise AssertionError("read on")

    assert next(taking.csv(endless(), {})).startswith("at_utc,")
    assert next(taking.as_json(endless(), {"trial": "T"})) == '{"trial": "T", "lines": ['
