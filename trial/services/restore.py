"""Bringing back what a record held before: a new change, by the same door as any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateformat import format as written

from accounts.models import User
from audit.acts import act
from audit.as_of import as_of as stood
from audit.events import record_event
from trial import access, registry, selectors
from trial.access import Permission
from trial.errors import ReasonRequired, Stale, WrongState
from trial.models import Record
from trial.registry import FormSpec
from trial.services.records import save_record

STALE = "Somebody saved this form meanwhile. Look again at what would change, then bring it back."


@dataclass(frozen=True)
class Restoration:
    """What a record would hold: today's answers with the earlier ones in their place.

    ``items`` are those whose answer would change, in the order of the form.
    """

    spec: FormSpec
    now: Mapping[str, Any]
    answers: Mapping[str, Any]
    assessed_on: date | None
    complete: bool
    items: tuple[str, ...]
    changes: bool


def restoration(*, record: Record, items: Sequence[str] | None, as_of: datetime) -> Restoration:
    """What bringing back would make of a record; ``items`` None is all of it, date and state too.

    Raises:
        WrongState: at that instant there was no such record, or it was marked as not done.
    """
    spec = registry.form(record.form)
    then = stood(Record, Q(id=record.pk), as_of).get(record.pk)
    row = stood(spec.model, Q(record_id=record.pk), as_of).get(record.pk)
    if then is None or row is None:
        raise WrongState("At that moment nothing was entered: there is nothing to bring back.")
    if items is None and then.row.status == "not_done":
        raise WrongState("At that moment the form was marked as not done. Mark it so on its page.")
    now = selectors.answers_of(record, form=record.form)
    before = row.row.values(spec.columns)
    wanted = (
        tuple(spec.items) if items is None else tuple(name for name in spec.items if name in items)
    )
    columns = {column for name in wanted for column in spec.items[name]}
    differing = tuple(
        name for name in wanted if any(now.get(one) != before[one] for one in spec.items[name])
    )
    whole = then.row if items is None else record
    return Restoration(
        spec=spec,
        now=now,
        answers={name: before[name] if name in columns else now.get(name) for name in spec.columns},
        assessed_on=whole.assessed_on,
        complete=whole.status == "complete",
        items=differing,
        changes=bool(differing)
        or (whole.assessed_on, whole.status) != (record.assessed_on, record.status),
    )


@transaction.atomic
def restore_answers(
    *,
    record: Record,
    items: Sequence[str] | None,
    as_of: datetime,
    version: int,
    reason: str,
    actor: User,
    at: datetime,
    confirmed: Mapping[str, str] | None = None,
) -> Record:
    """Bring earlier answers back as a new change; the trail says from which instant.

    ``items`` are the questions to bring back; None is the whole record with its date and its
    state. Everything that holds for typing the same answers holds here.

    Raises:
        NotDelegated: the actor does not enter data at this site, or does not read its trail.
        ReasonRequired: no reason given.
        Stale: somebody saved since ``version``.
        WrongState: there was nothing then, or it is what stands today.
        Locked, InvalidAnswers, ConfirmationRequired, WrongDate: as for any other save.
    """
    _require_rights(record, actor, at)
    if not reason.strip():
        raise ReasonRequired("Say why the earlier answer is brought back.", field="reason")
    # Read before the version is checked under the lock: whatever changes in between is stale.
    present = Record.objects.select_related("visit").get(pk=record.pk)
    found = restoration(record=present, items=items, as_of=as_of)
    if present.version != version:
        raise Stale(STALE)
    if not found.changes:
        raise WrongState("This is what the record says today.", code="nothing-to-bring-back")
    why = f"{reason} (brought back as of {written(as_of.astimezone(UTC), 'j M Y H:i:s')} UTC)"
    who: dict[str, Any] = {"actor": actor, "at": at, "reason": why}
    with act(**who):
        saved = _save(present, found, confirmed, who)
        _tell(saved, found, as_of, actor, at)
    return saved


def _require_rights(record: Record, actor: User, at: datetime) -> None:
    for permission in (Permission.ENTER_OUTCOMES, Permission.READ_TRAIL):
        access.require(actor, permission, site=record.participant.site, at=at)


def _save(
    present: Record,
    found: Restoration,
    confirmed: Mapping[str, str] | None,
    who: Mapping[str, Any],
) -> Record:
    try:
        return save_record(
            visit=present.visit,
            form=present.form,
            answers=found.answers,
            assessed_on=found.assessed_on,
            version=present.version,
            complete=found.complete,
            confirmed=confirmed,
            **who,
        )
    except Stale as stale:
        raise Stale(STALE) from stale


def _tell(saved: Record, found: Restoration, as_of: datetime, actor: User, at: datetime) -> None:
    record_event(
        name="record.restored",
        actor=actor,
        at=at,
        participant=saved.participant.code,
        subject=saved,
        data={
            "visit": str(saved.visit),
            "form": saved.form,
            "version": saved.version,
            "as_of": as_of.isoformat(),
            "items": list(found.items),
        },
        reveals_arm=saved.visit.hidden,
    )
