"""Every form that is owed or saved, one line each: what all counts of the overview are made of.

The number of queries depends on how many forms there are, not on how many participants. A visit
that tells an arm is in nobody's counts who may not know the arm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from monitoring.verification import Standing, standings
from trial import access, protocol, worklist
from trial.access import Permission
from trial.locks import locked_record
from trial.models import Record, Signature, Site, Visit
from trial.worklist import SETTLED


@dataclass(frozen=True, slots=True)
class Slot:
    """One form at one visit of one participant, owed by now or saved already."""

    site: str
    participant: str
    code: str
    occurrence: int
    form: str
    window_to: date
    overdue: bool
    status: str
    signed: bool
    locked: bool
    planned: bool
    verified: bool
    changed: bool

    @property
    def visit(self) -> str:
        """The visit as people write it."""
        return f"{self.code}{f' {self.occurrence}' if self.occurrence > 1 else ''}"

    @property
    def entered(self) -> bool:
        """Whether anything was saved."""
        return bool(self.status)

    @property
    def complete(self) -> bool:
        """Whether the site has finished with it: complete, or not done with a reason."""
        return self.status in SETTLED

    @property
    def state(self) -> str:
        """The most final state, as pages show it."""
        if self.locked:
            return "locked"
        if self.signed:
            return "signed"
        return self.status or ("late" if self.overdue else "due")


# What a list of slots can be narrowed to: code in the address -> words, and the question.
KINDS: Mapping[str, tuple[str, Callable[[Slot], bool]]] = {
    "due": ("Due", lambda _slot: True),
    "missing": ("Due and not entered", lambda slot: not slot.entered),
    "overdue": ("Window closed, not complete", lambda slot: slot.overdue),
    "entered": ("Entered", lambda slot: slot.entered),
    "incomplete": ("Due and not complete", lambda slot: not slot.complete),
    "complete": ("Complete", lambda slot: slot.complete),
    "planned": ("To be verified by the plan", lambda slot: slot.planned),
    "verified": ("Verified", lambda slot: slot.planned and slot.verified),
    "unverified": ("Not verified yet", lambda slot: slot.planned and not slot.verified),
    "changed": ("Changed after verification", lambda slot: slot.changed),
    "signed": ("Signed", lambda slot: slot.signed),
    "unsigned": ("Complete, not signed", lambda slot: slot.complete and not slot.signed),
    "locked": ("Locked", lambda slot: slot.locked),
    "unlocked": ("Complete, not locked", lambda slot: slot.complete and not slot.locked),
}


@dataclass(frozen=True)
class Count:
    """How many slots are how far."""

    due: int
    entered: int
    complete: int
    planned: int
    verified: int
    signed: int
    locked: int
    overdue: int
    changed: int


def count(slots: Iterable[Slot]) -> Count:
    """The counts of some slots."""
    found = list(slots)
    asked = {name: KINDS[name][1] for name in Count.__dataclass_fields__}
    return Count(**{name: sum(map(question, found)) for name, question in asked.items()})


def sites_read_by(user: User) -> QuerySet[Site]:
    """The sites whose overview this person reads."""
    return access.sites_of(user, Permission.READ_TRAIL)


def visits_read_by(user: User, site: Site | None = None) -> QuerySet[Visit]:
    """The visits in this person's overview, of one site or of all."""
    sites = Site.objects.filter(pk=site.pk) if site else sites_read_by(user)
    return worklist.visible_visits(user).filter(participant__site__in=sites)


def slots(user: User, today: date, site: Site | None = None) -> list[Slot]:
    """Every form owed by now, or saved, in the order of the windows."""
    visits = visits_read_by(user, site)
    expected = set(worklist.expected(visits).exclude(status="missed").values_list("pk", flat=True))
    records = _records(visits)
    plans = {plan.code: plan for plan in protocol.current().visits}
    found: list[Slot] = []
    for visit in visits.order_by("window_to", "participant__code", "pk").values(*_VISIT):
        owed = visit["pk"] in expected and visit["window_from"] <= today
        saved = records.get(visit["pk"], {})
        for form in plans[visit["code"]].forms if visit["code"] in plans else ():
            row = saved.get(form.form)
            if row is not None or (owed and form.required):
                found.append(_slot(visit, form.form, row, today))
    return found


_VISIT = (
    "pk", "code", "occurrence", "window_from", "window_to", "participant__code",
    "participant__site__code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Saved:
    status: str
    locked: bool
    signed: bool
    standing: Standing | None


def _records(visits: QuerySet[Visit]) -> dict[int, dict[str, _Saved]]:
    signed = Signature.objects.filter(record=OuterRef("pk"), version=OuterRef("version"))
    rows = Record.objects.filter(visit__in=visits)
    stands = {one.record.pk: one for one in standings(rows.filter(status__in=SETTLED))}
    told = rows.annotate(signed=Exists(signed), closed=locked_record())
    found: dict[int, dict[str, _Saved]] = {}
    for pk, visit, form, status, closed, has in told.order_by().values_list(
        "pk", "visit_id", "form", "status", "closed", "signed"
    ):
        row = _Saved(status, closed, has, stands.get(pk))
        found.setdefault(visit, {})[form] = row
    return found


def _slot(visit: Mapping[str, Any], form: str, row: _Saved | None, today: date) -> Slot:
    standing = row.standing if row else None
    settled = row is not None and row.status in SETTLED
    return Slot(
        site=visit["participant__site__code"],
        participant=visit["participant__code"],
        code=visit["code"],
        occurrence=visit["occurrence"],
        form=form,
        window_to=visit["window_to"],
        overdue=not settled and visit["window_to"] < today,
        status=row.status if row else "",
        signed=row.signed if row else False,
        locked=row.locked if row else False,
        planned=bool(standing and standing.planned),
        verified=bool(standing and standing.done),
        changed=bool(standing and standing.lost),
    )
