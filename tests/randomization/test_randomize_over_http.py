"""Two hundred people at once, over HTTP, and the server killed among them."""

from __future__ import annotations

import http.client
import itertools
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.urls import reverse

from audit.models import Event
from config.servers.processes import never, wait_until
from randomization import services, vault
from randomization.models import Allocation, Slot
from randomization.verifying import verify
from tests.builders import enrolled, saved
from tests.clones import multiply
from tests.journeys.server import Hospital
from tests.people import PASSWORD, People
from tests.randomization.builders import LATER
from trial import services as trial_services
from trial.models import Participant, Site
from trial.protocol import current
from trial.selectors import eligibility_digest

HALF = 100
BEFORE_THE_KILL = 40
Answer = tuple[int, str]


class Desk:
    """Somebody signed in, who sends requests over connections of their own."""

    def __init__(self, address: str, name: str) -> None:
        self._host = address.removeprefix("http://")
        self._cookies: SimpleCookie = SimpleCookie()
        self._ask("GET", reverse("sign-in"))
        self._ask("POST", reverse("sign-in"), username=name, password=PASSWORD)
        assert "sessionid" in self._cookies

    def randomizes(self, code: str) -> Answer | None:
        """Status and address of the answer; None where the server broke off."""
        try:
            return self._ask("POST", reverse("randomize", args=(code,)))
        except (OSError, http.client.HTTPException):
            return None

    def reads(self, code: str) -> str:
        """What the page says of the allocation."""
        connection = http.client.HTTPConnection(self._host, timeout=120)
        connection.request("GET", reverse("randomize", args=(code,)), headers=self._headers())
        page = connection.getresponse().read().decode()
        connection.close()
        found = re.search(r"Allocated to: [^<]+", page)
        return found.group() if found else ""

    def _ask(self, method: str, path: str, **data: str) -> Answer:
        connection = http.client.HTTPConnection(self._host, timeout=120)
        try:
            connection.request(method, path, body=urlencode(data), headers=self._headers())
            answer = connection.getresponse()
            answer.read()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie" and "sessionid" not in self._cookies:
                    self._cookies.load(value)
            return answer.status, answer.getheader("Location", "")
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        cookies = {name: morsel.value for name, morsel in self._cookies.items()}
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies.get("csrftoken", ""),
        }


@pytest.fixture
def server(committed_people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    """gunicorn on this run's PostgreSQL, serving a trial with strata; two processes."""
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    with tempfile.TemporaryDirectory(prefix="hermes-http-") as folder:
        hospital = Hospital(Path(folder), queue=0)
        hospital.environment["HERMES_PROTOCOL"] = "tests.protocols.three_arms"
        try:
            hospital.open(workers=2)
            yield hospital
        finally:
            hospital.close()


def ready_at(site: Site, people: People, dsn: str, *, first: int) -> list[str]:
    """The codes of a hundred participants of a site, each with consent and signed eligibility.

    One goes through the services; the others are copies of the rows, signed one by one.
    """
    actor = people.ines if site == people.grenoble else people.carl
    participant = enrolled(people, site=site, at=LATER)
    saved(participant, "START", "nihss", people, at=LATER, arm_left=4, leg_left=4, sensory=2)
    answers = {one.code: one.wanted for one in current().criteria if one.computed is None}
    how: dict[str, Any] = {"participant": participant, "actor": actor, "at": LATER}
    trial_services.answer_criteria(answers=answers, **how)
    trial_services.sign_eligibility(password=PASSWORD, seen=eligibility_digest(participant), **how)
    multiply(dsn, participant, first=first, last=first + HALF - 2)
    ready = list(Participant.objects.filter(site=site).select_related("site"))
    with transaction.atomic():
        for copy in ready:
            # A signature covers whose eligibility it is: a copied one holds for nobody.
            if copy != participant:
                seen = {"participant": copy, "seen": eligibility_digest(copy)}
                trial_services.sign_eligibility(**{**how, **seen}, password=PASSWORD)
    return sorted(copy.code for copy in ready)


def seal(people: People) -> None:
    """A list with room for everybody."""
    services.seal_list(actor=people.uma, at=LATER, seed=77, length=HALF, purpose="simulated")


@pytest.mark.requirement("R-012")
def test_two_hundred_requests_take_two_hundred_places_though_the_server_is_killed_among_them(
    committed_people: People, server: Hospital, superuser_dsn: str
) -> None:
    people = committed_people
    seal(people)
    codes = {
        "ines": ready_at(people.grenoble, people, superuser_dsn, first=2),
        "carl": ready_at(people.lyon, people, superuser_dsn, first=HALF + 2),
    }
    desks = {name: Desk(server.address, name) for name in codes}
    # Both sites at once, in turns.
    asked = [
        (name, code)
        for pair in zip(codes["ines"], codes["carl"], strict=True)
        for name, code in zip(codes, pair, strict=True)
    ]
    assert len(asked) == 2 * HALF

    def all_at_once(pool: ThreadPoolExecutor) -> Iterator[Answer | None]:
        return pool.map(lambda pair: desks[pair[0]].randomizes(pair[1]), asked)

    with ThreadPoolExecutor(2 * HALF) as pool:
        broken = all_at_once(pool)
        assert wait_until(partly_done, patience=60, cancelled=never)
        server.web_is_killed()
        assert None in set(broken)
    at_the_kill = everything_agrees()
    assert BEFORE_THE_KILL <= at_the_kill < 2 * HALF

    server.serve(workers=2)
    with ThreadPoolExecutor(2 * HALF) as pool:
        first = list(all_at_once(pool))
        done = list(Allocation.objects.order_by("pk").values_list("pk", "participant", "slot"))
        again = list(all_at_once(pool))
    assert first == again == [(302, reverse("randomize", args=(code,))) for _, code in asked]
    assert everything_agrees() == 2 * HALF
    assert list(Allocation.objects.order_by("pk").values_list("pk", "participant", "slot")) == done
    name, code = asked[7]
    assert desks[name].reads(code) == desks[name].reads(code) != ""


def partly_done() -> bool:
    """Whether the server is in the middle of it."""
    return Allocation.objects.count() >= BEFORE_THE_KILL


def everything_agrees() -> int:
    """How many are allocated: as many as slots, events and randomized participants, in order."""
    rows = list(vault.allocations().order_by("slot__stratum__code", "slot__position"))
    for _, taken in itertools.groupby(rows, key=lambda row: row.slot.stratum.code):
        found = list(taken)
        assert [row.slot.position for row in found] == list(range(1, len(found) + 1))
        assert [row.pk for row in found] == sorted(row.pk for row in found)
    assert len({row.participant_id for row in rows}) == len({row.slot_id for row in rows})
    assert Slot.objects.filter(allocation__isnull=False).count() == len(rows)
    assert Event.objects.filter(name="participant.randomized").count() == len(rows)
    assert Participant.objects.filter(randomized_on__isnull=False).count() == len(rows)
    assert Allocation.history.count() == len(rows)
    assert verify().findings == ()
    return len(rows)
