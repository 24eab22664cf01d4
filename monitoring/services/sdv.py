"""Verification against the source documents: only marks are written, never an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from monitoring.errors import ChangedMeanwhile, NotVerifiable, VerifiedAlready
from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.sdv import items_of
from monitoring.verification import Standing, content, standings
from trial import access, registry, selectors
from trial.access import Permission
from trial.errors import ReasonRequired, WrongState
from trial.models import Record, Visit


def _lock(record: Record, actor: User, at: datetime) -> Record:
    row = (
        Record.objects.select_for_update(of=("self",))
        .select_related("participant__site", "visit")
        .get(pk=record.pk)
    )
    access.require(actor, Permission.VERIFY, site=row.participant.site, at=at)
    if row.visit.hidden:
        access.require(actor, Permission.KNOW_ARMS, site=row.participant.site, at=at)
    return row


@transaction.atomic
def verify(
    *, record: Record, items: Sequence[str], version: int, actor: User, at: datetime
) -> list[SdvMark]:
    """Mark items as agreeing with the source; an empty name stands for the whole form.

    A locked record may be verified: nothing of it changes. What is verified already and
    unchanged is passed over as long as something is left.

    Raises:
        NotDelegated: the actor does not monitor this site.
        NotVerifiable: a draft.
        ChangedMeanwhile: ``version`` is not the saved one.
        VerifiedAlready: nothing is left to mark.
        WrongState: an item the form does not have, or none at all.
    """
    row = _lock(record, actor, at)
    if row.status == "draft":
        raise NotVerifiable
    if row.version != version:
        raise ChangedMeanwhile(details={"version": row.version})
    known = {WHOLE, *items_of(registry.form(row.form).columns)}
    if not items or not set(items) <= known:
        raise WrongState("Choose what you compared with the source.", code="nothing-chosen")
    standing = _standing(row)
    left = [item for item in dict.fromkeys(items) if not standing.holds(item)]
    if not left:
        raise VerifiedAlready
    with act(actor=actor, at=at):
        marks = [_mark(row, item, actor, at) for item in left]
        _tell("record.verified", row, actor, at, left)
    return marks


@transaction.atomic
def verify_visit(
    *, visit: Visit, seen: Mapping[str, int], actor: User, at: datetime
) -> list[SdvMark]:
    """Mark everything that is still to verify in the forms shown, in one act.

    ``seen`` maps each form shown to the version it was shown in. One form that changed
    meanwhile refuses all of them, so that nothing is marked that was not seen.

    Raises:
        As ``verify``.
    """
    rows = visit.records.filter(form__in=seen).order_by("pk")
    marks: list[SdvMark] = []
    for row in rows:
        record = _lock(row, actor, at)
        if record.version != seen[record.form]:
            title = registry.form(record.form).title
            raise ChangedMeanwhile(f"{title}: {ChangedMeanwhile.message}")
        left = _standing(record).to_mark()
        if left and record.status != "draft":
            marks += verify(record=record, items=left, version=record.version, actor=actor, at=at)
    if not marks:
        raise VerifiedAlready
    return marks


@transaction.atomic
def withdraw_verification(
    *, record: Record, item: str, reason: str, actor: User, at: datetime
) -> SdvMark:
    """Take a mark back, saying why; the trail keeps it.

    Raises:
        NotDelegated: the actor does not monitor this site.
        ReasonRequired: no reason given.
        WrongState: there is no such mark.
    """
    row = _lock(record, actor, at)
    if not reason.strip():
        raise ReasonRequired("Say why the verification is taken back.", field="reason")
    mark = SdvMark.objects.filter(record=row, item=item, withdrawn=False).first()
    if mark is None:
        raise WrongState("There is no verification to take back.", code="not-verified")
    mark.withdrawn, mark.withdrawn_reason = True, reason.strip()[:200]
    with act(actor=actor, at=at, reason=reason.strip()):
        mark.full_clean()
        mark.save()
        _tell("record.verification-withdrawn", row, actor, at, [item])
    return mark


def _standing(record: Record) -> Standing:
    return standings(Record.objects.filter(pk=record.pk), exact=True)[0]


def _mark(record: Record, item: str, actor: User, at: datetime) -> SdvMark:
    answers = selectors.answers_of(record, form=record.form)
    mark = SdvMark.objects.filter(record=record, item=item).first()
    mark = mark or SdvMark(record=record, item=item)
    mark.version, mark.verified_by, mark.verified_at = record.version, actor, at
    mark.digest = selectors.digest(content(record, answers, item))
    mark.withdrawn, mark.withdrawn_reason = False, ""
    mark.full_clean()
    mark.save()
    return mark


def _tell(name: str, record: Record, actor: User, at: datetime, items: Sequence[str]) -> None:
    record_event(
        name=name,
        actor=actor,
        at=at,
        participant=record.participant.code,
        subject=record,
        data={
            "visit": str(record.visit),
            "form": record.form,
            "version": record.version,
            "items": "whole form" if WHOLE in items else len(items),
        },
        reveals_arm=record.visit.hidden,
    )
