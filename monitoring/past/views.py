"""The pages of what was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from audit.errors import Refused
from monitoring.past import items, said, scopes
from monitoring.past.finding import past_participant, past_record, past_visit
from monitoring.past.grids import past_forms, past_grid
from monitoring.past.moments import Chosen, chosen, known_moments, read_moment
from monitoring.past.restoring import Page, confirmations, may_restore, restore_address
from monitoring.past.scopes import Scope
from monitoring.past.standing import RecordThen, record_then, stand
from trial import protocol, registry, services, worklist
from trial.margin import Look
from trial.models import Record
from trial.presenters.crumbs import crumbs
from trial.presenters.grid import record_address, visit_address
from trial.services.restore import restoration
from trial.web import StaffRequest, sent, show


def item_history(request: StaffRequest, item: str, **place: Any) -> HttpResponse:
    """Every value an item has had: below the item where htmx asks, else a page of its own."""
    record = past_record(request, **place)
    spec = registry.form(record.form)
    if item not in spec.items:
        raise Http404
    inline = request.headers.get("HX-Request") == "true"
    context = {
        "label": spec.labels[item],
        "values": _with_ways_back(request, record, item),
        "zone": record.participant.site,
        "inline": inline,
    }
    if inline:
        return render(request, "monitoring/past/item_values.html", context)
    back = record_address(record.visit, record.form)
    context |= {
        "title": f"{spec.short} · {record.participant.code} · {record.visit}",
        "crumbs": crumbs(
            record.participant,
            (str(record.visit), visit_address(record.visit)),
            (spec.short, f"{back}#item-{item}"),
        ),
    }
    return render(request, "monitoring/past/item.html", context)


def _with_ways_back(
    request: StaffRequest, record: Record, item: str
) -> list[tuple[items.Value, str]]:
    """Each value, with the page that brings it back where this person may."""
    values = items.values_of(record, item)
    if not may_restore(Look(request.user, request.at), record):
        return [(value, "") for value in values]
    standing = values[0].words if values else ""
    return [
        (value, restore_address(record, value.at, item) if _earlier(value, standing) else "")
        for value in values
    ]


def _earlier(value: items.Value, standing: str) -> bool:
    return bool(value.words) and value.words != standing


def record_as_of(request: StaffRequest, **place: Any) -> HttpResponse:
    """A record as it stood: its answers, its state, its signature, who had saved it."""
    record = past_record(request, **place)
    scope = scopes.of_record(record)
    when = chosen(request.GET, scope, request.at, known_moments(scope))
    then = record_then(record, when.at) if when.at else None
    context = {**_page(scope, when), "then": then}
    if then is not None:
        context |= {
            "facts": tuple(said.head(then, scope.site)),
            "answers": then.spec.form(None, initial=then.answers, readonly=True),
            "restore": _way_back(request, record, then, when),
        }
    return show(request, "monitoring/past/record.html", context, when.form)


def _way_back(request: StaffRequest, record: Record, then: RecordThen, when: Chosen) -> str:
    """The page that brings the whole record back, where this person may and it has changed."""
    changed = then.record.version != record.version and then.state != "not_done"
    if not changed or when.at is None or not may_restore(Look(request.user, request.at), record):
        return ""
    return restore_address(record, when.at)


def visit_as_of(request: StaffRequest, **place: Any) -> HttpResponse:
    """A visit as it stood: its dates, and the state of each form."""
    visit = past_visit(request, **place)
    scope = scopes.of_visit(visit)
    when = chosen(request.GET, scope, request.at, known_moments(scope))
    context = _page(scope, when)
    if when.at is not None:
        then = stand(visit.participant, [visit], when.at)
        found = then.visits.get(visit.pk)
        context |= {"then": found, "plan": protocol.current().visit(visit.code)}
        if found is not None:
            context["facts"] = tuple(said.visit_facts(then, found))
            context["forms"] = past_forms(then, found, when.value)
    return show(request, "monitoring/past/visit.html", context, when.form)


def participant_as_of(request: StaffRequest, code: str) -> HttpResponse:
    """A participant as they stood: what was known, and the grid."""
    person = past_participant(request, code)
    scope = scopes.of_participant(person, request.user)
    when = chosen(request.GET, scope, request.at, known_moments(scope))
    context = _page(scope, when)
    if when.at is not None:
        visits = list(worklist.visible_visits(request.user).filter(participant=person))
        then = stand(person, visits, when.at)
        context |= {"then": then.participant}
        if then.participant is not None:
            context["facts"] = tuple(said.person_facts(then, person.site))
            context["grid"] = past_grid(then, when.value)
    return show(request, "monitoring/past/participant.html", context, when.form)


def record_compare(request: StaffRequest, **place: Any) -> HttpResponse:
    """Two instants of a record side by side."""
    return _compare(request, scopes.of_record(past_record(request, **place)))


def visit_compare(request: StaffRequest, **place: Any) -> HttpResponse:
    """Two instants of a visit side by side."""
    return _compare(request, scopes.of_visit(past_visit(request, **place)))


def participant_compare(request: StaffRequest, code: str) -> HttpResponse:
    """Two instants of a participant side by side."""
    person = past_participant(request, code)
    return _compare(request, scopes.of_participant(person, request.user))


def _page(scope: Scope, when: Chosen) -> dict[str, Any]:
    """What every page of the past shows around what stood."""
    return {
        "scope": scope,
        "when": when,
        "title": scope.title,
        "crumbs": (*scope.crumbs, (scope.short, scope.today)),
        "zone": scope.site,
        "then": None,
    }


def _compare(request: StaffRequest, scope: Scope) -> HttpResponse:
    known = known_moments(scope)
    before = known[1].at if len(known) > 1 else None
    left = chosen(request.GET, scope, request.at, known, prefix="left", otherwise=before)
    right = chosen(request.GET, scope, request.at, known, prefix="right", otherwise=request.at)
    lines: list[said.Difference] = []
    if left.at is not None and right.at is not None:
        lines = said.compare(scope.said(left.at), scope.said(right.at))
    everything = "all" in request.GET
    context = _page(scope, left) | {
        "left": left,
        "right": right,
        "lines": [line for line in lines if everything or line.differs],
        "differing": sum(line.differs for line in lines),
        "same": sum(not line.differs for line in lines),
        "everything": everything,
    }
    wrong = right.form if right.form.errors else left.form
    return show(request, "monitoring/past/compare.html", context, wrong)


def record_restore(request: StaffRequest, **place: Any) -> HttpResponse:
    """Bring back one item, or the whole record, as it stood: what would change, and why."""
    record = past_record(request, **place)
    scope = scopes.of_record(record)
    if "at" not in request.GET:
        return redirect(scope.as_of)
    asked = _what_to_restore(request, record)
    page = Page(record, restoration(record=record, **asked), sent(request))
    if request.method == "POST":
        try:
            _restore(request, page, asked)
        except Refused as refused:
            page.refused = refused
        else:
            said = "Brought back, as a new change."
            messages.success(request, said, extra_tags=request.get_full_path())
            return redirect(scope.today)
    context = {
        "page": page,
        "scope": scope,
        "title": f"Bring back · {scope.title}",
        "crumbs": (*scope.crumbs, (scope.short, scope.today)),
        "zone": scope.site,
        "at": asked["as_of"],
    }
    return render(request, "monitoring/past/restore.html", context, status=page.status)


def _what_to_restore(request: StaffRequest, record: Record) -> dict[str, Any]:
    """The items and the instant asked for; an item the form lacks is not found."""
    item = request.GET.get("item", "")
    if item and item not in registry.form(record.form).items:
        raise Http404
    try:
        at = read_moment(request.GET["at"])
    except ValueError:
        at = request.at + timedelta(days=1)
    if at > request.at:
        raise Refused("That is no moment of the past.", code="no-moment", status=400)
    return {"items": [item] if item else None, "as_of": at}


def _restore(request: StaffRequest, page: Page, asked: dict[str, Any]) -> None:
    seen = request.POST.get("version", "")
    services.restore_answers(
        record=page.record,
        version=int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
        reason=page.reason.text,
        confirmed=confirmations(request.POST),
        actor=request.user,
        at=request.at,
        **asked,
    )
