"""Running the edit checks: what they find becomes queries, what was put right closes itself.

Called twice, or by two workers at once, they do the same as once: a participant is checked by one
at a time, and the database holds one live query of a check and data point.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from audit.models import Event
from monitoring import points
from monitoring.checks import BY_CODE, CHECKS, findings, fingerprint
from monitoring.checks.facts import Found, Snapshot
from monitoring.checks.reconcile import Explained, Plan, Point, reconcile
from monitoring.models import CheckRun, Query, QueryMessage
from monitoring.models.queries import CLOSED, LIVE
from monitoring.services.thread import SYSTEM, add, create, note_change, tell
from monitoring.snapshots import snapshots
from trial import access
from trial.access import Permission
from trial.models import Participant

# Any number that no other advisory lock of the product uses.
_ONE_AT_A_TIME = 20_270_416
_RUN_ALONE = 20_270_417
BATCH = 100
# Hours (UTC) of the nightly run; a changed set of checks is run at the next full hour.
NIGHT = range(1, 5)
RIGHT = "The data agree now."
NO_CHECK = "This check is no longer made."
# What put the data right, in words, by the event that was told.
CAUSES = {
    "record.saved": "a form was saved",
    "record.not-done": "a form was marked as not done",
    "visit.dated": "the visit was dated",
    "visit.missed": "the visit was marked as missed",
    "visit.added": "a visit was added",
    "participant.died": "the death was recorded",
    "participant.withdrew": "the withdrawal was recorded",
    "participant.lost": "the loss to follow-up was recorded",
    "consent.recorded": "a consent was recorded",
    "death.corrected": "the recorded death was corrected",
    "withdrawal.corrected": "the recorded withdrawal was corrected",
    "loss.corrected": "the recorded loss to follow-up was corrected",
    "consent.corrected": "a recorded consent was corrected",
    "ae.reported": "an adverse event was reported",
    "ae.amended": "an adverse event was amended",
    "ae.voided": "an adverse event was marked as entered in error",
}


@dataclass
class Outcome:
    """How many queries were opened and closed, by check."""

    opened: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        """Count another outcome in."""
        self.opened += other.opened
        self.closed += other.closed


def check_after(event: Event) -> None:
    """The handler of every event that changes data: look at its participant again.

    Of many events waiting the newest does it for all: the checks read the data as they are.
    """
    newer = Event.objects.filter(
        pk__gt=event.pk, participant=event.participant, name__in=CAUSES, handled__isnull=True
    )
    participant = Participant.objects.filter(code=event.participant).first()
    if participant is None or newer.exists():
        return
    who = f" by {event.actor}" if event.actor else ""
    cause = f"{CAUSES[event.name]}{who}"
    check_participant(participant=participant, at=timezone.now(), cause=cause)


@transaction.atomic
def check_participant(*, participant: Participant, at: datetime, cause: str = "") -> Outcome:
    """Check one participant's data as they stand; ``cause`` says in words what changed them."""
    with connection.cursor() as cursor:
        # Held until the commit; the row itself stays free for whoever enters data.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ONE_AT_A_TIME, participant.pk])
    _hold_queries(participant)
    return _reconcile(participant, snapshots([participant], at)[participant.pk], at, cause)


def _hold_queries(participant: Participant) -> None:
    """Wait for whoever answers or closes one; what is read after this nobody changes meanwhile.

    In the order of their keys, as ``bulk_close`` takes them: the two cannot wait for each other.
    """
    rows = Query.objects.select_for_update().filter(participant=participant).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _reconcile(participant: Participant, snapshot: Snapshot, at: datetime, cause: str) -> Outcome:
    known = _known([participant.pk])[participant.pk]
    plan = plan_for(snapshot, known)
    with act(actor=None, at=at, system=SYSTEM):
        _note_changes(participant, at)
        for found in plan.refresh:
            _refresh(known.live[found.point], found)
        for point in plan.close:
            _close(known.live[point], at, cause)
        for found in plan.raise_:
            _raise(participant, found, at)
    return Outcome(
        Counter(found.code for found in plan.raise_), Counter(point[0] for point in plan.close)
    )


@dataclass
class Known:
    """What the checks have asked of one participant, and what was explained."""

    live: dict[Point, Query] = field(default_factory=dict)
    explained: set[Explained] = field(default_factory=set)
    # Live ones that a person asked again: only a person closes them.
    reopened: set[Point] = field(default_factory=set)


def plan_for(snapshot: Snapshot, known: Known) -> Plan:
    """What a run would do for one participant; changes nothing."""
    return reconcile(
        findings(snapshot),
        {point: query.seen for point, query in known.live.items()},
        known.explained,
        {check.code: check.version for check in CHECKS},
        known.reopened,
    )


def _known(keys: Iterable[int]) -> dict[int, Known]:
    """What was asked of each participant, in one query."""
    found: dict[int, Known] = defaultdict(Known)
    again = QueryMessage.objects.filter(query=OuterRef("pk"), kind=QueryMessage.REOPENED)
    rows = Query.objects.filter(participant__in=keys).exclude(check_code="")
    rows = rows.annotate(reopened=Exists(again))
    for query in rows.select_related("participant__site", "visit", "adverse_event"):
        point = (
            query.check_code, query.visit_id, query.form, query.item, query.adverse_event_id,
            query.hidden,
        )  # fmt: skip
        if query.live:
            found[query.participant_id].live[point] = query
            if query.reopened:
                found[query.participant_id].reopened.add(point)
        elif query.closed_by_id is not None:
            known = found[query.participant_id].explained
            known.add((point, query.check_version, query.seen))
    return found


def _note_changes(participant: Participant, at: datetime) -> None:
    """Every live query, a person's too, hears of the change of what it asks about."""
    rows = Query.objects.filter(participant=participant, status__in=LIVE)
    for query in rows.select_related("participant__site", "visit", "adverse_event"):
        note_change(query, at=at)


def _raise(participant: Participant, found: Found, at: datetime) -> None:
    visit = participant.visits.get(pk=found.visit) if found.visit is not None else None
    query = Query(
        participant=participant,
        visit=visit,
        form=found.form,
        item=found.item,
        adverse_event_id=found.event,
        hidden=found.hidden,
        text=found.sentence,
        check_code=found.code,
        check_version=BY_CODE[found.code].version,
        seen=found.seen,
        opened_at=at,
        since=at,
    )
    create(query, value=points.value(query))
    add(query, QueryMessage.ASKED, text=found.sentence, at=at)
    tell("query.opened", query, at=at, system=SYSTEM)


def _refresh(query: Query, found: Found) -> None:
    query.seen, query.check_version = found.seen, BY_CODE[found.code].version
    query.save(update_fields=["seen", "check_version"])


def _close(query: Query, at: datetime, cause: str) -> None:
    why = RIGHT if query.check_code in BY_CODE else NO_CHECK
    query.status, query.since = CLOSED, max(at, query.opened_at)
    query.full_clean()
    query.save(update_fields=["status", "since"])
    said = f"{why} Put right when {cause}." if cause and why == RIGHT else why
    add(query, QueryMessage.CLOSED, text=said, at=at)
    tell("query.closed", query, at=at, system=SYSTEM)


def check_everybody(
    *,
    at: datetime,
    actor: User | None = None,
    say: Callable[[int, int], None] = lambda _done, _all: None,
) -> CheckRun | None:
    """Check every participant, one transaction each; None where another run is under way.

    ``say`` hears how many of how many are done.

    Raises:
        NotDelegated: a person who does not run the checks.
    """
    if actor is not None:
        access.require(actor, Permission.RUN_CHECKS, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_RUN_ALONE])
        if not cursor.fetchone()[0]:
            return None
        try:
            return _run(at, actor, say)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_RUN_ALONE])


def _run(at: datetime, actor: User | None, say: Callable[[int, int], None]) -> CheckRun:
    keys = list(Participant.objects.order_by("pk").values_list("pk", flat=True))
    run = CheckRun.objects.create(
        fingerprint=fingerprint(), started_at=at, started_by=actor, participants=len(keys)
    )
    total = Outcome()
    for done, key in enumerate(keys, start=1):
        total.add(check_participant(participant=Participant.objects.get(pk=key), at=at))
        run.done, run.opened, run.closed = done, total.opened.total(), total.closed.total()
        run.save()
        say(done, len(keys))
    run.finished_at = max(timezone.now(), at)
    run.save()
    record_event(
        name="checks.run",
        actor=actor,
        at=at,
        system="" if actor else SYSTEM,
        data={"participants": len(keys), "opened": run.opened, "closed": run.closed},
    )
    return run


@dataclass(frozen=True)
class Preview:
    """What a run would open and close, by check."""

    opened: Counter[str]
    closed: Counter[str]


def preview(*, at: datetime) -> Preview:
    """What a run over everybody would do; changes nothing. A fixed number of queries a batch."""
    opened: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for batch in _batches(Participant.objects.select_related("site").order_by("pk")):
        found, known = snapshots(batch, at), _known([one.pk for one in batch])
        for participant in batch:
            plan = plan_for(found[participant.pk], known[participant.pk])
            opened.update(one.code for one in plan.raise_)
            closed.update(point[0] for point in plan.close)
    return Preview(opened, closed)


def _batches(participants: Iterable[Participant]) -> Iterable[list[Participant]]:
    rows = list(participants)
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def due(at: datetime) -> bool:
    """Whether the nightly run is owed, or a check was added or changed since the last one."""
    last = last_run()
    if last is None or last.fingerprint != fingerprint():
        return True
    return at.hour in NIGHT and last.started_at < at - timedelta(hours=20)


def last_run() -> CheckRun | None:
    """The newest run that was finished."""
    return CheckRun.objects.filter(finished_at__isnull=False).first()


@transaction.atomic
def request_run(*, actor: User, at: datetime) -> Event:
    """Ask for a run over everybody; a worker makes it.

    Raises:
        NotDelegated: the actor does not run the checks.
    """
    access.require(actor, Permission.RUN_CHECKS, at=at)
    return record_event(name="checks.requested", actor=actor, at=at)


def run_requested(event: Event) -> None:
    """The handler of a request: one run, however many asked meanwhile."""
    since = CheckRun.objects.filter(started_at__gt=event.at, finished_at__isnull=False)
    if not since.exists():
        check_everybody(at=timezone.now(), actor=event.actor)
