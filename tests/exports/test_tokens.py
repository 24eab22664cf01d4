"""API tokens: scoped, expiring, printed once, kept as a hash, and in the trail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import ApiToken, digest_of
from audit.models import Event
from config.servers.processes import never, wait_until
from exports.tokens import CREATE, READ, TokenRefused, issue_token
from tests.at_once import PATIENCE, Slow, in_a_thread
from tests.people import AT, People
from trial.services import set_active


def issue(people: People, **given: Any) -> tuple[ApiToken, str]:
    """A token of Stan's."""
    facts: dict[str, Any] = {
        "user": people.stan, "scopes": [READ], "days": 30, "name": "R", "actor": people.stan,
        "at": AT, **given,
    }  # fmt: skip
    return issue_token(**facts)


@pytest.mark.requirement("R-063")
def test_it_is_kept_as_a_hash_and_expires(people: People) -> None:
    row, plain = issue(people, scopes=[READ, READ, CREATE])
    assert plain.startswith("hermes_")
    assert row.digest == digest_of(plain)
    assert plain not in str(ApiToken.objects.values().get())
    assert (row.scopes, row.expires_at) == ([CREATE, READ], AT + timedelta(days=30))


@pytest.mark.requirement("R-063")
def test_it_is_in_the_trail_without_the_token(people: People) -> None:
    row, plain = issue(people)
    event = Event.objects.get(name="token.issued")
    assert (event.actor, event.subject_id) == (people.stan, str(row.pk))
    assert event.data == {"for": "stan", "scopes": [READ], "days": 30}
    assert plain not in str(event.data)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["cuts:burn"]}, "scopes"),
        ({"scopes": [READ, "*"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_it_is_refused_in_words(people: People, given: dict[str, Any], field: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        issue(people, **given)
    assert refused.value.field == field
    assert not ApiToken.objects.exists()
    assert not Event.objects.filter(name="token.issued").exists()


def test_a_closed_account_gets_none(people: People) -> None:
    set_active(user=people.stan, active=False, reason="left", actor=people.ada, at=AT)
    people.stan.refresh_from_db()
    with pytest.raises(TokenRefused, match="closed"):
        issue(people)


@pytest.mark.requirement("R-063")
def test_a_token_asked_for_while_the_account_is_closed_is_refused(
    committed_people: People,
) -> None:
    people = committed_people
    facts: dict[str, Any] = {"user": people.stan, "reason": "left", "actor": people.ada, "at": AT}
    with ThreadPoolExecutor(2) as pool:
        closing = Slow(pool, lambda: set_active(active=False, **facts))
        asking = in_a_thread(pool, lambda: issue(people))
        assert not wait_until(asking.done, patience=0.5, cancelled=never)
        closing.commits()
        with pytest.raises(TokenRefused, match="closed"):
            asking.result(PATIENCE)
    assert not ApiToken.objects.exists()


def test_the_command_prints_the_token_alone_and_once(people: People) -> None:
    out, err = StringIO(), StringIO()
    call_command("api_token", "STAN", "--scope", READ, "--days", "7", stdout=out, stderr=err)
    plain = out.getvalue().strip()
    found = ApiToken.objects.live(plain, at=timezone.now())
    assert found is not None
    assert (found.user, found.scopes) == (people.stan, [READ])
    assert timedelta(days=6) < found.expires_at - timezone.now() <= timedelta(days=7)
    assert plain not in err.getvalue()
    event = Event.objects.get(name="token.issued")
    assert (event.actor, event.role) == (None, "manage.py api_token")


@pytest.mark.parametrize(
    "arguments",
    [["nobody", "--scope", READ], ["stan", "--scope", "x"], ["stan", "--scope", READ, "--days=0"]],
)
def test_the_command_says_what_is_wrong(people: People, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("api_token", *arguments)
    assert not ApiToken.objects.exists()
