"""The pages on which a monitor verifies: one record item by item, one visit in one act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from monitoring.changes import Changed, answer_words, changes, lost, readable
from monitoring.models.sdv import WHOLE, SdvMark
from monitoring.sdv import drawn, items_of
from monitoring.verification import (
    Kept,
    Standing,
    answers_by_record,
    standings,
    verifiable,
)
from trial import access, protocol, registry
from trial.access import Permission
from trial.models import Record, Visit
from trial.presenters.crumbs import crumbs
from trial.presenters.grid import record_address, visit_address
from trial.templatetags.hermes import day

VERIFIED, CHANGED, TO_DO = "verified", "changed", "due"


@dataclass(frozen=True)
class Line:
    """One item: its answer, what the plan says of it, and how it stands."""

    item: str
    label: str
    value: str
    planned: bool
    state: str
    words: str
    change: Changed | None
    mark: SdvMark | None


@dataclass(frozen=True)
class Sheet:
    """One record with its lines, and the whole-form mark where there is one."""

    record: Kept
    standing: Standing
    title: str
    lines: tuple[Line, ...]
    head: tuple[Changed, ...]
    whole: SdvMark | None
    to_mark: tuple[str, ...]
    plan: str

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines still to compare; every line where the whole form is."""
        if WHOLE in self.to_mark:
            return self.lines
        return tuple(line for line in self.lines if line.item in self.to_mark)

    @property
    def asks_part(self) -> bool:
        """Whether something less than the whole form is asked for, or nothing."""
        return WHOLE not in self.to_mark

    @property
    def button(self) -> str:
        """The words of the one act that does what the plan and the changes ask for."""
        if WHOLE in self.to_mark or not self.to_mark:
            return "Mark the whole form verified"
        many = len(self.to_mark)
        return f"Mark the {many} items to verify" if many > 1 else "Mark the item to verify"


def verification_address(participant: str, visit: Visit | Kept, form: str) -> str:
    """The page on which a record is verified."""
    return reverse("verification", args=[participant, visit.code, visit.occurrence, form])


def sheet(record: Record) -> Sheet:
    """One record, every mark held against what is saved now."""
    return _sheets(standings(Record.objects.filter(pk=record.pk), exact=True))[0]


def _sheets(found: Sequence[Standing]) -> list[Sheet]:
    answers = answers_by_record([one.record for one in found])
    changed: dict[int, list[Changed]] = {}
    for line in changes([one for one in found if one.lost]):
        changed.setdefault(line.record.pk, []).append(line)
    return [_sheet(one, answers[one.record.pk], changed.get(one.record.pk, [])) for one in found]


def _sheet(one: Standing, answers: dict[str, Any], changed: Sequence[Changed]) -> Sheet:
    spec = registry.form(one.record.form)
    by_item = {line.item: line for line in changed if line.item}
    lines = tuple(
        _line(one, item, spec.labels[item], answer_words(spec, item, answers), by_item.get(item))
        for item in items_of(spec.columns)
    )
    return Sheet(
        record=one.record,
        standing=one,
        title=spec.title,
        lines=lines if one.record.status == "complete" else (),
        head=tuple(line for line in changed if not line.item),
        whole=one.marks.get(WHOLE),
        to_mark=one.to_mark(),
        plan=_plan(one),
    )


def _line(one: Standing, item: str, label: str, value: str, change: Changed | None) -> Line:
    mark = one.marks.get(item) or one.marks.get(WHOLE)
    state, words = "", ""
    if mark is not None:
        state, words = VERIFIED, mark_words(mark)
    elif change is not None or item in one.lost:
        state = CHANGED
    elif item in one.planned:
        state = TO_DO
    return Line(
        item=item,
        label=label,
        value=value or "no answer",
        planned=item in one.planned,
        state=state,
        words=words,
        change=change,
        mark=one.marks.get(item),
    )


def mark_words(mark: SdvMark) -> str:
    """Who verified, and when."""
    return f"{mark.verified_by}, {day(mark.verified_at)}"


def _plan(one: Standing) -> str:
    plan = protocol.current().sdv
    if one.record.status != "complete":
        return "The plan asks nothing of a form that was not done; it may be verified all the same."
    if not one.planned:
        return "The plan does not ask for this form; it may be verified all the same."
    if plan.critical.get(one.record.form) and not drawn(plan, one.record.place):
        return "Critical: verified in every record."
    if not plan.critical.get(one.record.form):
        return f"Drawn: one of the {plan.share_percent} % of other records verified whole."
    return "Critical, and drawn to be verified whole."


def record_page(record: Record, user: User) -> dict[str, Any]:
    """The context of ``monitoring/verification.html``."""
    visit, participant = record.visit, record.participant
    found = sheet(record)
    may = access.may(user, Permission.VERIFY, site=participant.site)
    return {
        "sheet": found,
        "record": record,
        "visit": visit,
        "participant": participant,
        "may_verify": may and record.status != "draft",
        "record_href": record_address(visit, record.form),
        "lead": f"{participant.code} · {visit} · version {record.version}, {_assessed(record)}",
        "crumbs": crumbs(
            participant,
            (str(visit), visit_address(visit)),
            (registry.form(record.form).short, record_address(visit, record.form)),
        ),
    }


def _assessed(record: Record) -> str:
    who = f" by {record.assessed_by}" if record.assessed_by else ""
    return f"assessed {day(record.assessed_on)}{who}" if record.assessed_on else f"entered{who}"


def changed_lines(user: User) -> list[tuple[Changed, str, str]]:
    """What changed after its verification, with the page to verify it again and the form."""
    sites = access.sites_of(user, Permission.READ_TRAIL)
    found = lost(readable(user).filter(participant__site__in=sites))
    return [
        (
            line,
            verification_address(line.record.participant, line.record, line.record.form),
            registry.form(line.record.form).short,
        )
        for line in changes(found)
    ]


def visit_page(visit: Visit, user: User) -> dict[str, Any]:
    """The context of ``monitoring/visit_verification.html``."""
    found = standings(verifiable(user).filter(visit=visit), exact=True)
    sheets = _sheets([one for one in found if one.to_mark()])
    return {
        "visit": visit,
        "participant": visit.participant,
        "sheets": tuple(_linked(sheets, visit)),
        "settled": len([one for one in found if not one.to_mark()]),
        "crumbs": crumbs(visit.participant, (str(visit), visit_address(visit))),
        "title": f"Verify {visit.participant.code} · {visit}",
    }


def _linked(sheets: Sequence[Sheet], visit: Visit) -> Iterator[tuple[Sheet, str, str]]:
    for one in sheets:
        form = one.record.form
        yield (
            one,
            record_address(visit, form),
            verification_address(visit.participant.code, visit, form),
        )
