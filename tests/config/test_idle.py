"""A session's idle time begins again with each request, and is written down once a minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.sessions import WRITTEN
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]


def ends_in(client: Client) -> timedelta:
    """How long the session still lives without another request."""
    row = Session.objects.get(session_key=client.session.session_key)
    return row.expire_date - timezone.now()


def seen_ago(client: Client, seconds: int) -> None:
    """As if the session had been written so long ago."""
    session = client.session
    row = Session.objects.get(session_key=session.session_key)
    row.session_data = session.encode({**dict(session.items()), WRITTEN: _now() - seconds})
    row.expire_date -= timedelta(seconds=seconds)
    row.save()


def _now() -> float:
    return timezone.now().timestamp()


@pytest.fixture
def nils(people: People, client: Client) -> Client:
    """A nurse who has just signed in and looked at his work."""
    client.force_login(people.nils)
    client.get("/")
    return client


def test_a_second_page_within_the_minute_writes_nothing(nils: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        nils.get("/protocol/")
    assert not [one["sql"] for one in asked if one["sql"].startswith(("UPDATE", "INSERT"))]


def test_a_page_after_a_minute_starts_the_half_hour_again(nils: Client) -> None:
    seen_ago(nils, 61)
    assert ends_in(nils) < timedelta(minutes=30)
    nils.get("/protocol/")
    assert ends_in(nils) > timedelta(minutes=30, seconds=50)


def test_whoever_was_seen_within_half_an_hour_is_not_signed_out(nils: Client) -> None:
    seen_ago(nils, 30)
    nils.get("/protocol/")
    # The request is not written down: the session lives as much longer.
    assert ends_in(nils) > timedelta(minutes=30)


def test_whoever_was_not_seen_for_half_an_hour_is_asked_to_sign_in(nils: Client) -> None:
    seen_ago(nils, 31 * 60)
    assert nils.get("/protocol/").status_code == 302


def test_a_bar_that_asks_by_itself_keeps_nobody_signed_in(nils: Client) -> None:
    seen_ago(nils, 61)
    nils.get("/cuts/CUT-0001/progress/")
    assert ends_in(nils) < timedelta(minutes=30)


def test_reading_without_signing_in_makes_no_session(client: Client) -> None:
    client.get("/sign-in/")
    assert not Session.objects.exists()
