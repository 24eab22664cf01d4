"""`manage.py measure`: how long pages and a data cut take, and how many queries a page needs.

`make bench` runs it on a demo trial of its own, so that what it does is not done to real data.
"""

from __future__ import annotations

import statistics
import time
from argparse import ArgumentParser
from dataclasses import dataclass

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from exports.services import freeze_cut
from trial.models import Participant, Record

PAGES = (
    ("investigator", "home", ()),
    ("investigator", "participants", ()),
    ("investigator", "participant", ("code",)),
    ("investigator", "screening", ()),
    ("investigator", "eligibility", ("code",)),
    ("assessor", "record", ("code", "visit", "occurrence", "form")),
    ("investigator", "adverse-events", ()),
    ("monitor", "trail", ()),
    ("monitor", "participant-trail", ("code",)),
    ("celltherapy", "treatment", ("code",)),
    ("datamanager", "cuts", ()),
    ("admin", "people", ()),
    ("investigator", "protocol", ()),
)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each request but the first, and the queries of one."""

    milliseconds: list[float]
    queries: int

    def __str__(self) -> str:
        ninety_fifth = statistics.quantiles(self.milliseconds, n=20)[-1]
        middle = statistics.median(self.milliseconds)
        return f"{middle:8.1f} {ninety_fifth:8.1f} {self.queries:8}"


# A percentile takes two figures or more, and the first request warms up.
LEAST = 3


class Command(BaseCommand):
    """Measures the demo trial; needs its people."""

    help = "Measure pages (median and 95th percentile in ms, queries) and a data cut."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--times`: how often each page is asked for."""
        parser.add_argument("--times", type=int, default=30)

    def handle(self, *, times: int, **_options: object) -> None:
        """Raises CommandError for a page that does not answer 200, or for too few requests."""
        if times < LEAST:
            raise CommandError(f"Ask for each page {LEAST} times or more: the first is left out.")
        record = Record.objects.filter(form="nihss", status="complete").order_by("pk").first()
        if record is None or record.visit is None:
            raise CommandError("There is no demo trial here to measure: run manage.py demo.")
        place = {
            "code": record.participant.code,
            "visit": record.visit.code,
            "occurrence": record.visit.occurrence,
            "form": record.form,
        }
        self.stdout.write(f"{Participant.objects.count()} participants, {times} times each\n")
        self.stdout.write(f"{'page':<20} {'role':<14}   median      p95  queries\n")
        for username, name, needed in PAGES:
            address = reverse(name, kwargs={key: place[key] for key in needed})
            self.stdout.write(f"{name:<20} {username:<14} {measure(username, address, times)}")
        self._measure_cut()

    def _measure_cut(self) -> None:
        actor = User.objects.get(username="datamanager")
        began = time.perf_counter()
        freeze_cut(purpose="make bench", blinded=True, actor=actor, at=timezone.now())
        self.stdout.write(f"data cut, blinded: {time.perf_counter() - began:.1f} s")


def measure(username: str, address: str, times: int) -> Measured:
    """Ask for a page ``times`` times as this person; the first answer only warms up."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=username))
    taken = []
    for _ in range(times + 1):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            status = client.get(address).status_code
            taken.append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise CommandError(f"{address} answered {status} to {username}.")
    return Measured(taken[1:], len(queries))
