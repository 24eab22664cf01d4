"""A trail at every level: the trial, a site, a participant, a visit, a record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.entries import Search
from monitoring import presenters, selectors
from monitoring.scopes import Scope
from tests.builders import CONSENTED_ON, enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.randomization.builders import randomized
from trial import services
from trial.models import Participant, Record

LATER = AT + timedelta(hours=1)


def heads(user: User, scope: Scope) -> set[tuple[str, str, str]]:
    """Participant, subject and title of everything in a trail."""
    found = selectors.reading(user, Search(), scope=scope).page(size=1000)
    groups = presenters.groups(found.entries, user)
    return {(one.head.participant, one.head.subject, one.head.title) for one in groups}


def with_records(people: People) -> tuple[Participant, Record]:
    """A participant with two forms at one visit and one at another."""
    participant = enrolled(people)
    record = saved(participant, "V0", "nihss", people)
    saved(participant, "V0", "mrs", people, grade=3)
    saved(participant, "M1", "mrs", people, grade=2)
    return participant, record


@pytest.mark.requirement("R-034")
def test_a_record_has_its_answers_and_its_acts_and_nothing_else(people: People) -> None:
    participant, record = with_records(people)
    scope = Scope(participant=participant, visit=record.visit, record=record)
    titles = {title for _, _, title in heads(people.mona, scope)}
    assert titles == {"NIHSS", "Record", "Record saved"}


@pytest.mark.requirement("R-034")
def test_a_visit_has_all_its_records_and_no_other_visit(people: People) -> None:
    participant, record = with_records(people)
    found = heads(people.mona, Scope(participant=participant, visit=record.visit))
    assert {"NIHSS", "mRS", "Record", "Visit", "Record saved"} <= {title for *_, title in found}
    assert not [one for one in found if "M1" in one[1]]
    assert "Consent" not in {title for *_, title in found}


@pytest.mark.requirement("R-034")
def test_a_participant_has_everything_of_theirs(people: People) -> None:
    participant, _ = with_records(people)
    enrolled(people)
    found = heads(people.mona, Scope(participant=participant))
    assert {code for code, *_ in found} == {participant.code}
    assert {"Consent", "NIHSS", "Participant enrolled"} <= {title for *_, title in found}


@pytest.mark.requirement("R-034")
def test_a_site_has_its_participants_its_screening_and_its_delegations(people: People) -> None:
    here, there = enrolled(people), enrolled(people, site=people.lyon)
    found = heads(people.mona, Scope(site=people.lyon))
    assert {there.code} <= {code for code, *_ in found}
    assert here.code not in {code for code, *_ in found}
    assert {"Site", "Delegation", "Screening log", "Consent"} <= {title for *_, title in found}


@pytest.mark.requirement("R-017")
def test_no_level_shows_the_blinded_a_visit_that_tells_an_arm(
    client: Client, people: People
) -> None:
    participant = randomized(people)
    hidden = participant.visits.get(code="BMA")
    client.force_login(people.mona)
    place = [participant.code, "BMA", 1]
    assert client.get(reverse("visit-trail", args=place)).status_code == 404
    scope = Scope(participant=participant, visit=hidden)
    assert not [one for one in heads(people.mona, scope) if "BMA" in one[1]]
    assert not [one for one in heads(people.mona, Scope(site=people.grenoble)) if "BMA" in one[1]]


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize("route", ["site-trail", "visit-trail", "record-trail"])
def test_a_stranger_finds_no_level_of_it(client: Client, people: People, route: str) -> None:
    participant, _ = with_records(people)
    places: dict[str, list[object]] = {
        "site-trail": ["GRE"],
        "visit-trail": [participant.code, "V0", 1],
        "record-trail": [participant.code, "V0", 1, "nihss"],
    }
    place = places[route]
    client.force_login(people.carl)
    assert client.get(reverse(route, args=place)).status_code == 404
    client.force_login(people.ines)
    assert client.get(reverse(route, args=place)).status_code == 200


def test_a_form_nobody_filled_in_has_no_trail(client: Client, people: People) -> None:
    participant, _ = with_records(people)
    client.force_login(people.mona)
    place = [participant.code, "V0", 1, "barthel"]
    assert client.get(reverse("record-trail", args=place)).status_code == 404


def test_a_record_and_a_visit_lead_to_their_trail(client: Client, people: People) -> None:
    participant, _ = with_records(people)
    client.force_login(people.mona)
    visit = [participant.code, "V0", 1]
    page = client.get(reverse("visit", args=visit)).content.decode()
    assert f'href="{reverse("visit-trail", args=visit)}"' in page
    page = client.get(reverse("record", args=[*visit, "nihss"])).content.decode()
    assert f'href="{reverse("record-trail", args=[*visit, "nihss"])}"' in page
    client.force_login(people.otto)
    page = client.get(reverse("record", args=[*visit, "nihss"])).content.decode()
    assert "Trail of this record" not in page


@pytest.mark.requirement("R-037")
def test_times_are_the_sites_and_utc_where_there_is_no_site(client: Client, people: People) -> None:
    participant = enrolled(people)
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", answers=lowest_answers("nihss"),
        assessed_on=CONSENTED_ON, version=0, complete=True, actor=people.nils, at=LATER,
    )  # fmt: skip
    client.force_login(people.mona)
    page = client.get(reverse("trail")).content.decode()
    assert '"12 Mar 2026 11:00 UTC">12 Mar 2026 12:00</time>' in page
    assert (
        '"12 Mar 2026 10:00 UTC">12 Mar 2026 10:00 UTC</time>'
        in client.get(reverse("trail"), {"form": "trial.delegation"}).content.decode()
    )
