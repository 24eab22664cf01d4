"""A review of the trail is recorded: who, which trail, which days, what was found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.acts import act
from audit.errors import Refused
from audit.models import Event
from monitoring.models import TrailReview
from monitoring.scopes import Scope
from monitoring.services.reviews import record_review
from tests.builders import enrolled
from tests.people import AT, People
from trial.access import NotDelegated

FOUND = {"reviewed_from": "2026-01-01", "reviewed_until": "2026-03-01", "findings": "Two late."}
ADDRESS = "trail-reviews"


@pytest.mark.requirement("R-036")
def test_a_monitor_records_what_a_review_of_a_participant_found(
    client: Client, people: People
) -> None:
    participant = enrolled(people)
    client.force_login(people.mona)
    page = client.get(reverse("participant-trail", args=[participant.code])).content.decode()
    assert "Record a review of this trail" in page
    assert f'name="participant" value="{participant.code}"' in page
    answer = client.post(reverse(ADDRESS), {**FOUND, "participant": participant.code}, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Two late." in text
    assert "1 Jan 2026 – 1 Mar 2026" in text
    review = TrailReview.objects.get()
    assert (review.participant, review.site) == (participant, people.grenoble)
    assert (review.reviewed_by, review.role) == (people.mona, "monitor")
    assert TrailReview.history.get().history_user == people.mona
    assert Event.objects.get(name="trail.reviewed").participant == participant.code


@pytest.mark.requirement("R-036")
@pytest.mark.parametrize("scope", ["trial", "site"])
def test_a_data_manager_reviews_a_site_or_the_trial(
    client: Client, people: People, scope: str
) -> None:
    client.force_login(people.dora)
    of = {"site": "LYO"} if scope == "site" else {}
    assert client.post(reverse(ADDRESS), {**FOUND, **of}).status_code == 302
    assert TrailReview.objects.get().of == ("LYO Lyon" if of else "the whole trial")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"findings": "  "}, "findings"),
        ({"reviewed_until": "2026-02-31"}, "reviewed_until"),
        ({"reviewed_until": "2999-01-01"}, "still to come"),
        ({"reviewed_from": "2026-03-02"}, "before it ends"),
    ],
)
def test_a_review_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    client: Client, people: People, wrong: dict[str, str], words: str
) -> None:
    client.force_login(people.mona)
    answer = client.post(reverse(ADDRESS), {**FOUND, "site": "GRE", **wrong})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert 'name="site" value="GRE"' in text
    assert not TrailReview.objects.exists()


@pytest.mark.requirement("R-070")
def test_only_who_reviews_can_record_one(client: Client, people: People) -> None:
    participant = enrolled(people)
    for user in (people.ines, people.ivan):
        client.force_login(user)
        page = client.get(reverse("participant-trail", args=[participant.code])).content.decode()
        assert "Record a review" not in page
        assert client.post(reverse(ADDRESS), FOUND).status_code == 403
    with pytest.raises(NotDelegated):
        review(people, actor=people.ines)


@pytest.mark.parametrize("of", [{"participant": "GRE-999-9"}, {"participant": "\0"}, {"site": "X"}])
def test_a_trail_that_is_not_there_is_not_reviewed(
    client: Client, people: People, of: dict[str, str]
) -> None:
    client.force_login(people.mona)
    assert client.post(reverse(ADDRESS), {**FOUND, **of}).status_code in {404, 422}
    assert not TrailReview.objects.exists()


def test_a_site_reads_the_reviews_of_its_own_trails(client: Client, people: People) -> None:
    review(people, scope=Scope(site=people.grenoble), findings="of Grenoble")
    review(people, scope=Scope(site=people.lyon), findings="of Lyon")
    review(people, findings="of all")
    client.force_login(people.ines)
    text = client.get(reverse(ADDRESS)).content.decode()
    assert "of Grenoble" in text
    assert "of Lyon" not in text
    assert "of all" not in text


def test_no_review_yet_says_how_there_would_be_one(client: Client, people: People) -> None:
    client.force_login(people.ivan)
    assert b"No review yet." in client.get(reverse(ADDRESS)).content


@pytest.mark.requirement("R-036")
def test_the_database_itself_refuses_a_review_that_says_nothing(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), act(actor=people.mona, at=AT):
        TrailReview(
            reviewed_until=AT.date(), findings="", reviewed_by=people.mona, role="monitor",
            reviewed_at=AT,
        ).save()  # fmt: skip


def test_a_review_of_tomorrow_is_refused_by_the_service(people: People) -> None:
    with pytest.raises(Refused, match="still to come"):
        review(people, until=AT.date() + timedelta(days=1))
    assert review(people, until=AT.date()).pk
    assert timezone.now() > AT


def review(people: People, **given: object) -> TrailReview:
    """A review by the monitor."""
    asked = {
        "scope": Scope(),
        "actor": people.mona,
        "findings": "nothing",
        "until": date(2026, 3, 1),
    }
    asked |= given
    until = asked.pop("until")
    return record_review(reviewed_from=None, reviewed_until=until, at=AT, **asked)  # type: ignore[arg-type]  # a test's own words
