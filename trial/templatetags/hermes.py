"""How dates, times and states read on a page, and what a person's navigation holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.dateformat import format as written
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trial import access
from trial.models import Site
from trial.partial_dates import PartialDate

register = template.Library()
NOTHING = "—"

# What each state is called; its shape is the symbol of the same name in components/shapes.html.
STATES: dict[str, str] = {
    "late": "Late",
    "due": "Due",
    "draft": "Draft",
    "complete": "Complete",
    "not_done": "Not done",
    "signed": "Signed",
    "void": "Signature void",
    "verified": "Verified",
    "changed": "Changed since",
    "locked": "Locked",
    "missed": "Missed",
    "planned": "Planned",
    "outside_window": "Outside window",
    "query": "Query open",
    "answered": "Query answered",
}

# Route, words, and the permission that shows the entry ("" = everybody who is signed in).
NAVIGATION: tuple[tuple[str, str, str], ...] = (
    ("home", "Home", ""),
    ("alerts", "Alerts", ""),
    ("participants", "Participants", "read_clinical"),
    ("screening", "Screening", "read_clinical"),
    ("adverse-events", "Adverse events", "read_clinical"),
    ("safety-desk", "Safety desk", "read_desk"),
    ("coding", "Coding", "code_events"),
    ("cells", "Cells", "know_arms"),
    ("dsmb", "DSMB", "read_open_packs"),
    ("queries", "Queries", "read_clinical"),
    ("overview", "Overview", "read_trail"),
    ("locks", "Locks", "read_clinical"),
    ("unblindings", "Unblinding", "read_unblinding"),
    ("trail", "Trail", "read_trail"),
    ("cuts", "Data cuts", "read_cuts"),
    ("allocation-list", "Allocation list", "manage_list"),
    ("blinding-indices", "Blinding", "manage_list"),
    ("people", "People", "manage_accounts"),
    ("protocol", "Protocol", ""),
)
# Pages inside each entry: their routes, or what stands before the first hyphen of them.
SECTIONS: dict[str, frozenset[str]] = {
    "participants": frozenset(
        {"participant", "eligibility", "withdrawal", "death", "lost", "visit", "record", "casebook"}
        | {"item"}
        | {"randomize", "envelope", "treatment", "aspiration", "product", "infusion", "not-treated"}
    ),
    "alerts": frozenset({"alert", "alerts"}),
    "screening": frozenset({"screening", "consent"}),
    "adverse-events": frozenset({"adverse"}),
    "safety-desk": frozenset({"safety", "submission", "measure", "reference"}),
    "coding": frozenset({"coding"}),
    "dsmb": frozenset({"dsmb"}),
    "locks": frozenset({"lock", "trial-lock"}),
    "queries": frozenset({"query", "queries", "edit"}),
    "cuts": frozenset({"cut", "token", "tokens"}),
    "trail": frozenset({"trail", "site-trail", "unusual", "seals"}),
    "people": frozenset({"person", "people", "delegation"}),
    "unblindings": frozenset({"unblinding"}),
    "allocation-list": frozenset({"allocation", "allocation-list"}),
    "overview": frozenset({"overview", "site-overview", "deviations"})
    | {"verification", "visit-verification", "changed-after-verification"}
    | {"certificate", "certificates"},
}


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    href: str
    words: str
    here: bool


@register.filter
def day(value: object) -> str:
    """A date as 12 Mar 2027, a partial date as Mar 2027 or 2027, nothing as a dash."""
    if isinstance(value, datetime | date):
        return written(value, "j M Y")
    if isinstance(value, PartialDate):
        return _partial(value)
    if isinstance(value, str) and value:
        return _partial(PartialDate.parse(value))
    return NOTHING


def _partial(value: PartialDate) -> str:
    if value.month is None:
        return str(value.year)
    return written(value.earliest, "M Y" if value.day is None else "j M Y")


@register.simple_tag
def local_time(value: datetime | None, zone: Site | str | None = None) -> SafeString | str:
    """An instant in the site's zone with UTC in the title; in UTC, and saying so, without a site.

    ``zone`` is a site, the name of a time zone, or nothing.
    """
    if value is None:
        return NOTHING
    utc = value.astimezone(UTC)
    name = zone.timezone if isinstance(zone, Site) else zone
    shown = utc.astimezone(ZoneInfo(name)) if name else utc
    return format_html(
        '<time datetime="{}" title="{} UTC">{}{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        written(utc, "j M Y H:i"),
        written(shown, "j M Y H:i"),
        "" if name else " UTC",
    )


@register.filter
def state_words(code: str) -> str:
    """The word of a state; a state without one reads as its code."""
    return STATES.get(code, code.replace("_", " ").capitalize())


@register.inclusion_tag("components/state.html")
def state(code: str, label: str = "") -> dict[str, str]:
    """The badge of a state: its shape and its word, or a word of the page's own."""
    return {"state": code, "label": label}


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[Entry]:
    """The entries this person may open, the present one marked."""
    allowed, request = context["allowed"], context["request"]
    here = section(getattr(request.resolver_match, "url_name", None) or "")
    return [
        Entry(reverse(route), words, route == here)
        for route, words, permission in NAVIGATION
        if not permission or getattr(allowed, permission)
    ]


def section(route: str) -> str:
    """The entry of the navigation a route belongs to; empty for a page outside all of them."""
    if route in {entry for entry, _, _ in NAVIGATION}:
        return route
    first = route.split("-", maxsplit=1)[0]
    return next((entry for entry, words in SECTIONS.items() if {route, first} & words), "")


@register.simple_tag
def place(user: Any) -> str:
    """Where the person works: the names of their sites, or all sites."""
    names = [row.site.name if row.site else "All sites" for row in access.delegations(user)]
    return ", ".join(dict.fromkeys(names))
