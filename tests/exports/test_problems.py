"""What the REST API refuses, and how it says so; what may be asked of its list."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from audit.errors import Refused
from exports import errors, problems, selectors, services
from exports.models import DataCut
from exports.tokens import READ
from tests.exports.test_api import LIST, Caller, asked, caller, problem, token
from tests.people import AT, People

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
