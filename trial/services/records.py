"""Saving a form: the one door through which answers reach the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from trial import access, protocol, registry, selectors
from trial.access import Permission
from trial.errors import (
    UNDATED,
    ConfirmationRequired,
    InvalidAnswers,
    ReasonRequired,
    Stale,
    WrongState,
)
from trial.locks import refuse_locked
from trial.models import Confirmation, Record, Visit
from trial.registry import CheckContext, Finding, FormSpec
from trial.services.slips import slip_reason
from trial.services.visits import check_visit_date, mark_done

MISSED = "This visit is marked as missed: say why it took place after all."


@dataclass(frozen=True)
class _Saved:
    """What was saved before: the record, if any, and its answers."""

    record: Record | None
    answers: dict[str, Any]

    @property
    def version(self) -> int:
        return 0 if self.record is None else self.record.version


def _lock(visit: Visit, actor: User, at: datetime) -> Visit:
    row = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("participant__site")
        .get(pk=visit.pk)
    )
    access.require(actor, Permission.ENTER_OUTCOMES, site=row.participant.site, at=at)
    if row.hidden:
        access.require(actor, Permission.KNOW_ARMS, site=row.participant.site, at=at)
    refuse_locked(visit=row)
    return row


def _load(visit: Visit, form: str, version: int) -> _Saved:
    if form not in {plan.form for plan in protocol.current().visit(visit.code).forms}:
        raise WrongState("This form does not belong to this visit.", code="form-not-planned")
    record = Record.objects.select_for_update().filter(visit=visit, form=form).first()
    saved = _Saved(record, selectors.answers_of(record, form=form))
    if record is not None:
        refuse_locked(record=record)
    if saved.version != version:
        raise Stale(details={"answers": saved.answers, "version": saved.version})
    return saved


def check_context(visit: Visit, assessed_on: date | None) -> CheckContext:
    """What the form's checks need to know of the participant."""
    died = selectors.died_on(visit.participant)
    return CheckContext(
        assessed_on=assessed_on,
        died_on=None if died is None else died.earliest,
        inclusion=visit.code == protocol.current().baseline.code,
    )


def _check(
    spec: FormSpec,
    answers: Mapping[str, Any],
    context: CheckContext,
    *,
    complete: bool,
    confirmed: Mapping[str, str],
) -> list[Finding]:
    """Refuse what cannot be; return the soft findings that were confirmed."""
    findings = list(spec.check(answers, context))
    hard = [finding for finding in findings if finding.severity == "hard"]
    missing = list(spec.missing(answers)) if complete else []
    if hard or missing:
        raise InvalidAnswers(details={"findings": hard, "missing": missing})
    soft = [finding for finding in findings if finding.severity == "soft"]
    open_ = [finding for finding in soft if finding.rule not in confirmed]
    if complete and open_:
        raise ConfirmationRequired(details={"findings": open_})
    return [finding for finding in soft if finding.rule in confirmed]


def is_blank(value: object) -> bool:
    """Whether a question is unanswered; 0 and "no" are answers."""
    return value is None or value == ""


def changed_answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Columns whose saved answer is replaced or taken away; filling a blank is no change."""
    return [
        column for column, old in before.items() if not is_blank(old) and after.get(column) != old
    ]


@transaction.atomic
def save_record(
    *,
    visit: Visit,
    form: str,
    answers: Mapping[str, Any],
    assessed_on: date | None,
    version: int,
    complete: bool,
    actor: User,
    at: datetime,
    reason: str = "",
    confirmed: Mapping[str, str] | None = None,
) -> Record:
    """Save the answers of one form at one visit, as a draft or as complete.

    ``version`` is the one the person saw (0: none), ``confirmed`` maps soft checks to comments.
    Where nothing differs, nothing is written. Whoever first completes the form assessed.

    Raises:
        NotDelegated: the actor does not enter data at this site.
        Locked: the record or the participant is locked.
        Stale: somebody saved meanwhile; both versions are in ``details``.
        InvalidAnswers: a hard check, or an item missing from a complete form.
        ConfirmationRequired: an unusual answer nobody confirmed.
        ReasonRequired: a saved answer changes without a reason and not as a slip (``slips``); a
            complete form becomes a draft, or a missed visit done, without a reason.
        WrongDate: before consent, after death, or in the future.
    """
    row = _lock(visit, actor, at)
    saved = _load(row, form, version)
    spec = registry.form(form)
    values = {column: answers.get(column) for column in spec.columns}
    if assessed_on is not None:
        check_visit_date(visit=row, day=assessed_on, at=at)
    asked = _judge(spec, values, row, assessed_on, complete=complete, confirmed=confirmed or {})
    if saved.record is not None and _same(saved, values, assessed_on, complete):
        return saved.record
    why = _reason(saved, row, values, assessed_on, complete, given=reason, actor=actor, at=at)
    with act(actor=actor, at=at, reason=why):
        record = _write(saved, row, spec, values, assessed_on, complete=complete, actor=actor)
        _keep_confirmations(record, asked, confirmed or {})
        if assessed_on is not None:
            mark_done(visit=row, day=assessed_on, actor=actor, at=at)
        _tell("record.saved", record, actor, at)
    return record


def _judge(
    spec: FormSpec,
    values: Mapping[str, Any],
    visit: Visit,
    assessed_on: date | None,
    *,
    complete: bool,
    confirmed: Mapping[str, str],
) -> list[Finding]:
    """The unusual answers that were confirmed; refused where an answer is wrong or missing."""
    context = check_context(visit, assessed_on)
    asked = _check(spec, values, context, complete=complete, confirmed=confirmed)
    if complete and assessed_on is None:
        raise InvalidAnswers(UNDATED, field="assessed_on")
    return asked


def _same(
    saved: _Saved, values: Mapping[str, Any], assessed_on: date | None, complete: bool
) -> bool:
    """Whether a save would write nothing new."""
    record, before = saved.record, saved.answers
    return (
        record is not None
        and record.status == ("complete" if complete else "draft")
        and record.assessed_on == assessed_on
        and record.form_version == registry.form(record.form).version
        and all(
            before.get(column) == value or (is_blank(before.get(column)) and is_blank(value))
            for column, value in values.items()
        )
    )


def _reason(
    saved: _Saved,
    visit: Visit,
    values: Mapping[str, Any],
    assessed_on: date | None,
    complete: bool,
    *,
    given: str,
    actor: User,
    at: datetime,
) -> str:
    """The reason of the change: as given, else that of a slip; refused where there is none."""
    record = saved.record
    if given.strip():
        return given
    if visit.status == "missed" and assessed_on is not None:
        raise ReasonRequired(MISSED, field="reason")
    if record is None:
        return given
    changed = changed_answers(saved.answers, values)
    if record.assessed_on is not None and record.assessed_on != assessed_on:
        changed.append("assessed_on")
    slip = slip_reason(record, changed, actor, at)
    if record.status == "not_done" or (record.status == "complete" and not complete):
        # Taking a whole form back is no slip of the finger.
        changed.append("status")
        slip = ""
    if changed and not slip:
        raise ReasonRequired(field="reason", details={"changed": changed})
    return slip


def _was_complete(record: Record) -> bool:
    """Whether somebody once completed the form, and so said that they had assessed."""
    if record.assessed_by_id is None or record.status == "not_done":
        return False
    return record.status == "complete" or record.history.filter(status="complete").exists()


def _write(
    saved: _Saved,
    visit: Visit,
    spec: FormSpec,
    values: Mapping[str, Any],
    assessed_on: date | None,
    *,
    complete: bool,
    actor: User,
) -> Record:
    record = saved.record or Record(participant=visit.participant, visit=visit, form=spec.code)
    if not _was_complete(record):
        record.assessed_by = actor
    record.form_version = spec.version
    record.version = saved.version + 1
    record.status = "complete" if complete else "draft"
    record.assessed_on = assessed_on
    record.not_done_reason = ""
    record.full_clean()
    record.save()
    row = spec.model._default_manager.filter(pk=record.pk).first() or spec.model(record=record)
    for column, value in values.items():
        setattr(row, column, value)
    row.full_clean()
    # Its key is the record's, so that by itself Django would try an update first.
    row.save(force_insert=row._state.adding)
    return record


def _keep_confirmations(record: Record, asked: list[Finding], comments: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for finding in asked:
        if finding.rule not in seen:
            seen.add(finding.rule)
            Confirmation.objects.create(
                record=record,
                version=record.version,
                rule=finding.rule,
                item=finding.item or "",
                prompt=finding.message,
                comment=comments[finding.rule][:200],
            )


def _tell(name: str, record: Record, actor: User, at: datetime) -> None:
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
            "status": record.status,
        },
        reveals_arm=record.visit.hidden,
    )


@transaction.atomic
def mark_not_done(
    *, visit: Visit, form: str, not_done_reason: str, version: int, actor: User, at: datetime
) -> Record:
    """Say that a form was not done at a visit, and why.

    Raises:
        NotDelegated, Locked, Stale: as the sentence says.
        ReasonRequired: no reason given.
        WrongState: the form holds answers; they are not thrown away.
    """
    row = _lock(visit, actor, at)
    saved = _load(row, form, version)
    if not not_done_reason.strip():
        raise ReasonRequired("Say why the form was not done.", field="not_done_reason")
    if not all(is_blank(value) for value in saved.answers.values()):
        raise WrongState("This form holds answers: it was done.")
    record = saved.record or Record(participant=row.participant, visit=row, form=form)
    record.form_version = registry.form(form).version
    record.version = saved.version + 1
    record.status, record.not_done_reason = "not_done", not_done_reason.strip()
    record.assessed_on, record.assessed_by = None, None
    with act(actor=actor, at=at, reason=not_done_reason):
        record.full_clean()
        record.save()
        _tell("record.not-done", record, actor, at)
    return record
