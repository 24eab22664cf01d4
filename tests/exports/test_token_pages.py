"""The pages of the access tokens: one's own shown once, everybody's for the administrator."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, User
from audit.models import Event
from exports.tokens import CREATE, READ, issue_token
from tests.exports.test_api import LIST, Caller
from tests.people import AT, PASSWORD, People
from trial.by_password import STOPPED

PAGE, ALL = "/tokens/", "/people/tokens/"
READERS = ("stan", "dora", "uma", "dag", "ivan")
MAKERS = ("stan", "dora", "uma")
NEW = {"name": "R", "scopes": [READ], "days": "30", "password": PASSWORD}


def signed_in(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def shown(answer: Any) -> str:
    """The token a page shows; empty where it shows none."""
    found = re.search(r"hermes_[\w-]{40,}", answer.content.decode())
    return found.group() if found else ""


def given_to(user: User, *, name: str = "R") -> ApiToken:
    """A token that works."""
    return issue_token(user=user, scopes=[READ], days=30, name=name, actor=user, at=timezone.now())[
        0
    ]


@pytest.mark.requirement("R-063")
def test_a_new_token_is_shown_once_and_works(people: People) -> None:
    client = signed_in(people.stan)
    answer = client.post(PAGE, NEW | {"scopes": [READ, CREATE]})
    plain = shown(answer)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert Caller(plain).post(LIST, {"purpose": "x", "blinded": True}).status_code == 202
    for place in (PAGE, f"{PAGE}{ApiToken.objects.get().pk}/"):
        again = client.get(place)
        assert "R</" in again.content.decode() or ">R " in again.content.decode()
        assert shown(again) == ""
        assert ApiToken.objects.get().digest not in again.content.decode()
    event = Event.objects.get(name="token.issued")
    assert (event.actor, event.data["days"]) == (people.stan, 30)


@pytest.mark.requirement("R-063")
def test_who_reads_cuts_makes_tokens_and_of_no_more_than_they_may(people: People) -> None:
    for user in people.users():
        client = signed_in(user)
        page = client.get(PAGE)
        assert page.status_code == (200 if user.username in READERS else 403), user
        asks = client.post(PAGE, NEW | {"scopes": [CREATE]}).status_code
        may = user.username in MAKERS
        assert asks == (200 if may else 422 if user.username in READERS else 403), user
        assert (CREATE in page.content.decode()) == may
    assert set(ApiToken.objects.values_list("user__username", flat=True)) == set(MAKERS)


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "x" * 81}, {"scopes": []}, {"scopes": ["cuts:burn"]}, {"days": "0"},
     {"days": "367"}, {"days": ""}, {"password": ""}, {"password": "wrong"}],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_form(people: People, wrong: dict[str, Any]) -> None:
    answer = signed_in(people.stan).post(PAGE, NEW | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)
    assert shown(answer) == ""
    assert not ApiToken.objects.exists()


@pytest.mark.requirement("R-063")
def test_a_third_wrong_password_ends_the_session_and_is_told(people: People) -> None:
    client = signed_in(people.stan)
    answers = [client.post(PAGE, NEW | {"password": "no"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 302]
    assert STOPPED in client.get("/sign-in/").content.decode()
    assert client.get(PAGE).status_code == 302
    assert Event.objects.filter(name="token.refused", actor=people.stan).count() == 3
    assert Event.objects.filter(name="signature.alert", actor=people.stan).count() == 1


@pytest.mark.requirement("R-063")
def test_a_revoked_token_is_dead_at_once(people: People) -> None:
    client = signed_in(people.stan)
    plain = shown(client.post(PAGE, NEW))
    row = ApiToken.objects.get()
    assert Caller(plain).get(LIST).status_code == 200
    assert "never" not in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}{row.pk}/", follow=True)
    assert "Revoked" in answer.content.decode()
    assert Caller(plain).get(LIST).status_code == 401
    assert Event.objects.get(name="token.revoked").data["for"] == "stan"
    assert client.post(f"{PAGE}{row.pk}/").status_code == 409


@pytest.mark.requirement("R-063")
def test_anothers_token_is_not_there(people: People) -> None:
    row = given_to(people.stan)
    for user in people.users():
        client = signed_in(user)
        known = user.username in {"stan", "ada"}
        for answer in (client.get(f"{PAGE}{row.pk}/"), client.get(f"{PAGE}{row.pk + 1}/")):
            assert answer.status_code == (200 if known else 404), user
            known = False
        if user.username not in {"stan", "ada"}:
            assert client.post(f"{PAGE}{row.pk}/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert "R on Dora" not in signed_in(people.stan).get(PAGE).content.decode()


@pytest.mark.requirement("R-073")
def test_the_administrator_sees_and_ends_anybodys_and_reads_no_data(people: People) -> None:
    rows = [given_to(people.stan, name="R of Stan"), given_to(people.dora, name="Python of Dora")]
    client = signed_in(people.ada)
    page = client.get(ALL).content.decode()
    assert all(row.name in page and row.digest not in page for row in rows)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}{rows[0].pk}/").status_code == 302
    rows[0].refresh_from_db()
    assert rows[0].revoked_at is not None
    event = Event.objects.get(name="token.revoked")
    assert (event.actor, event.data["for"]) == (people.ada, "stan")
    assert signed_in(people.stan).get(ALL).status_code == 403


def test_how_a_token_stands_is_a_word(people: People) -> None:
    now = timezone.now()
    expired, revoked, works = (given_to(people.stan, name=name) for name in "ERW")
    ApiToken.objects.filter(pk=expired.pk).update(created_at=AT - timedelta(days=9), expires_at=AT)
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=now)
    client = signed_in(people.stan)
    for row, word, offered in ((expired, "Expired", False), (revoked, "Revoked", False),
                               (works, "Works", True)):  # fmt: skip
        page = client.get(f"{PAGE}{row.pk}/").content.decode()
        assert word in page
        assert ("Revoke this token?" in page) == offered
