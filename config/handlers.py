"""The one table: which event starts which task. Events are the outbox; nothing is lost.

After a commit the event is handed to the broker. When the broker is away, or a worker dies in
the middle, the periodic sweep hands it over again: handlers must bear being called twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from audit.models import Event, Handled
from config import unblinding_alerts
from exports.packs.services import waiting
from exports.services import build_cut
from monitoring.services.checks import CAUSES, check_after, run_requested
from safety.dsmb import crossings

log = logging.getLogger(__name__)

Handler = Callable[[Event], None]


def build_packs(event: Event) -> None:
    """Make the packs that wait for this event, if any do; may be called again."""
    for key in waiting(event):
        from exports.packs import making  # noqa: PLC0415 - it brings 100 MB of libraries, which web, worker and beat start without: test_supervisor holds them to it

        making.build(key)


_ONE_EACH: dict[str, tuple[Handler, ...]] = {
    "cut.requested": (build_cut,),
    # The packs of a meeting wait for their cut; packs made again have it already.
    **dict.fromkeys(("packs.requested", "cut.done", "cut.failed", "cut.cancelled"), (build_packs,)),
    "checks.requested": (run_requested,),
    **dict.fromkeys(unblinding_alerts.CAUSES, (unblinding_alerts.tell_of_unblinding,)),
    # Whatever changes a participant's data may raise a query, or put one right.
    **dict.fromkeys(CAUSES, (check_after,)),
}
# Whatever may count for a stopping rule, or make somebody treated, is asked of the rules as well.
HANDLERS: dict[str, tuple[Handler, ...]] = _ONE_EACH | {
    name: (*_ONE_EACH.get(name, ()), crossings.evaluate_stopping) for name in crossings.CAUSES
}


def dispatch(event_id: int) -> None:
    """Hand a committed event to the broker; if that fails the sweep will find it."""
    name = Event.objects.values_list("name", flat=True).get(pk=event_id)
    if name not in HANDLERS:
        return
    try:
        handle.apply_async((event_id,), retry=False)
    except (OperationalError, OSError) as error:
        log.warning("event %s waits for the broker: %s", event_id, type(error).__name__)


@shared_task(name="config.handlers.handle")
def handle(event_id: int) -> None:
    """Run every handler of one event that has not run yet."""
    event = Event.objects.get(pk=event_id)
    done = set(event.handled.values_list("handler", flat=True))
    for handler in HANDLERS.get(event.name, ()):
        if handler.__name__ not in done:
            handler(event)
            Handled.objects.get_or_create(event=event, handler=handler.__name__)


@shared_task(name="config.handlers.sweep")
def sweep() -> int:
    """Take up events whose message never reached a worker; the number taken up."""
    waiting = (
        Event.objects.filter(name__in=HANDLERS, handled__isnull=True)
        .filter(recorded_at__lt=timezone.now() - timedelta(minutes=1))
        .values_list("pk", flat=True)
    )
    for event_id in list(waiting):
        handle.delay(event_id)
    return len(waiting)
