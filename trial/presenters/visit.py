"""The page of one visit: its forms, its window, what may be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from trial import access, protocol, signatures
from trial.access import Permission
from trial.margin import Look
from trial.models import Visit
from trial.presenters.crumbs import crumbs
from trial.presenters.grid import Cell, column, course, forms_of
from trial.presenters.locks import bar
from trial.templatetags.hermes import day

SETTLED = frozenset({"complete", "signed", "locked", "not_done"})


def visit_page(visit: Visit, look: Look, today: date) -> dict[str, Any]:
    """The context of ``trial/visit.html``."""
    forms = forms_of(visit, today, look)
    now = course(visit.participant, [visit], today)
    head = column(visit, now)
    plan = protocol.current().visit(visit.code)
    return {
        "visit": visit,
        "participant": visit.participant,
        "plan": plan,
        "title": f"{visit.participant.code} · {visit}",
        "crumbs": crumbs(visit.participant),
        "state": head.state,
        "forms": forms,
        "lock": bar(look.user, visit.participant, visit=visit),
        "signed": now.book.signed(signatures.of_visit(visit)),
        "may_sign": access.may(look.user, Permission.SIGN, site=visit.participant.site)
        and not {"locked", "signed"} & set(head.marks)
        and visit.status != "planned",
        "next_form": _next([cell for _, cell in forms]),
        "facts": tuple(_facts(visit)),
        "may_enter": access.may(look.user, Permission.ENTER_OUTCOMES, site=visit.participant.site),
        "has_records": any(cell.state in SETTLED | {"draft"} for _, cell in forms),
    }


def _next(cells: list[Cell]) -> str:
    """The address of the first form that is owed."""
    owed = [cell.href for cell in cells if cell.state in {"late", "due", "draft"}]
    return owed[0] if owed else ""


def _facts(visit: Visit) -> Iterator[tuple[str, str]]:
    yield "Planned", day(visit.planned_on)
    yield "Window", f"{day(visit.window_from)} to {day(visit.window_to)}"
    if visit.actual_on is not None:
        note = ", outside the window: a deviation" if visit.out_of_window else ""
        yield "Took place", f"{day(visit.actual_on)}{note}"
    if visit.missed_reason:
        yield "Missed", visit.missed_reason
