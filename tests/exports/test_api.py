"""The REST API: the rights and the blinding of the pages, and a clear 4xx for everything bad."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from analysis.api import CutServer
from analysis.cut import read_cut
from audit.errors import Refused
from audit.models import Event
from config.wsgi import application
from exports import errors, problems, selectors, services
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


BAD: list[object] = [
    {}, [], None, 3, "x", {"purpose": "x"}, {"blinded": True}, {"purpose": "", "blinded": True},
    {"purpose": "x" * 201, "blinded": True}, {"purpose": None, "blinded": True},
    {"purpose": 3, "blinded": True}, {"purpose": ["x"], "blinded": True},
    {"purpose": "x", "blinded": "yes"}, {"purpose": "x", "blinded": 1},
    {"purpose": "x", "blinded": None}, {"purpose": "a\0b", "blinded": True},
    {"purpose": "\ud800", "blinded": True}, {"purpose": " \t", "blinded": True},
    b"{", b"", b"\xff\xfe", b'{"purpose": "x", "blinded": true', b"[" * 50_000,
]  # fmt: skip


@pytest.mark.requirement("R-063")
def test_what_makes_no_sense_is_a_400_in_words(people: People) -> None:
    program = caller(people.stan)
    for sent in BAD:
        answer = program.post(LIST, sent)
        assert answer.status_code == 400, repr(sent)[:40]
        assert problem(answer)["code"] in {"invalid", "parse-error"}, repr(sent)[:40]
    assert not DataCut.objects.exists()


@pytest.mark.requirement("R-063")
def test_a_field_that_is_wrong_is_named(people: People) -> None:
    found = problem(caller(people.stan).post(LIST, {"purpose": "x", "blinded": "yes"}))
    assert found == {
        "type": "/api/v1/problems/#invalid", "title": problems.KINDS["invalid"].title,
        "status": 400, "detail": "Some fields are missing or wrong.", "instance": LIST,
        "code": "invalid", "errors": {"blinded": ["Must be a valid boolean."]},
    }  # fmt: skip


NOT_THERE = [
    f"{LIST}CUT-9999/", f"{LIST}%00/", f"{LIST}CUT-0001/files/%00/",
    f"{LIST}CUT-0001/files/..%2f..%2fsecret_key/", f"{LIST}CUT-0001/files/visits.csv/",
    f"{LIST}CUT-9999/datasets/", f"{LIST}CUT-9999/codebook/", f"{LIST}?format=xml",
    "/api/v1/nothing/", "/api/v1/cuts/CUT-0001/nothing/",
]  # fmt: skip
NO_CURSORS = ["nonsense", "%00", "cD0lMDA%3D", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ%3D%3D", "", "é"]


@pytest.mark.requirement("R-063")
def test_what_is_not_there_is_a_404(people: People) -> None:
    asked(people)
    program = caller(people.stan, READ)
    for place in NOT_THERE:
        answer = program.get(place)
        assert (answer.status_code, problem(answer)["code"]) == (404, "not-found"), place


@pytest.mark.requirement("R-063")
def test_a_wrong_cursor_is_a_400(people: People) -> None:
    program = caller(people.stan, READ)
    for cursor in NO_CURSORS:
        answer = program.get(f"{LIST}?cursor={cursor}")
        assert answer.status_code == 400, cursor
        assert set(problem(answer)["errors"]) == {"cursor"}, cursor


@pytest.mark.requirement("R-063")
def test_other_methods_bodies_and_answers_are_refused(people: People) -> None:
    program = caller(people.stan)
    sent = {"purpose": "x", "blinded": True}
    refused = {
        415: program.post(LIST, sent, "text/csv"),
        405: program.post(reverse("api-cut", args=["CUT-0001"]), sent),
        406: program.get(LIST, Accept="text/html"),
    }
    for status, answer in refused.items():
        assert (answer.status_code, problem(answer)["status"]) == (status, status)
    assert refused[405]["Allow"] == "GET"


@pytest.mark.requirement("R-063")
def test_a_failure_is_a_problem_with_a_reference_and_nothing_else(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("what nobody may read")

    monkeypatch.setattr(selectors, "cuts_for", fails)
    client = Client(
        raise_request_exception=False,
        headers={"Authorization": f"Bearer {token(people.stan, READ)}"},
    )
    answer = client.get(LIST)
    found = problem(answer)
    assert (answer.status_code, found["code"]) == (500, "unexpected")
    assert found["reference"] in found["detail"]
    assert "nobody" not in answer.content.decode()


@pytest.mark.requirement("R-063")
def test_every_kind_of_problem_is_listed_with_its_type() -> None:
    listed = Client().get(problems.ADDRESS).json()["results"]
    assert {kind["code"] for kind in listed} == set(problems.KINDS)
    told = {one.code for one in vars(errors).values() if is_refusal(one)}
    assert told - {"finished", "cut-failed", "refused"} <= set(problems.KINDS)


def is_refusal(found: object) -> bool:
    """Whether this is a kind of refusal."""
    return isinstance(found, type) and issubclass(found, Refused)


@pytest.mark.requirement("R-063")
def test_the_newest_cut_at_an_instant_is_found(people: People) -> None:
    asked(people)
    for day, blinded in ((1, True), (5, True), (5, False), (9, True)):
        as_done(asked(people, blinded=blinded), AT + timedelta(days=day))
    stan, uma = caller(people.stan, READ), caller(people.uma, READ)

    def found(program: Caller, days: float, **more: str) -> list[str]:
        at = (AT + timedelta(days=days)).isoformat().replace("+00:00", "Z")
        query = urlencode({"as_of": at, **more})
        return [cut["id"] for cut in program.get(f"{LIST}?{query}").json()["results"]]

    assert [found(stan, day) for day in (0.9, 1, 4, 8, 20)] == [
        [], ["CUT-0002"], ["CUT-0002"], ["CUT-0003"], ["CUT-0005"],
    ]  # fmt: skip
    # To the blinded the unblinded cut of the fifth day does not exist.
    assert found(uma, 8) == ["CUT-0004"]
    assert found(uma, 8, blinded="true") == ["CUT-0003"]
    assert len(stan.get(f"{LIST}?status=queued").json()["results"]) == 1
    assert stan.get(f"{LIST}?blinded=false").json()["results"] == []


def as_done(cut: DataCut, as_of: datetime) -> None:
    """Give a cut what a finished one has; its files are not asked for."""
    facts = {"tables": [], "tables_of": cut.code}
    DataCut.objects.filter(pk=cut.pk).update(
        status="done", as_of=as_of, finished_at=as_of, manifest=facts, manifest_bytes=1,
        manifest_sha256="0" * 64, folder=cut.code, rows_total=0,
    )  # fmt: skip


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize(
    "asked_for",
    ["as_of=2027", "as_of=2027-03-12T00:00:00", "as_of=2027-03-12T00:00:00+01:00", "as_of=%00",
     "as_of=0001-01-01T00:00:00%2B14:00", "blinded=yes", "status=made", "asof=2027", "x="],
)  # fmt: skip
def test_a_parameter_that_makes_no_sense_is_named(people: People, asked_for: str) -> None:
    answer = caller(people.stan, READ).get(f"{LIST}?{asked_for}")
    assert answer.status_code == 400
    assert set(problem(answer)["errors"]) == {asked_for.split("=", maxsplit=1)[0]}


@pytest.mark.requirement("R-063")
def test_a_list_that_has_not_changed_is_not_sent_again(people: People) -> None:
    cut = asked(people)
    program, kept = caller(people.stan, READ), []
    for place in (LIST, reverse("api-cut", args=[cut.code])):
        first = program.get(place)
        assert first["Cache-Control"] == "private, no-cache"
        assert "Authorization" in first["Vary"]
        for tag in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}'):
            again = program.get(place, If_None_Match=tag)
            assert (again.status_code, again.content) == (304, b"")
            assert again["ETag"] == first["ETag"]
        kept.append((place, first["ETag"]))
        assert program.get(place, If_None_Match='"x"').status_code == 200
    services.cancel_cut(cut=cut, actor=people.stan, at=AT)
    for place, tag in kept:
        assert program.get(place, If_None_Match=tag).status_code == 200


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
