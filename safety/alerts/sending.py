"""Sending: claimed, handed over, recorded. Nothing is lost, and as little as can be is sent twice.

A claim is a conditional UPDATE, committed before anything is sent: of two workers one gets it.
Then, with the recipient accepted by the mail server and not one byte of the text sent, "being
handed over" is committed; then the text goes out and "sent" is committed. A worker that dies
before the second commit has sent nothing. One that dies after it leaves a doubt, which nothing in
SMTP can settle; the mail is sent again under the same Message-ID, and the row says so. See
docs/adr/0015-alerts.md.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from safety.alerts import mail, transports
from safety.alerts.kinds import KINDS
from safety.alerts.models import (
    CLAIMED,
    HANDING,
    NO_ADDRESS,
    NOT_OWED,
    OPEN,
    REFUSED,
    SENT,
    WAITING,
    Delivery,
)
from safety.alerts.services import note
from trial import access

log = logging.getLogger(__name__)
ROUND = 200  # mails in one go; the next sweep goes on
_PAUSE = 1.0  # seconds


@dataclass(frozen=True)
class Claim:
    """A mail that this worker, and for now no other, may send: the row as it was claimed."""

    row: Delivery

    def settle(self, state: str, **values: object) -> bool:
        """Write what became of it, unless another worker has taken over since."""
        mine = Delivery.objects.filter(
            pk=self.row.pk, attempts=self.row.attempts, state__in=(CLAIMED, HANDING)
        )
        return mine.update(state=state, **values) == 1

    def begin(self) -> bool:
        """The text goes out now. Refused to whoever lost the claim."""
        return self.settle(HANDING)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to a limit."""
    first, longest = settings.ALERT_WAITS
    return timedelta(seconds=min(first * 2 ** min(attempts - 1, 30), longest))


def send_due(*, alert: int | None = None) -> int:
    """Send whatever may be sent now, of one alert or of all; how many went out.

    The round ends at the first mail that the server does not take for now: the others would
    meet the same.
    """
    due = Delivery.objects.filter(state__in=OPEN, next_try__lte=timezone.now())
    if alert is not None:
        due = due.filter(alert=alert)
    sent = 0
    for key in list(due.order_by("next_try", "pk").values_list("pk", flat=True)[:ROUND]):
        claim = take(key, timezone.now())
        if claim is None:
            continue
        state = _send(claim)
        sent += state == SENT
        if state == WAITING:
            break
    return sent


def take(key: int, at: datetime) -> Claim | None:
    """Claim a mail; None where another worker has it, or it is settled."""
    lease = timedelta(seconds=settings.ALERT_LEASE)
    taken = Delivery.objects.filter(pk=key, state__in=OPEN, next_try__lte=at).update(
        state=CLAIMED,
        attempts=F("attempts") + 1,
        next_try=at + lease,
        doubtful=Case(When(state=HANDING, then=Value(True)), default=F("doubtful")),
    )
    if not taken:
        return None
    rows = Delivery.objects.select_related("alert__site", "recipient")
    return Claim(rows.get(pk=key))


def _send(claim: Claim) -> str:
    """Send one claimed mail; the state it ends in, or "being sent" where the claim was lost."""
    row = claim.row
    state, values = _beforehand(row)
    if state:
        return _settled(claim, state, **values)
    try:
        if not transports.transport().hand_over(mail.message(row), claim.begin):
            return CLAIMED
        state, values = SENT, {"trouble": "", "sent_at": timezone.now()}
    except transports.RefusedError as refused:
        state, values = REFUSED, {"trouble": str(refused)}
    except transports.NotNowError as trouble:
        log.warning("alert %s waits for the mail server: %s", row.alert.code, trouble)
        later = timezone.now() + wait_after(row.attempts)
        state, values = WAITING, {"trouble": str(trouble), "next_try": later}
        if trouble.doubtful:
            values["doubtful"] = True
    return _settled(claim, state, **values)


def _beforehand(row: Delivery) -> tuple[str, dict[str, object]]:
    """The state of a mail that need not or cannot go out, and why; nothing where it is to go."""
    if row.acknowledged_at is not None:
        return NOT_OWED, {"trouble": "acknowledged before"}
    kind = KINDS[row.alert.kind]
    now = timezone.now()
    if row.recipient not in access.people_with(kind.told | kind.wider, site=row.alert.site, at=now):
        return NOT_OWED, {"trouble": "delegation ended"}
    return ("", {}) if row.recipient.email else (NO_ADDRESS, {})


def _settled(claim: Claim, state: str, **values: object) -> str:
    """Record what is known, and try for as long as the claim holds: what the mail server said is
    known here and nowhere else, and must outlive a restart of the database."""
    until = time.monotonic() + settings.ALERT_LEASE
    while True:
        try:
            with transaction.atomic():
                if claim.settle(state, **values) and state in (SENT, REFUSED):
                    told = [claim.row.recipient]
                    now = timezone.now()
                    note(f"alert.{state}", claim.row.alert, actor=None, at=now, told=told)
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > until or connection.in_atomic_block:
                raise
            log.warning("an alert's mail waits for the database: %s", type(error).__name__)
            connection.close()
            time.sleep(_PAUSE)
        else:
            return state
