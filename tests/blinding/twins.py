"""Builds one trial twice, the arms exchanged, each in the same empty database, and reads both.

The database is really written to, and its counters start at the same number both times: a key
that counts something hidden is seen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.core import mail
from django.db import connections, transaction
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from psycopg import sql

from accounts.models import User
from audit.models import Event
from config.demo.build import build, first_cuts
from config.demo.plan import Course
from config.handlers import handle
from config.logs import Neutral
from config.permissions import ANYONE, ROUTES, SIGNED_IN, TOKEN, Rule
from exports.tokens import CREATE, READ, issue_token
from randomization import services as treatment
from safety.alerts.models import Alert
from safety.alerts.services import raise_alert
from safety.dsmb.services import call_meeting
from safety.models import Submission
from tests.blinding.crawler import PUBLIC, Crawl
from tests.blinding.masks import masked
from tests.people import PASSWORD
from tests.world import addresses
from trial import access, protocol, services
from trial.models import Participant
from trial.roles import P

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
# The demo's accounts of the people who must not meet an arm.
BLINDED = ("assessor", "monitor", "datamanager", "statistician", "dsmb", "admin")
RECOVERING = frozenset({1, 11})
# Somebody who knows the arms: what they are answered differs.
KNOWS = "investigator"
# So many adverse events by 6 months and by 2 years, of each group.
EVENTS = ((4, 6), (4, 7))


@dataclass
class Seen:
    """What everybody was answered in one trial, and what it said by other ways."""

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


class Kept(logging.Handler):
    """Keeps every line as production writes it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line; without the time of day."""
        self.lines.append(self.format(record))


def counters(dsn: str) -> dict[str, tuple[int, bool]]:
    """Where every sequence of the database stands."""
    with psycopg.connect(dsn) as superuser:
        names = superuser.execute("SELECT sequencename FROM pg_sequences").fetchall()
        standing = {}
        for (name,) in names:
            asked = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
            for value, called in superuser.execute(asked):
                standing[name] = (value, called)
        return standing


def restart(dsn: str, standing: dict[str, tuple[int, bool]]) -> None:
    """Let every sequence stand where it stood."""
    with psycopg.connect(dsn) as superuser:
        for name, (value, called) in standing.items():
            superuser.execute("SELECT setval(%s, %s, %s)", (f'"{name}"', value, called))


@contextmanager
def listening() -> Iterator[Kept]:
    """Everything that is logged meanwhile, as production writes it, without the time of day."""
    kept = Kept()
    root = logging.getLogger()
    kept.setFormatter(Neutral("%(levelname)s %(name)s %(message)s"))
    root.addHandler(kept)
    try:
        yield kept
    finally:
        root.removeHandler(kept)


def read(course: Course, *, per_route: int) -> Seen:
    """Build one trial and read it as everybody blinded."""
    seen = Seen()
    mail.outbox = []
    with listening() as kept:
        with transaction.atomic():
            cast = build(password=PASSWORD, today=NOW.date(), say=lambda _: None, course=course)
            assert Submission.objects.exists(), "No SUSAR was submitted in this trial."
            _happenings(cast)
        first_cuts(cast, at=NOW)
        tokens = _tokens()
        _worker()
        mask = masked()
        places = list(_places(cast))
        for name in BLINDED:
            user = User.objects.get(username=name)
            crawl = Crawl(user, mask, token=tokens[name], per_route=per_route)
            crawl.everywhere(place for place in places if _leads_in(user, place))
            seen.answers[name] = crawl.seen
        seen.answers[KNOWS] = _what_one_arm_has(places, mask)
    seen.log = [mask(line) for line in kept.lines]
    seen.mails = [mask(str(one.message())) for one in mail.outbox]
    connections.close_all()
    return seen


def _happenings(cast: Any) -> None:
    """What the demo does not have: a lock somebody wants lifted, a request to unblind, a board
    that meets and is alerted."""
    participants = list(Participant.objects.order_by("pk"))
    for participant in participants:
        last = participant.visits.get(code="M24")
        lock = services.lock(
            visit=last, override_reason="Never to be held", actor=cast.data_manager, at=NOW
        )
        services.ask_unlock(lock=lock, reason="Held after all", actor=cast.investigator, at=NOW)
        treatment.ask_unblinding(
            participant=participant, person=cast.monitor, reason="susar", words="",
            password=PASSWORD, actor=cast.monitor, at=NOW,
        )  # fmt: skip
    newest = participants[-1]
    raise_alert(
        kind="boundary", subject=newest, recipients=[cast.dsmb], site=newest.site,
        address="/", participant=newest.code, actor=cast.nurse, at=NOW,
    )  # fmt: skip
    call_meeting(
        held_on=NOW.date(), cut_off=NOW.date(), members=[cast.dsmb], chair=cast.dsmb,
        actor=cast.unblinded, at=NOW,
    )  # fmt: skip


def _tokens() -> dict[str, str]:
    found = {}
    for name in BLINDED:
        user = User.objects.get(username=name)
        found[name] = issue_token(
            user=user, scopes=[READ, CREATE], days=30, name="crawl", actor=user, at=NOW
        )[1]
    return found


def _worker() -> None:
    """The worker takes up one event of each kind."""
    for name in Event.objects.order_by("name").values_list("name", flat=True).distinct():
        newest = Event.objects.filter(name=name, reveals_arm=False).order_by("pk").last()
        if newest is not None:
            handle.apply((newest.pk,))


def _places(cast: Any) -> Iterator[str]:
    """Every route at the first participant, and addresses that only one arm has, or nobody."""
    hidden = [(one.code, one.forms[0].form) for one in protocol.current().visits if one.reveals_arm]
    known = addresses(cast.nurse, Participant.objects.earliest("pk"))
    newest = {alert.kind: alert.code for alert in Alert.objects.order_by("pk")}
    known["alert"] = [{"code": code} for code in newest.values()]
    for name in sorted(set(ROUTES) - PUBLIC):
        for given in known.get(name, [{}]):
            yield _address(name, given)
            if given.get("visit") == "V0":
                for visit, form in hidden:
                    shown = {"form": form} if "form" in given else {}
                    yield _address(name, {**given, "visit": visit, **shown})
            if "batch" in given:
                yield _address(name, {**given, "batch": "ISIS-001"})
    for number in range(1, 7):
        yield f"/queries/{number}/"
        yield f"/queries/T{number}/"
        yield f"/people/{number}/"
    yield from (f"/cuts/CUT-000{number}/" for number in (1, 2, 3))


def opens(user: User, rule: Rule | None) -> bool:
    """Whether the table lets the person in; where it does not, no view and no datum is read."""
    return rule in {TOKEN, SIGNED_IN, ANYONE} or (isinstance(rule, P) and access.may(user, rule))


def _leads_in(user: User, place: str) -> bool:
    try:
        return opens(user, ROUTES.get(resolve(place).url_name or "", {}).get("GET"))
    except Resolver404:
        return False


def _address(name: str, given: dict[str, Any]) -> str:
    known = {key: value for key, value in given.items() if key not in {"item"} or "form" in given}
    try:
        return reverse(name, kwargs=known)
    except NoReverseMatch:
        return f"/nowhere/{name}/"


def _what_one_arm_has(places: list[str], mask: Callable[[str], str]) -> dict[str, str]:
    """What somebody who knows the arms is answered; what they are refused is logged alike."""
    crawl = Crawl(User.objects.get(username=KNOWS), mask)
    crawl.at(place for place in places if "treatment" in place or "/INF/" in place)
    return crawl.seen
