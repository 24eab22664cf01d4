"""The REST API against its own description: it says what it does, and does what it says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from exports.models import DataCut
from exports.tokens import CREATE, READ, issue_token
from tests.exports.test_api import token
from tests.exports.trial_data import frozen, make_trial
from tests.people import People

CUT = "/api/v1/cuts/{code}/"
OPERATIONS = [
    ("GET", "/api/v1/cuts/"),
    ("POST", "/api/v1/cuts/"),
    ("GET", CUT),
    ("GET", f"{CUT}files/{{name}}/"),
    ("GET", f"{CUT}datasets/"),
    ("GET", f"{CUT}datasets/{{name}}/"),
    ("GET", f"{CUT}codebook/"),
    ("GET", "/api/v1/problems/"),
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BLINDED, UNBLINDED = "CUT-0001", "CUT-0002"
NOT_BLIND = {"uma", "ivan"}
READERS = {"dora", "stan", "dag", *NOT_BLIND}
EACH = 3
BOUNDED = settings(
    max_examples=EACH, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@dataclass(frozen=True)
class Callers:
    """A token by the name of whose it is, or of what is wrong with it."""

    tokens: dict[str, str]

    def headers(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Whose, and what they send."""
        yield "nobody", {}
        for name, plain in self.tokens.items():
            yield name, {"Authorization": f"Bearer {plain}"}


def with_everybody(people: People) -> Callers:
    """A blinded and an unblinded cut, and a token of everybody there is."""
    make_trial(people)
    frozen(people)
    frozen(people, blinded=False)
    tokens = {
        field.name: token(getattr(people, field.name))
        for field in fields(People)
        if field.name not in {"grenoble", "lyon"}
    }
    now = timezone.now()
    _, expired = issue_token(
        user=people.uma, scopes=[READ, CREATE], days=1, name="old", actor=None,
        at=now - timedelta(days=2), system="tests",
    )  # fmt: skip
    tokens |= {"expired": expired, "only-makes": token(people.uma, CREATE), "wrong": "hermes_x"}
    return Callers(tokens)


@pytest.fixture
def committed_scene() -> Any:
    """Made once."""
    return with_everybody


@pytest.fixture(autouse=True)
def cuts_dir(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cuts of these tests lie: they are made once for all."""
    settings.CUTS_DIR = base = tmp_path_factory.getbasetemp() / "schema-cuts"
    return base


def description() -> dict[str, Any]:
    """The OpenAPI description, as anybody reads it."""
    answer = Client().get("/api/v1/schema/", {"format": "json"})
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(b"".join(answer) if answer.streaming else answer.content)
    return found


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_it_answers_everybody_as_described_whatever_is_sent(
    standing: Callers, method: str, path: str
) -> None:
    operation = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)[path]
    seen: Counter[tuple[str, int]] = Counter()
    strategy = operation[method].as_strategy(generation_mode=GenerationMode.POSITIVE)
    if method == "POST" or path.endswith("datasets/{name}/"):
        strategy |= operation[method].as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @BOUNDED
    @given(case=strategy)
    def send(case: schemathesis.Case[Any]) -> None:
        for number, (name, header) in enumerate(standing.headers()):
            # What is made up hardly ever names something: every other time it does.
            if (number + seen.total()) % 2:
                meant(case, blinded=bool(number % 4))
            answer = case.call_and_validate(headers=header, checks=CHECKS)
            seen[name, answer.status_code] += 1
            told = UNBLINDED in (case.path_parameters or {}).values()
            assert not told or name in NOT_BLIND or answer.status_code not in {200, 304}, name

    send()
    # What is made up can spoil the header of a token that works: refused is who always was.
    let_in = {name for name, status in seen if status not in {401, 403}}
    refused = {name for name, _ in seen} - let_in
    assert refused >= {"nobody", "expired", "wrong", "ada", "zoe"} or path.endswith("problems/")
    # One scope is not the other: what only makes cuts reads none.
    left_out = {"dag", "ivan"} if method == "POST" else {"only-makes"}
    if method == "POST":  # an unblinded cut, asked for by the blinded
        refused -= {"stan", "dora"}
    strangers = {name for name, _ in standing.headers()} - READERS - {"only-makes"}
    assert refused == (set() if path.endswith("problems/") else strangers | left_out)


def meant(case: schemathesis.Case[Any], *, blinded: bool) -> None:
    """Let a made-up request name a cut that there is, and something in it."""
    if case.path_parameters:
        case.path_parameters["code"] = BLINDED if blinded else UNBLINDED
        if "name" in case.path_parameters:
            case.path_parameters["name"] = "mrs" if "datasets" in case.path else "mrs.csv"


def test_it_describes_every_operation_and_nothing_else(db: None) -> None:
    found = description()["paths"]
    described = {(method.upper(), path) for path, ways in found.items() for method in ways}
    assert described == set(OPERATIONS)


def test_it_is_made_without_a_warning(db: None) -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "openapi: 3" in out.getvalue()


@pytest.mark.requirement("R-063")
def test_every_answer_in_json_has_an_example_that_fits(db: None) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    bare = []
    for method, path, status, kind, examples in answers_in_json():
        place = f"{method} {path} {status} {kind}"
        # What a file holds is described where the file is.
        bare += [place] if not examples and "/files/" not in place else []
        case = schema[path][method].Case(path_parameters={"code": BLINDED, "name": "mrs"})
        for example in examples.values():
            case.validate_response(answered(status, kind, example["value"]), checks=CHECKS[1:])
            if status == 200:
                with pytest.raises(FailureGroup):
                    case.validate_response(answered(status, kind, ["x"]), checks=CHECKS[1:])
    assert bare == []


def answers_in_json() -> Iterator[tuple[str, str, int, str, dict[str, Any]]]:
    """Each answer of each operation that is JSON, with its examples."""
    for path, ways in description()["paths"].items():
        for method, operation in ways.items():
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    if "json" in kind:
                        yield method.upper(), path, int(status), kind, content.get("examples", {})


def answered(status: int, kind: str, value: object) -> schemathesis.Response:
    """An answer as it would arrive; who asked does not matter."""
    nobody: Any = SimpleNamespace(headers={}, method="GET", url=BLINDED, body=None)
    headers = {"content-type": [kind], "etag": ['"x"']}
    return schemathesis.Response(
        status, headers, json.dumps(value).encode(), nobody, elapsed=0.0, verify=False
    )


@pytest.mark.requirement("R-063")
def test_every_parameter_and_refusal_is_described_in_words(db: None) -> None:
    silent = []
    for path, ways in description()["paths"].items():
        for method, operation in ways.items():
            silent += [f"{method} {path}"] * (not operation.get("description"))
            silent += [
                f"{method} {path} {one['name']}" for one in operation.get("parameters", ())
                if one["in"] not in {"path", "header"} and not one.get("description")
            ]  # fmt: skip
            silent += [
                f"{method} {path} {status}" for status, answer in operation["responses"].items()
                if int(status) >= 300 and not answer["description"]
            ]  # fmt: skip
            assert {"401", "403"} <= set(operation["responses"]) or "problems" in path
            assert {"406", "500"} <= set(operation["responses"])
    assert silent == []


@pytest.mark.requirement("R-063")
def test_a_finished_cut_is_as_described(standing: Callers) -> None:
    header = {"Authorization": f"Bearer {standing.tokens['stan']}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    for path in (CUT, f"{CUT}datasets/", f"{CUT}codebook/", f"{CUT}datasets/{{name}}/"):
        names = {"code": BLINDED, "name": "mrs"} if "{name}" in path else {"code": BLINDED}
        case = schema[path]["GET"].Case(path_parameters=names, headers=header)
        assert case.call_and_validate().status_code == 200
    assert DataCut.objects.count() == 2
