"""Health and the page of last resort, also while the database or the broker is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from config.celery import app
from config.errors import unexpected


@pytest.fixture
def no_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The database is away for as long as the test lasts."""
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        yield
        connection.close()


@pytest.mark.requirement("R-082")
def test_it_names_the_database_and_the_broker(client: Client, db: None) -> None:
    answer = client.get("/healthz/")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert body["database"]["name"].startswith("PostgreSQL 18")
    assert body["broker"]["name"].split()[0] in {"Valkey", "Redis"}
    assert body["database"]["state"] == body["broker"]["state"] == "up"


@pytest.mark.requirement("R-082")
def test_it_fails_while_the_broker_is_away(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    answer = client.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json()["broker"] == {"name": "Redis", "state": "down"}
    assert answer.json()["database"]["state"] == "up"


@pytest.mark.requirement("R-082")
def test_it_fails_while_the_database_is_away(client: Client, no_database: None) -> None:
    answer = client.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json()["database"] == {"name": "PostgreSQL", "state": "down"}
    assert answer.json()["broker"]["state"] == "up"


def test_the_last_page_needs_no_database(no_database: None) -> None:
    request = RequestFactory().get("/participants/")
    request.COOKIES["sessionid"] = "somebody"
    answer = unexpected(request)
    assert answer.status_code == 500
    assert "Something failed" in answer.content.decode()
