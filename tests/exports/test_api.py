"""The REST API: the rights and the blinding of the pages, and a clear 4xx for everything bad."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from analysis.api import CutServer
from analysis.cut import read_cut
from audit.models import Event
from config.wsgi import application
from exports import services
from exports.models import DataCut
from exports.tokens import CREATE, READ, issue_token
from tests.exports.trial_data import Trial, folder_of, frozen, names
from tests.people import AT, People
from trial.services import set_active


def token(user: User, *scopes: str, days: int = 1) -> str:
    """A token of this person, with every scope unless some are named."""
    _, plain = issue_token(
        user=user,
        scopes=scopes or (READ, CREATE),
        days=days,
        name="tests",
        actor=None,
        at=timezone.now(),
        system="tests",
    )
    return plain


class Caller:
    """A program with a token."""

    def __init__(self, plain: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {plain}"})

    def get(self, address: str, **headers: str) -> Any:
        """GET."""
        return self._client.get(
            address, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    def post(self, address: str, body: object, kind: str = "application/json") -> Any:
        """POST of a body, as JSON unless it is bytes."""
        sent = body if isinstance(body, bytes) else json.dumps(body)
        return self._client.post(address, sent, content_type=kind)

    def head(self, address: str) -> Any:
        """HEAD."""
        return self._client.head(address)


def caller(user: User, *scopes: str) -> Caller:
    """A program of this person."""
    return Caller(token(user, *scopes))


def asked(people: People, *, blinded: bool = True) -> DataCut:
    """A cut that waits."""
    actor = people.stan if blinded else people.uma
    return services.request_cut(purpose="first look", blinded=blinded, actor=actor, at=AT)


def body(answer: Any) -> bytes:
    """What was sent, at once or in pieces."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def problem(answer: Any) -> dict[str, Any]:
    """The problem details of a refusal, which all have the same members."""
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code"} <= set(found)
    assert found["status"] == answer.status_code
    return found


LIST = "/api/v1/cuts/"


@pytest.mark.requirement("R-063")
def test_a_program_asks_for_a_cut(people: People) -> None:
    answer = caller(people.stan).post(LIST, {"purpose": "interim", "blinded": True})
    cut = DataCut.objects.get()
    assert answer.status_code == 202
    assert answer["Location"].endswith(reverse("api-cut", args=[cut.code]))
    assert answer.json() == answer.json() | {
        "id": "CUT-0001", "cut": "CUT-0001", "status": "queued", "purpose": "interim",
        "blinded": True, "requested_by": "Stan Ozols", "files": [], "as_of": None,
    }  # fmt: skip
    assert Event.objects.get(name="cut.requested").actor == people.stan


@pytest.mark.requirement("R-063")
def test_a_finished_cut_is_listed_with_its_files(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    program = caller(committed_people.dag, READ)
    found = program.get(LIST).json()
    assert (found["next"], found["previous"]) == (None, None)
    (listed,) = found["results"]
    assert [file["name"] for file in listed["files"]] == names(cut)
    assert "manifest" not in listed
    one = program.get(listed["url"]).json()
    assert one == {**listed, "manifest": cut.manifest}
    for file in one["files"]:
        content = body(program.get(file["url"]))
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(content) == file["bytes"]


@pytest.mark.requirement("R-060")
def test_a_download_carries_its_hash_and_is_in_the_trail(
    trial: Trial, committed_people: People
) -> None:
    cut = frozen(committed_people)
    program = caller(committed_people.stan, READ)
    address = reverse("api-cut-file", args=[cut.code, "mrs.csv"])
    answer = program.get(address)
    digest = hashlib.sha256(body(answer))
    assert answer["ETag"] == f'"{digest.hexdigest()}"'
    assert answer["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer["Content-Type"] == "text/csv"
    event = Event.objects.get(name="cut.downloaded")
    assert (event.actor, event.data["sha256"]) == (committed_people.stan, digest.hexdigest())
    again = program.get(address, If_None_Match=answer["ETag"])
    assert (again.status_code, body(again)) == (304, b"")
    assert Event.objects.filter(name="cut.downloaded").count() == 1
    headers = program.head(address)
    assert headers["ETag"] == answer["ETag"]
    headers.close()
    assert Event.objects.filter(name="cut.downloaded").count() == 1


@pytest.mark.requirement("R-064")
def test_the_statistics_module_fetches_it(
    trial: Trial, committed_people: People, tmp_path: Path, live: str
) -> None:
    frozen(committed_people)
    target = tmp_path / "fetched"
    target.mkdir()
    CutServer(f"{live}/api/v1", token(committed_people.stan, READ)).download(target)
    assert read_cut(target).manifest.cut == "CUT-0001"


@pytest.mark.requirement("R-063")
def test_many_cuts_come_page_by_page_and_none_twice(people: People) -> None:
    for _ in range(53):
        asked(people)
    program, address, seen = caller(people.stan, READ), LIST, []
    while address:
        found = program.get(address).json()
        seen += [cut["id"] for cut in found["results"]]
        address = found["next"]
    assert seen == [f"CUT-{number:04d}" for number in range(53, 0, -1)]


@pytest.mark.requirement("R-017")
@pytest.mark.parametrize("name", ["stan", "dora", "dag"])
def test_an_unblinded_cut_does_not_exist_for_the_blinded(people: People, name: str) -> None:
    cut = asked(people, blinded=False)
    program = caller(getattr(people, name), READ)
    assert program.get(LIST).json()["results"] == []
    assert program.get(reverse("api-cut", args=[cut.code])).status_code == 404
    for file in ("allocation.csv", "manifest.json"):
        assert program.get(reverse("api-cut-file", args=[cut.code, file])).status_code == 404


@pytest.mark.requirement("R-017")
def test_an_unblinded_cut_is_refused_to_the_blinded(people: People) -> None:
    answer = caller(people.stan).post(LIST, {"purpose": "x", "blinded": False})
    assert (answer.status_code, answer.json()["code"]) == (403, "blinded-only")
    assert not DataCut.objects.exists()


@pytest.mark.requirement("R-063")
def test_no_token_or_a_wrong_one_is_a_401_that_says_what_is_wanted(people: People) -> None:
    address = reverse("api-cut", args=[asked(people).code])
    for header in (
        None, "", "Bearer", "Bearer x", "Bearer  ", "Bearer a b", "Basic eDp4", "bearer \xe9", "x",
    ):  # fmt: skip
        headers = {} if header is None else {"Authorization": header}
        for place in (LIST, address):
            answer = Client().get(place, headers=headers)
            assert answer.status_code == 401, header
            assert answer["WWW-Authenticate"] == 'Bearer realm="Hermes"'
            assert problem(answer)["status"] == 401


def test_being_signed_in_to_the_pages_is_no_token(people: People) -> None:
    client = Client()
    client.force_login(people.stan)
    assert client.get(LIST).status_code == 401


@pytest.mark.requirement("R-063")
def test_an_expired_a_revoked_and_a_closed_accounts_token_are_dead(people: People) -> None:
    plain = token(people.stan, READ)
    assert Caller(plain).get(LIST).status_code == 200
    rows = ApiToken.objects.filter(user=people.stan)
    now = timezone.now()
    rows.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    assert Caller(plain).get(LIST).status_code == 401
    rows.update(expires_at=now + timedelta(days=1), revoked_at=now)
    assert Caller(plain).get(LIST).status_code == 401
    rows.update(revoked_at=None)
    set_active(user=people.stan, active=False, reason="left", actor=people.ada, at=now)
    assert Caller(plain).get(LIST).status_code == 401
    set_active(user=people.stan, active=True, reason="came back", actor=people.ada, at=now)
    assert Caller(plain).get(LIST).status_code == 401
    assert Event.objects.get(name="token.revoked").data["for"] == "stan"


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize(("scope", "reads", "makes"), [(READ, 200, 403), (CREATE, 403, 202)])
def test_a_token_does_what_its_scope_says(
    people: People, scope: str, reads: int, makes: int
) -> None:
    program = caller(people.stan, scope)
    assert program.get(LIST).status_code == reads
    assert program.post(LIST, {"purpose": "x", "blinded": True}).status_code == makes


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize(
    ("name", "reads", "makes"),
    [("uma", 200, 202), ("dora", 200, 202), ("dag", 200, 403), ("ivan", 200, 403),
     ("ines", 403, 403), ("mona", 403, 403), ("otto", 403, 403), ("ada", 403, 403),
     ("zoe", 403, 403)],
)  # fmt: skip
def test_a_token_does_no_more_than_its_owner_may(
    people: People, name: str, reads: int, makes: int
) -> None:
    program = caller(getattr(people, name))
    assert program.get(LIST).status_code == reads
    assert program.post(LIST, {"purpose": "x", "blinded": True}).status_code == makes


def test_files_that_are_gone_are_a_410(trial: Trial, committed_people: People) -> None:
    cut = frozen(committed_people)
    (folder_of(cut) / "visits.csv").unlink()
    program = caller(committed_people.stan, READ)
    answer = program.get(reverse("api-cut-file", args=[cut.code, "visits.csv"]))
    assert (answer.status_code, problem(answer)["code"]) == (410, "files-gone")


def test_the_use_of_a_token_is_remembered(people: People) -> None:
    program = caller(people.stan, READ)
    assert ApiToken.objects.get().last_used_at is None
    program.get(LIST)
    used = ApiToken.objects.get().last_used_at
    assert used is not None
    program.get(LIST)
    assert ApiToken.objects.get().last_used_at == used


def test_reading_many_cuts_asks_the_database_as_often_as_reading_few(
    people: People, django_assert_num_queries: Any
) -> None:
    program = caller(people.stan, READ)
    program.get(LIST)
    for count in (1, 6):
        for _ in range(count):
            asked(people)
        with django_assert_num_queries(3):
            program.get(LIST)


@pytest.fixture
def live(committed_people: People) -> Iterator[str]:
    """The product on a port of its own, with the committed data."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler, ipv6=False)
    server.set_app(application)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
