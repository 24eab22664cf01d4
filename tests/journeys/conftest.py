"""A real server, a real browser, and people who sit down before it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect, sync_playwright

from accounts.models import User
from tests.journeys.browser import launch
from tests.journeys.desk import PATIENCE, Desk, Sit
from tests.journeys.server import Hospital
from tests.people import People

UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the folder."""
    expect.set_options(timeout=PATIENCE)
    # Playwright keeps an event loop running in this thread, and Django then refuses to touch the
    # database from it. Nothing of Django ever runs inside that loop: it only serves the browser.
    os.environ[UNSAFE] = "yes"
    try:
        with sync_playwright() as playwright:
            chromium = launch(playwright)
            yield chromium
            chromium.close()
    finally:
        del os.environ[UNSAFE]


@pytest.fixture(scope="package")
def _hospital(django_db_setup: None, worker_id: str) -> Iterator[Hospital]:
    with tempfile.TemporaryDirectory(prefix="hermes-journeys-") as folder:
        # Queue 0 is where the tests without a worker leave their messages; Valkey has 16.
        number = int(re.sub(r"\D", "", worker_id) or 0)
        hospital = Hospital(Path(folder), queue=1 + number % 15)
        try:
            hospital.open()
            yield hospital
        finally:
            hospital.close()


@pytest.fixture
def hospital(_hospital: Hospital, committed_people: People, settings: object) -> Hospital:
    """The server, on a database with the people and the two sites."""
    settings.CUTS_DIR = _hospital.cuts  # type: ignore[attr-defined]  # pytest-django types it so
    return _hospital


@pytest.fixture
def sit(hospital: Hospital, browser: Browser) -> Iterator[Sit]:
    """Sit somebody down before a browser, signed in if a name is given, at home or where ``at``
    says.

    Without JavaScript by the form, as in `Desk.signs_in`; others find themselves signed in.
    """
    desks: list[Desk] = []

    def sit_down(name: str = "", at: str = "/", **window: bool) -> Desk:
        desk = Desk(browser, hospital.address, **window)
        desks.append(desk)
        if not name:
            return desk
        if window.get("javascript", True):
            return desk.is_signed_in(session_of(name), at)
        desk.signs_in(name)
        return desk if at == "/" else desk.opens(at)

    yield sit_down
    for desk in desks:
        desk.leaves()


def session_of(name: str) -> str:
    """The key of a session in which this person is signed in."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client.cookies[settings.SESSION_COOKIE_NAME].value
