"""A page asks the database as often with three hundred participants as with thirty-one."""

from __future__ import annotations

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.clones import multiply
from tests.people import People
from tests.world import World, make_world
from trial.models import Participant

PAGES = (
    "home", "participants", "participant", "screening", "eligibility", "visit", "record",
    "adverse-events", "trail", "participant-trail", "protocol", "people", "person", "cuts",
    "allocation-list", "treatment", "randomize", "locks", "lock", "casebook", "queries", "query",
)  # fmt: skip
READERS = ("ines", "otto", "mona", "dora", "uma", "ada")


def counts(world: World) -> dict[str, int]:
    """Queries per page and reader."""
    found = {}
    for name in READERS:
        client = Client()
        client.force_login(getattr(world.people, name))
        for page in PAGES:
            address = reverse(page, kwargs=world.addresses.get(page, [{}])[0])
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
            if response.status_code == 200:
                found[f"{name} {page}"] = len(queries)
    return found


def test_no_page_asks_more_often_for_more_participants_nor_a_hundred_times_for_few(
    committed_people: People, superuser_dsn: str
) -> None:
    with transaction.atomic():
        world = make_world(committed_people)
    # The world's own second screening entry has the number a copy would take.
    multiply(superuser_dsn, world.participant, first=3, last=32)
    few = counts(world)
    multiply(superuser_dsn, world.participant, first=33, last=301)
    assert Participant.objects.count() == 300
    many = counts(world)
    assert len(few) > 40
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    assert {page: count for page, count in few.items() if count > 100} == {}
