"""Nonsense sent to every form, every address and the REST API: a clear 4xx, never a 500."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from zlib import crc32

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from config.permissions import ROUTES, SIGNED_IN
from tests.stage import Scene
from tests.world import World, make_world
from trial.access import may
from trial.roles import P

NONSENSE = (
    "", " ", "\x00", "-1", "99999999999999999999", "1e309", "NaN", "2026-02-31", "0000-00-00",
    "' OR 1=1 --", "<script>alert(1)</script>", "=HYPERLINK(1)", "\u202e\ud83e\udde0".encode(
        "utf-16", "surrogatepass").decode("utf-16"), "é" * 5000, "on", "[]", "{{7*7}}",
)  # fmt: skip
BODIES = (
    "", "{", "[]", "null", '"x"', '{"purpose": 1}', "\x00",
    '{"purpose": "\\u0000", "blinded": true}',
    '{"purpose": "x", "blinded": "maybe"}',
    '{"purpose": "' + "é" * 5000 + '", "blinded": true}',
)  # fmt: skip
PATHS = ("%00", "%2e%2e", "GRE-001-0", "x" * 300, "9999999999999999999", "é")
# A query string holds no markup and no formula: to the views they are one more plain word.
ASKED_FOR = tuple(word for word in NONSENSE if word[:1] not in "<=[{o" or not word)
# So many times a form is sent, each time with another word in each of its boxes.
ROUNDS = 6
_FIELD = re.compile(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"')
_SIGNS_OUT = {"sign-out", "sign-in"}


@pytest.fixture
def scene() -> Scene:
    """Made once for the tests in a row."""
    return make_world


@pytest.fixture
def world(staged: World) -> World:
    """One participant in whom everything has happened."""
    return staged


class Noting(QueryDict):
    """A query string that knows whether anybody looked into it."""

    looked = False

    def __getitem__(self, key: str) -> Any:
        self.looked = True
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.looked = True
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self.looked = True
        return super().__iter__()

    def __len__(self) -> int:
        self.looked = True
        return super().__len__()

    def getlist(self, key: str, default: Any = None) -> Any:
        self.looked = True
        return super().getlist(key, default)

    def lists(self) -> Any:
        self.looked = True
        return super().lists()


def looked_into(request: Any) -> bool:
    """Whether a view, a form or a template read the query string of an answered request."""
    return bool(request.GET.looked)


def noting(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Middleware that hands the views a query string of that kind."""

    def answer(request: HttpRequest) -> HttpResponse:
        asked: Any = Noting(request.META["QUERY_STRING"])
        asked.looked = False
        request.GET = asked
        return get_response(request)

    return answer


def who_may(world: World, rule: P | str) -> User:
    """Somebody of Grenoble the table lets in."""
    if rule == SIGNED_IN:
        return world.people.nils
    return next(user for user in world.people.users() if isinstance(rule, P) and may(user, rule))


def forms(world: World) -> Iterator[tuple[str, str, User]]:
    """Every address that takes a form, and somebody who may send it."""
    for name, rules in sorted(ROUTES.items()):
        rule = rules.get("POST")
        if rule is None or name in _SIGNS_OUT or name.startswith("api-"):
            continue
        for arguments in world.addresses.get(name, [{}]):
            yield name, reverse(name, kwargs=arguments), who_may(world, rule)


def words_for(place: str, fields: set[str], round_: int) -> dict[str, str]:
    """A word for each box, so that boxes of one name meet other words in other forms."""
    return {
        name: NONSENSE[(crc32(f"{place} {name}".encode()) + round_) % len(NONSENSE)]
        for name in fields
    }


def test_nonsense_in_every_field_of_every_form(world: World) -> None:
    client = Client(raise_request_exception=False)
    failed = []
    for name, address, user in forms(world):
        client.force_login(user)
        page = client.get(address).content.decode()
        fields = set(_FIELD.findall(page)) - {"csrfmiddlewaretoken"}
        acts = sorted(set(re.findall(r'name="act" value="([^"]+)"', page)) or {""})
        for round_, act in product(range(ROUNDS), acts):
            sent = words_for(address, fields, round_) | {"act": act}
            response = client.post(address, sent)
            if response.status_code >= 500:
                failed.append(f"{name} {sent}: {response.status_code}")
    assert failed == []


def test_nonsense_in_every_query_string(world: World, settings: Any) -> None:
    settings.MIDDLEWARE = [f"{__name__}.noting", *settings.MIDDLEWARE]
    client = Client(raise_request_exception=False)
    names = ("q", "site", "page", "person", "participant", "kind", "since", "until", "before",
             "act", "at", "day", "clock", "left-at", "right-day",
             "item", "as_of", "cursor", "next", "outcome", "state")  # fmt: skip
    failed, blind = [], set()
    for name, rules in sorted(ROUTES.items()):
        rule = rules.get("GET")
        if rule is None or name.startswith("api-"):
            continue
        client.force_login(who_may(world, rule if isinstance(rule, P) else SIGNED_IN))
        for place, arguments in enumerate(world.addresses.get(name, [{}])):
            # The same view at its other places: there every word has its turn, but only once.
            for nonsense in ASKED_FOR if place == 0 else ASKED_FOR[place::4]:
                response = client.get(
                    reverse(name, kwargs=arguments), dict.fromkeys(names, nonsense[:200])
                )
                if response.status_code >= 500:
                    failed.append(f"{name} {nonsense[:20]!r}")
                if not looked_into(response.wsgi_request):
                    blind.add(name)
                    break  # nobody reads it: another word would be the same request again
    assert failed == []
    assert {"trail", "participants", "cuts"}.isdisjoint(blind)


@pytest.mark.parametrize("nonsense", PATHS)
def test_nonsense_in_every_part_of_an_address_is_not_found(world: World, nonsense: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.people.ines)
    for name, listed in world.addresses.items():
        address = reverse(name, kwargs=listed[0])
        for value in listed[0].values():
            broken = address.replace(f"/{value}/", f"/{nonsense}/", 1)
            # Where one only sends something, a visit leads on to its page, which is not there.
            answer = client.get(broken, follow=True)
            assert answer.status_code in {400, 401, 403, 404, 405}, broken


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_nonsense_sent_to_the_api_is_a_4xx_in_words(world: World, body: str) -> None:
    now = timezone.now()
    _, token = ApiToken.objects.issue(
        user=world.people.stan, name="test", scopes=["cuts:create", "cuts:read"], at=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip
    client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})
    response = client.post(reverse("api-cuts"), body, content_type="application/json")
    assert 400 <= response.status_code < 500
    assert response.json()["detail"]
    for address in ("/api/v1/cuts/?cursor=%00", "/api/v1/cuts/?cursor=zzz", "/api/v1/cuts/%00/",
                    "/api/v1/cuts/CUT-0001/files/..%2fmanifest.json/"):  # fmt: skip
        assert client.get(address).status_code < 500
