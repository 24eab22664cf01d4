"""The REST API against its own description: it says what it does, and does what it says."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from exports.models import DataCut
from tests.exports.test_api import token
from tests.exports.trial_data import frozen
from tests.people import People

OPERATIONS = [
    ("GET", "/api/v1/cuts/{code}/datasets/"),
    ("GET", "/api/v1/cuts/{code}/datasets/{name}/"),
    ("GET", "/api/v1/cuts/{code}/codebook/"),
    ("GET", "/api/v1/problems/"),
    ("GET", "/api/v1/cuts/"),
    ("POST", "/api/v1/cuts/"),
    ("GET", "/api/v1/cuts/{code}/"),
    ("GET", "/api/v1/cuts/{code}/files/{name}/"),
]
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def description() -> dict[str, Any]:
    """The OpenAPI description, as anybody reads it."""
    answer = Client().get("/api/v1/schema/", {"format": "json"})
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(b"".join(answer) if answer.streaming else answer.content)
    return found


def test_it_describes_every_operation_and_nothing_else(db: None) -> None:
    found = description()["paths"]
    described = {(method.upper(), path) for path, ways in found.items() for method in ways}
    assert described == set(OPERATIONS)


def test_it_is_made_without_a_warning(db: None) -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "openapi: 3" in out.getvalue()


@pytest.mark.requirement("R-063")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_it_answers_as_described_whatever_is_sent(
    committed_people: People, method: str, path: str
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    modes = [GenerationMode.POSITIVE] + [GenerationMode.NEGATIVE] * (method == "POST")
    for name in ("stan", "dag", "mona"):
        header = {"Authorization": f"Bearer {token(getattr(committed_people, name))}"}
        for mode in modes:
            send(schema[path][method].as_strategy(generation_mode=mode), header)


def send(requests: SearchStrategy[schemathesis.Case[Any]], header: dict[str, str]) -> None:
    """Send twenty of these, and hold every answer against the description."""

    @BOUNDED
    @given(case=requests)
    def one(case: schemathesis.Case[Any]) -> None:
        # A purpose of blanks or control signs fits its description and is refused in words: 4xx.
        case.call_and_validate(headers=header, excluded_checks=[positive_data_acceptance])

    one()


@pytest.mark.requirement("R-063")
def test_a_finished_cut_is_as_described(committed_people: People) -> None:
    cut: DataCut = frozen(committed_people)
    header = {"Authorization": f"Bearer {token(committed_people.stan)}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    for path in ("/api/v1/cuts/", "/api/v1/cuts/{code}/"):
        case = schema[path]["GET"].Case(path_parameters={"code": cut.code}, headers=header)
        assert case.call_and_validate().status_code == 200
