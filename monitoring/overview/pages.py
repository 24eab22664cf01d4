"""The overview as people read it: tables whose every number leads to its list, and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from monitoring.overview import deviations as deviating
from monitoring.overview import waiting
from monitoring.overview.bars import Bar, BarFigure, bars, share
from monitoring.overview.slots import KINDS, Count, Slot, count, sites_read_by, slots
from monitoring.overview.waiting import Waiting
from trial import protocol, registry
from trial.models import Site

# Column of a table: kind of slot, words, and the kind it is a share of.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("entered", "Entered", "due"),
    ("complete", "Complete", "due"),
    ("verified", "Verified", "planned"),
    ("signed", "Signed", "complete"),
    ("locked", "Locked", "complete"),
)


@dataclass(frozen=True)
class Cell:
    """A number, what it is a share of, and its list; ``missing`` leads to what is left."""

    number: int
    whole: int
    href: str
    missing: int
    missing_href: str
    words: str

    @property
    def percent(self) -> int:
        """How much of it is there; full only when nothing is missing."""
        return share(self.number, self.whole)


@dataclass(frozen=True)
class Line:
    """One site, visit or form."""

    name: str
    title: str
    href: str
    due: Cell
    overdue: Cell
    cells: tuple[Cell, ...]
    # Queries open, queries answered, deviations: each with its list.
    counts: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Table:
    """Lines of one kind, and their sum."""

    id: str
    title: str
    head: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Found:
    """Everything the overview counts, read once."""

    slots: Sequence[Slot]
    waiting: Sequence[Waiting]
    deviations: Sequence[deviating.Deviation]
    site: Site | None

    def to(self, kind: str, **narrowed: str) -> str:
        """The list behind a number."""
        return _address("overview-records", {"show": kind, **self._site, **narrowed})

    def to_deviations(self, **narrowed: str) -> str:
        """The deviations behind a number."""
        return _address("deviations", {**self._site, **narrowed})

    def to_queries(self, state: str, **narrowed: str) -> str:
        """The queries behind a number."""
        return _address("queries", {"state": state, **self._site, **narrowed})

    @property
    def _site(self) -> dict[str, str]:
        return {"site": self.site.code} if self.site else {}


def _address(route: str, query: dict[str, str]) -> str:
    return f"{reverse(route)}?{urlencode(query)}"


def overview(user: User, today: date, site: Site | None) -> dict[str, Any]:
    """The context of ``monitoring/overview.html``."""
    found = Found(
        slots(user, today, site),
        waiting.live_queries(user, site),
        deviating.deviations(user, site),
        site,
    )
    sites = list(sites_read_by(user))
    tables = [_by_visit(found), _by_form(found)]
    if site is None and len(sites) > 1:
        tables.insert(0, _by_site(found, sites))
    return {
        "site": site,
        "sites": sites,
        "tallies": tuple(_tallies(found)),
        "figures": tuple(_figures(found, today)),
        "tables": tables,
        "columns": COLUMNS,
        "anything": bool(found.slots),
    }


def _tallies(found: Found) -> Iterator[dict[str, Any]]:
    total = count(found.slots)
    opened = sum(one.open for one in found.waiting)
    for state, words, number, href in (
        ("late", "Overdue forms", total.overdue, found.to("overdue")),
        ("verified", "Left to verify", total.planned - total.verified, found.to("unverified")),
        ("changed", "Changed after verification", total.changed, found.to("changed")),
        ("query", "Queries open", opened, found.to_queries("open")),
        ("outside_window", "Deviations", len(found.deviations), found.to_deviations()),
    ):
        yield {"state": state, "words": words, "count": number, "href": href}


def _figures(found: Found, today: date) -> Iterator[BarFigure]:
    total = count(found.slots)
    yield bars(
        name="standing",
        title="Forms",
        down="State",
        given=[
            Bar(words, getattr(total, kind), getattr(total, whole), found.to(kind), kind)
            for kind, words, whole in COLUMNS
        ],
    )
    yield bars(
        name="queries",
        title="Queries open and answered, by age",
        down="Open for",
        given=[
            Bar(words, number, None, found.to_queries("", age=code), "query")
            for code, words, number in waiting.by_age(found.waiting, today)
        ],
    )
    kinds = Counter(one.kind for one in found.deviations)
    yield bars(
        name="deviations",
        title="Deviations",
        down="Kind",
        given=[
            Bar(words, kinds[kind], None, found.to_deviations(kind=kind), "deviation")
            for kind, words in deviating.KINDS.items()
        ],
    )


def _by_site(found: Found, sites: Sequence[Site]) -> Table:
    lines = tuple(
        _line(
            found,
            site.code,
            site.name,
            ("site", site.code),
            reverse("site-overview", args=[site.code]),
        )
        for site in sites
    )
    return Table("sites", "By site", "Site", lines)


def _by_visit(found: Found) -> Table:
    there = {slot.code for slot in found.slots}
    lines = tuple(
        _line(found, plan.code, plan.label, ("visit", plan.code))
        for plan in protocol.current().visits
        if plan.code in there
    )
    return Table("visits", "By visit", "Visit", lines)


def _by_form(found: Found) -> Table:
    there = {slot.form for slot in found.slots}
    lines = tuple(
        _line(found, spec.short, spec.title, ("form", spec.code))
        for spec in registry.forms()
        if spec.code in there
    )
    return Table("forms", "By form", "Form", lines)


def _line(found: Found, name: str, title: str, key: tuple[str, str], href: str = "") -> Line:
    narrowed = dict([key])
    where = {"visit": "code"}.get(key[0], key[0])

    def belongs(one: Slot | Waiting | deviating.Deviation) -> bool:
        return bool(getattr(one, where) == key[1])

    counts = count(filter(belongs, found.slots))
    waits = [one for one in found.waiting if belongs(one)]
    opened, answered = sum(one.open for one in waits), sum(not one.open for one in waits)
    deviates = sum(map(belongs, found.deviations))
    # The list of queries is not narrowed to a visit.
    asked = {} if key[0] == "visit" else narrowed
    return Line(
        name=name,
        title=title,
        href=href,
        due=_cell(found, counts, ("due", "due"), narrowed),
        overdue=_cell(found, counts, ("overdue", "due"), narrowed),
        cells=tuple(
            _cell(found, counts, (kind, whole), narrowed) for kind, _words, whole in COLUMNS
        ),
        counts=(
            (opened, found.to_queries("open", **asked)),
            (answered, found.to_queries("answered", **asked)),
            (deviates, found.to_deviations(**narrowed)),
        ),
    )


_LEFT = {
    "entered": "missing",
    "complete": "incomplete",
    "verified": "unverified",
    "signed": "unsigned",
    "locked": "unlocked",
}


def _cell(found: Found, counts: Count, kinds: tuple[str, str], narrowed: dict[str, str]) -> Cell:
    kind, whole = kinds
    number, total = getattr(counts, kind), getattr(counts, whole)
    return Cell(
        number=number,
        whole=total,
        href=found.to(kind, **narrowed),
        missing=total - number,
        missing_href=found.to(_LEFT.get(kind, kind), **narrowed),
        words=KINDS[kind][0],
    )


@dataclass(frozen=True)
class Listed:
    """One slot in a list."""

    slot: Slot
    title: str
    href: str


def listed(user: User, today: date, asked: dict[str, Any]) -> list[Listed]:
    """The slots somebody asked for: by kind, site, visit and form."""
    question = KINDS[asked["show"] or "due"][1]
    return [
        Listed(slot, registry.form(slot.form).short, _record(slot))
        for slot in slots(user, today, asked["site"])
        if question(slot) and asked["visit"] in ("", slot.code) and asked["form"] in ("", slot.form)
    ]


def _record(slot: Slot) -> str:
    return reverse("record", args=[slot.participant, slot.code, slot.occurrence, slot.form])
