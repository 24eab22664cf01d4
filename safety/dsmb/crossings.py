"""The stopping rules are asked again after every event that may count: a crossing is told."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from audit.events import record_event
from audit.models import Event
from safety.alerts.services import raise_alert
from safety.dsmb import selectors
from safety.dsmb.models import StoppingCrossing

# Any number that no other advisory lock of the product uses.
_ONE_AT_A_TIME = 20_270_913
SYSTEM = "stopping rules"
CROSSED = "stopping.crossed"
# Whatever may make an event count, or a participant treated.
CAUSES = (
    *("sae.reported", "ae.reported", "ae.amended", "participant.died", "death.corrected"),
    "infusion.recorded",
)


def evaluate_stopping(event: Event) -> None:
    """Ask the rules after an event of the log; called by the worker, as often as it likes."""
    del event
    evaluate(at=timezone.now())


@transaction.atomic
def evaluate(*, at: datetime) -> list[StoppingCrossing]:
    """Note every boundary that is reached for the first time with this number of events.

    The row, its line of the log and the alert are one transaction. The line is marked as telling
    an arm and is kept out of every trail but that of whoever reads closed packs
    (``audit.act_names.CLOSED``).
    """
    with connection.cursor() as cursor:
        # Two workers at once would note one crossing twice, or count past each other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    noted = set(StoppingCrossing.objects.values_list("rule", "events"))
    made = []
    for code, found in selectors.standings().items():
        # Said twice for the type: without a boundary nothing is crossed.
        if found.boundary is None or not found.crossed:
            continue
        if (code, found.events) not in noted:
            row = StoppingCrossing(
                rule=code, events=found.events, treated=found.treated, boundary=found.boundary,
                noted_at=at,
            )  # fmt: skip
            row.save(force_insert=True)
            _note(row, at)
            made.append(row)
    return made


def _note(row: StoppingCrossing, at: datetime) -> None:
    record_event(
        name=CROSSED,
        actor=None,
        at=at,
        subject=row,
        data={"rule": row.rule},
        reveals_arm=True,
        system=SYSTEM,
    )
    raise_alert(
        kind="boundary",
        subject=row,
        recipients=selectors.told_of_crossings(at=at),
        address=reverse("dsmb-stopping-rules"),
        actor=None,
        at=at,
    )
