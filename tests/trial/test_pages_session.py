"""Signing in and out in the browser, and one's own password."""

from __future__ import annotations

import base64

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from accounts.unsaved import unsaved_keys
from audit.models import Event
from tests.people import PASSWORD, People
from tests.trial.reading import read, send
from trial import services
from trial.by_password import STOPPED
from trial.services.passwords import FAILURES

SIGN_IN, PASSWORD_PAGE = "/sign-in/", "/password/"
NEW = "lantern quarry violet sum"


def last_event(name: str) -> Event:
    """The newest event of a name."""
    return Event.objects.filter(name=name).latest("pk")


@pytest.mark.requirement("R-072")
def test_it_signs_in_and_logs_it(people: People, client: Client) -> None:
    answer = client.post(SIGN_IN, {"username": "ines", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert last_event("session.opened").actor == people.ines


def test_it_goes_where_the_person_was_going(people: People, client: Client) -> None:
    sent_away = client.get("/participants/")
    assert sent_away.headers["Location"] == "/sign-in/?next=/participants/"
    data = {"username": "ines", "password": PASSWORD, "next": "/participants/"}
    assert client.post(SIGN_IN, data).headers["Location"] == "/participants/"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_it_leads_to_no_other_host(people: People, client: Client, target: str) -> None:
    answer = client.post(SIGN_IN, {"username": "ines", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.requirement("R-072")
@pytest.mark.parametrize(
    ("username", "password"),
    [("ines", "wrong"), ("nobody", PASSWORD), ("ines", PASSWORD.upper())],
)
def test_it_refuses_and_logs_what_was_tried(
    people: People, client: Client, username: str, password: str
) -> None:
    page = send(client, SIGN_IN, username=username, password=password)
    assert page.status == 422
    assert "The name or the password is not right." in page.text
    assert page.typed["username"] == username
    assert password not in page.html
    assert last_event("session.refused").data == {"username": username}
    assert "_auth_user_id" not in client.session


def test_it_refuses_a_closed_account(people: People, client: Client) -> None:
    services.set_active(
        user=people.nils, active=False, reason="left", actor=people.ada, at=timezone.now()
    )
    assert send(client, SIGN_IN, username="nils", password=PASSWORD).status == 422
    assert "_auth_user_id" not in client.session


def test_it_asks_for_both(people: People, client: Client) -> None:
    assert send(client, SIGN_IN, username="", password="").status == 422
    assert not Event.objects.filter(name="session.refused").exists()


def test_it_shows_the_trial_the_environment_and_two_boxes(client: Client, db: None) -> None:
    page = read(client, SIGN_IN)
    assert set(page.typed) == {"csrfmiddlewaretoken", "username", "next"}
    assert 'name="password"' in page.html
    assert "ISIS-HERMES" in page.text
    assert "simulated" in page.text
    assert page.links == ["#main", "/"]


def test_it_signs_out_and_logs_it(people: People, client: Client) -> None:
    client.force_login(people.ines)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == SIGN_IN
    assert last_event("session.closed").actor == people.ines
    assert client.get("/").status_code == 302


def test_it_changes_the_password_and_stays_signed_in(people: People, client: Client) -> None:
    client.force_login(people.nils)
    answer = client.post(PASSWORD_PAGE, {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200
    people.nils.refresh_from_db()
    assert people.nils.check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("wrong", NEW, NEW), "Your present password is not right."),
        ((PASSWORD, NEW, "something else"), "This is not the same as the new password."),
        ((PASSWORD, "short", "short"), "too short"),
        ((PASSWORD, "", ""), "This field is required."),
    ],
)
def test_it_keeps_the_old_password_when_refused(
    people: People, client: Client, typed: tuple[str, str, str], sentence: str
) -> None:
    client.force_login(people.nils)
    old, new, again = typed
    page = send(client, PASSWORD_PAGE, old=old, new=new, again=again)
    assert page.status == 422
    assert sentence in page.text
    people.nils.refresh_from_db()
    assert people.nils.check_password(PASSWORD)


def test_a_third_wrong_password_ends_the_session_and_is_told(
    people: People, client: Client
) -> None:
    client.force_login(people.nils)
    typed = {"old": "a guess", "new": NEW, "again": NEW}
    answers = [client.post(PASSWORD_PAGE, typed) for _ in range(FAILURES)]
    assert [answer.status_code for answer in answers] == [422, 422, 302]
    assert STOPPED in client.get("/sign-in/").content.decode()
    assert client.get(PASSWORD_PAGE).status_code == 302
    people.nils.refresh_from_db()
    assert people.nils.check_password(PASSWORD)
    refused = Event.objects.filter(name="account.password-refused", actor=people.nils)
    assert refused.count() == FAILURES
    assert Event.objects.get(name="signature.alert").data == {"failures": FAILURES}


@pytest.mark.requirement("R-025")
def test_the_keys_of_unsaved_answers_are_each_persons_own(people: People) -> None:
    told = {}
    for user in (people.nils, people.ines):
        client = Client()
        client.force_login(user)
        answer = client.get("/draft-key/")
        assert answer.headers["Cache-Control"] == "no-store"
        told[user.pk] = answer.json()
        # The same after a new sign-in: what was kept under them must open again.
        client.logout()
        client.force_login(user)
        again = client.get("/draft-key/").json()
        assert {use: again[use] for use in ("seal", "name")} == unsaved_keys(user)
    keys = [one[use] for one in told.values() for use in ("seal", "name")]
    assert len(set(keys)) == 4
    assert {len(base64.b64decode(key)) for key in keys} == {32}


@pytest.mark.requirement("R-025")
def test_nobody_gets_a_key_who_is_not_signed_in(client: Client, db: None) -> None:
    answer = client.get("/draft-key/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/?next=/draft-key/")


@pytest.mark.requirement("R-025")
def test_another_secret_gives_other_keys(people: People) -> None:
    before = unsaved_keys(people.nils)
    with override_settings(SECRET_KEY="another secret of this server, as long as it should be"):
        after = unsaved_keys(people.nils)
    assert not set(before.values()) & set(after.values())
