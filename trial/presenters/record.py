"""The record page around the form: whose, when, what may be done."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from trial import access, locks, margin, protocol, selectors
from trial.access import Permission
from trial.errors import Stale
from trial.forms.merge import Merging
from trial.forms.record import DRAFT, RecordEntry
from trial.margin import Look
from trial.models import Record, Signature
from trial.presenters.crumbs import crumbs
from trial.presenters.grid import record_state, visit_address
from trial.presenters.locks import bar
from trial.services.records import is_blank
from trial.signatures import Book, Signed
from trial.templatetags.hermes import day


def record_page(entry: RecordEntry, look: Look, *, may_enter: bool) -> dict[str, Any]:
    """The context of ``trial/record.html``."""
    visit, record = entry.visit, entry.record
    return {
        "entry": entry,
        "visit": visit,
        "participant": visit.participant,
        "plan": protocol.current().visit(visit.code),
        "crumbs": crumbs(visit.participant, (str(visit), visit_address(visit))),
        "lead": _lead(entry),
        "may_enter": may_enter and not entry.readonly,
        **(_kept(record, look) if record else {}),
        "asks_reason": record is not None or visit.status == "missed",
        "slip_minutes": protocol.current().slip_minutes,
        "empty": record is None or (record.status == DRAFT and not _any(entry)),
    }


def _kept(record: Record, look: Look) -> dict[str, Any]:
    """What the page says of a record that is saved."""
    standing, signed = locks.standing(record.participant), _signed(record)
    valid = any(one.holds for one in signed)
    return {
        "state": record_state(record, standing, signed=valid),
        "signed": signed,
        "confirmations": list(record.confirmations.all()),
        "may_sign": not valid and _may_sign(record, look.user),
        "lock": bar(look.user, record.participant, record=record, standing=standing),
        "panels": margin.panels(look, record),
    }


def merge_page(merging: Merging) -> dict[str, Any]:
    """The context of ``trial/record_merge.html``."""
    entry, visit = merging.entry, merging.entry.visit
    asked = "Two answers stand against each other: choose between them."
    return {
        "entry": entry,
        "merging": merging,
        "visit": visit,
        "participant": visit.participant,
        "crumbs": crumbs(visit.participant, (str(visit), visit_address(visit))),
        "lead": _lead(entry),
        "state": _state(entry.record) if entry.record else "",
        "message": asked if merging.open_rows else Stale.message,
    }


def saved_words(entry: RecordEntry, saved: Record) -> str:
    """What was saved; of a complete form also the scores that are drawn over the visits."""
    words = {"draft": "draft saved", "complete": "saved as complete", "not_done": "not done"}
    said = f"{entry.spec.title}: {words[saved.status]}."
    if saved.status != "complete":
        return said
    scores = entry.spec.score(selectors.answers_of(saved, form=saved.form))
    drawn = [f"{curve.label} {scores[curve.column]}" for curve in entry.spec.curves]
    return f"{said} {', '.join(drawn)}." if drawn else said


def signing_page(entry: RecordEntry) -> dict[str, Any]:
    """The context of ``trial/record_sign.html``."""
    visit = entry.visit
    return {
        "entry": entry,
        "visit": visit,
        "participant": visit.participant,
        "crumbs": crumbs(visit.participant, (str(visit), visit_address(visit))),
        "title": f"Sign {entry.spec.short} · {visit.participant.code} · {visit}",
        "signature": selectors.record_signature(entry.record) if entry.record else None,
        "seen": selectors.record_digest(entry.record) if entry.record else "",
        "signed": _signed(entry.record) if entry.record else [],
        "truths": (
            f"Version {entry.version} carries your name and the time.",
            f"It says: {dict(Signature.MEANINGS)['record']}",
            "A later change stays possible; it voids this signature, and the trail keeps both.",
        ),
    }


def _any(entry: RecordEntry) -> bool:
    """Whether the saved record holds an answer."""
    saved = selectors.answers_of(entry.record, form=entry.spec.code)
    # A mark such as "untestable" that is not set is stored as a no.
    return any(not is_blank(value) and value is not False for value in saved.values())


def _lead(entry: RecordEntry) -> str:
    visit, record = entry.visit, entry.record
    parts = [
        f"{visit.participant.code} · {visit}",
        f"planned {day(visit.planned_on)}",
        f"window {day(visit.window_from)} to {day(visit.window_to)}",
    ]
    if record is not None and record.assessed_by is not None:
        seen = f"assessed {day(record.assessed_on)}" if record.assessed_on else "entered"
        parts.append(f"{seen} by {record.assessed_by}, version {record.version}")
    return " · ".join(parts)


def _state(record: Record) -> str:
    """The state a record shows, where the page asks for no more of its locks and signatures."""
    signed = selectors.record_signature(record) is not None
    return record_state(record, locks.standing(record.participant), signed=signed)


def _signed(record: Record) -> list[Signed]:
    """The signatures of a record, those that a change voided included."""
    found = record.signatures.select_related("signed_by")
    return Book(record.participant, [record.visit]).signed(found)


def _may_sign(record: Record, user: User) -> bool:
    settled = record.status != DRAFT
    return settled and access.may(user, Permission.SIGN, site=record.participant.site)
