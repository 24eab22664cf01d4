"""The grid and the list of forms as they stood, each leading to what it was at that moment."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse

from monitoring.past.standing import Stand, forms_at
from trial import registry
from trial.models import Visit
from trial.presenters import grid
from trial.presenters.grid import Cell, Grid, Row


def past_grid(then: Stand, at: str) -> Grid:
    """Visits across, forms down, as they stood at the moment ``at``."""
    visits = list(then.visits.values())
    codes = dict.fromkeys(form for visit in visits for form in forms_at(visit))
    return Grid(
        columns=tuple(
            replace(
                grid.head(visit, then.day, then.ended_on),
                href=_address("visit-as-of", visit, at=at),
            )
            for visit in visits
        ),
        rows=tuple(
            Row(
                registry.form(code).title,
                grid.form_title(code),
                tuple(_cell(then, visit, code, at) for visit in visits),
            )
            for code in codes
        ),
        states=(),
    )


def past_forms(then: Stand, visit: Visit, at: str) -> list[tuple[str, Cell]]:
    """The forms of one visit with their states, as they stood at the moment ``at``."""
    return [(registry.form(code).title, _cell(then, visit, code, at)) for code in forms_at(visit)]


def _cell(then: Stand, visit: Visit, code: str, at: str) -> Cell:
    cell = then.state(visit, code)
    if (visit.pk, code) not in then.records:
        return cell
    return replace(cell, href=_address("record-as-of", visit, code, at=at))


def _address(route: str, visit: Visit, *form: str, at: str) -> str:
    place = [visit.participant.code, visit.code, visit.occurrence, *form]
    return f"{reverse(route, args=place)}?{urlencode({'at': at})}"
