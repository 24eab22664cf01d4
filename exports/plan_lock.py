"""The analysis plan as it stood at the database lock, in the log and in the manifest of later cuts.

The plan is code, so it changes with the application. At every lock of the trial it is written into
the log whole, with its digest; later cuts carry what was written at the first of these locks, since
from then on the data may have been seen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from analysis.manifest import parse_protocol
from analysis.plan_words import as_data, digest
from analysis.plans import plan_for
from audit.events import record_event
from audit.models import Event
from exports import manifest
from trial import protocol
from trial.models import Lock

NAME = "plan.locked"


def write_down(lock: Lock, *, actor: User, at: datetime) -> None:
    """Put the plan of the trial's protocol into the log, beside a lock of the trial."""
    described = manifest.describe(protocol.current(), blinded=False)
    plan = plan_for(parse_protocol(described))
    data = as_data(plan)
    record_event(
        name=NAME,
        actor=actor,
        at=at,
        subject=lock,
        data={
            "protocol": plan.protocol,
            "version": plan.version,
            "digest": digest(data),
            "plan": data,
        },
    )


def as_locked() -> dict[str, Any] | None:
    """What was written at the first lock of the trial, as a manifest holds it; None before one."""
    first = Event.objects.filter(name=NAME).order_by("pk").first()
    if first is None:
        return None
    at = first.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"digest": first.data["digest"], "locked_at": at, "plan": first.data["plan"]}
