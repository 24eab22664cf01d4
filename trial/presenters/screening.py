"""The screening log as its pages show it: everybody approached, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from accounts.models import User
from trial import access, protocol
from trial.access import Permission
from trial.models import ScreeningEntry
from trial.presenters.crumbs import Crumbs
from trial.templatetags.hermes import day

WORDS: dict[str, str] = dict(ScreeningEntry.OUTCOMES)
# The shape of each outcome: a symbol of components/shapes.html.
SHAPES = {
    "pending": "due",
    "consented": "complete",
    "not_eligible": "not_done",
    "declined": "missed",
    "other": "not_done",
}


@dataclass(frozen=True)
class Line:
    """One entry, and what this reader may do with it."""

    entry: ScreeningEntry
    name: str
    shape: str
    reason: str
    may_enrol: bool
    may_close: bool


def name_of(entry: ScreeningEntry) -> str:
    """What an entry is called: its site and its number in the site's log."""
    return f"{entry.site.code} {entry.number}"


def crumbs() -> Crumbs:
    """The way back to the log."""
    return (("Screening", reverse("screening")),)


def entries(user: User) -> QuerySet[ScreeningEntry]:
    """The entries this person may read, newest first."""
    return (
        ScreeningEntry.objects.filter(site__in=access.sites_of(user, Permission.READ_CLINICAL))
        .select_related("site", "participant")
        .order_by("-screened_on", "site__code", "-number")
    )


def tallies(rows: QuerySet[ScreeningEntry]) -> list[dict[str, object]]:
    """How many entries have each outcome, as ``components/tallies.html`` draws it."""
    found = dict(rows.order_by().values_list("outcome").annotate(Count("pk")))
    return [
        {
            "state": SHAPES[code],
            "words": words,
            "count": found.get(code, 0),
            "href": f"?outcome={code}",
        }
        for code, words in WORDS.items()
    ]


def lines(rows: Iterable[ScreeningEntry], user: User) -> list[Line]:
    """The entries with the acts this person may do on each."""
    reasons = protocol.current().screen_failures
    return [
        Line(
            entry=row,
            name=name_of(row),
            shape=SHAPES[row.outcome],
            reason=reasons.get(row.reason, row.reason),
            may_enrol=_open(row, user, Permission.OBTAIN_CONSENT),
            may_close=_open(row, user, Permission.SCREEN),
        )
        for row in rows
    ]


def _open(row: ScreeningEntry, user: User, permission: Permission) -> bool:
    return row.outcome == "pending" and access.may(user, permission, site=row.site)


def _one(entry: ScreeningEntry) -> dict[str, Any]:
    event = protocol.current().index_event
    return {
        "entry": entry,
        "name": name_of(entry),
        "crumbs": crumbs(),
        "facts": (
            ("Site", str(entry.site)),
            ("Screened on", day(entry.screened_on)),
            (event.capitalize(), day(entry.index_on)),
            ("Sex", entry.get_sex_display()),
            ("Year of birth", entry.year_of_birth),
        ),
    }


def closing(entry: ScreeningEntry) -> dict[str, Any]:
    """The page that closes an entry."""
    return {**_one(entry), "title": f"Close {name_of(entry)}"}


def enrolling(entry: ScreeningEntry, user: User) -> dict[str, Any]:
    """The page that records the first consent, with what will be true afterwards."""
    event = protocol.current().index_event
    return {
        **_one(entry),
        "title": f"Consent of {name_of(entry)}",
        "question": f"Enrol {name_of(entry)}?",
        "truths": (
            f"The person has a participant code of {entry.site.name}, for good.",
            f"The visits are planned from the {event} on {day(entry.index_on)}.",
            f"The consent is recorded as obtained by you, {user.full_name}.",
        ),
    }
