"""No log line can tell an arm: addresses, messages of errors and arguments of tasks stay out."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.conf import settings
from django.db import IntegrityError
from django.test import Client, RequestFactory
from django.urls import resolve

from config import errors
from config.logs import Neutral
from tests.people import People

TELLING = ("B-001", "GRE-001", "cells", "control", "Mesenchymal")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What production would write to its log."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Neutral("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    logging.config.dictConfig(settings.LOGGING)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def told(lines: io.StringIO) -> list[str]:
    return [word for word in TELLING if word in lines.getvalue()]


@pytest.mark.requirement("R-011")
@pytest.mark.requirement("R-017")
def test_an_error_is_logged_by_kind_and_place_and_not_by_its_words(lines: io.StringIO) -> None:
    try:
        fail()
    except IntegrityError as error:
        logging.getLogger("hermes").exception("it failed: %s", error)  # noqa: TRY401 - proves such a line leaks nothing
    assert told(lines) == []
    assert "it failed: IntegrityError" in lines.getvalue()
    assert "test_logs.py" in lines.getvalue()
    assert "KeyError" in lines.getvalue()


def fail() -> None:
    arms: dict[str, int] = {}
    try:
        arms["Mesenchymal"]
    except KeyError as first:
        raise IntegrityError("Failing row contains (7, GRE-001-5, cells)") from first


@pytest.mark.requirement("R-011")
@pytest.mark.requirement("R-017")
def test_an_unexpected_error_is_logged_by_its_route(lines: io.StringIO) -> None:
    address = "/participants/GRE-001-5/treatment/product/B-001/release/"
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    assert b"B-001" not in errors.unexpected(request).content
    logging.getLogger("django.request").error(
        "Internal Server Error: %s", address, extra={"request": request, "status_code": 500}
    )
    assert told(lines) == []
    assert lines.getvalue().count("at product-release") == 2


@pytest.mark.requirement("R-017")
def test_what_is_refused_is_not_logged(people: People, client: Client, lines: io.StringIO) -> None:
    client.force_login(people.ines)
    assert client.get("/participants/GRE-001-5/treatment/").status_code == 404
    assert lines.getvalue() == ""


@shared_task(name="tests.fails")
def fails(arm: str) -> None:
    """A task that quotes what it was given."""
    raise ValueError(arm)


@pytest.mark.requirement("R-017")
def test_a_failed_task_is_logged_without_its_arguments(lines: io.StringIO) -> None:
    fails.apply(("cells",))
    assert told(lines) == []
    assert "task tests.fails failed" in lines.getvalue()
