"""Adverse events as pages show them: words, what is withheld, and how much time is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from audit.errors import Refused
from safety import grading, rules
from safety.blinding import WITHHELD, WITHHELD_WORDS, for_blinded
from safety.coding.models import Coding
from safety.coding.selectors import is_stale, newest_coding, newest_codings
from safety.course import course
from safety.forms import AdverseEventForm, VoidForm
from safety.models import ITEMS, AdverseEvent
from safety.rules import Clock
from safety.selectors import CHOICES, Counts, phase_of
from safety.services import columns_of
from safety.wording import LABELS, label, words
from trial import access, protocol
from trial.access import AnyUser
from trial.errors import ReasonRequired, Stale
from trial.forms.reason import Reason
from trial.templatetags.hermes import day

_SHAPES = {"running": "due", "overdue": "late", "met": "complete", "missed": "outside_window"}
# What a table shows of an event, in its order.
_SHOWN = ("term", "category", "onset", "end", "severity", "causality", "outcome")


@dataclass(frozen=True)
class State:
    """A badge: the state gives the shape, the words say it."""

    code: str
    words: str


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to."""

    choice: str
    participant: str

    # Code and words of each choice, for the page.
    choices = (
        ("all", "All events"),
        ("clock", "SAE clocks running"),
        ("serious", "Serious"),
        ("ongoing", "Going on"),
        ("error", "Entered in error"),
    )

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Asked:
        """Read the address; what cannot stand in a choice or a code is left out."""
        choice = asked.get("show", "")
        known = choice if choice in CHOICES else "all"
        code = re.sub(r"[^A-Z0-9-]", "", asked.get("participant", "").upper())
        return cls(known, code[:12])

    @property
    def query(self) -> str:
        """The address again, for the next page."""
        return urlencode({"show": self.choice, "participant": self.participant})


@dataclass(frozen=True)
class Row:
    """One event in a list; ``coded`` is its preferred term, of which the page of it says more."""

    href: str
    participant: str
    participant_href: str
    number: int
    serious: bool
    voided: bool
    clock: State | None
    words: dict[str, str]
    coded: str


def address(event: AdverseEvent) -> str:
    """The page of an event."""
    return reverse("adverse-event", args=[event.participant.code, event.number])


def clock_state(clock: Clock | None, at: datetime) -> State | None:
    """The badge of a clock, None where none runs."""
    return None if clock is None else State(_SHAPES[clock.state(at)], clock.words(at))


def seen_clock(event: AdverseEvent, user: AnyUser, at: datetime) -> State | None:
    """The badge of an event's 24 hours; none for the blinded where only its kind started them."""
    knows = event.serious or access.may_know_arms(user, site=event.participant.site)
    return clock_state(event.clock, at) if knows else None


def seen_values(event: AdverseEvent, user: AnyUser) -> dict[str, Any]:
    """The values as this reader sees them."""
    values = event.values()
    knows = access.may_know_arms(user, site=event.participant.site)
    return values if knows else for_blinded(values)


def in_words(event: AdverseEvent, values: dict[str, Any]) -> dict[str, str]:
    """Every value in words."""
    zone = event.aware_zone or event.participant.site.timezone
    return {
        item: WITHHELD_WORDS if value == WITHHELD else words(item, value, zone)
        for item, value in values.items()
    }


def rows(events: Iterable[AdverseEvent], user: AnyUser, at: datetime) -> list[Row]:
    """The events of a list."""
    shown = list(events)
    codings = newest_codings(shown)
    return [_row(event, user, at, codings.get(event.pk)) for event in shown]


def coded_words(event: AdverseEvent, coding: Coding | None, user: AnyUser) -> str:
    """What an event is coded as; empty where it is not, or its words are withheld."""
    if coding is None or seen_values(event, user)["term"] == WITHHELD:
        return ""
    if is_stale(coding, event):
        return "its words changed since it was coded"
    return f"{coding.pt} · {coding.soc} (MedDRA {coding.dictionary.version})"


def _row(event: AdverseEvent, user: AnyUser, at: datetime, coding: Coding | None) -> Row:
    seen = in_words(event, seen_values(event, user))
    fits = coding and not is_stale(coding, event) and coded_words(event, coding, user)
    code = event.participant.code
    return Row(
        href=address(event),
        participant=code,
        participant_href=reverse("participant", args=[code]),
        number=event.number,
        serious=event.serious,
        voided=event.voided,
        clock=seen_clock(event, user, at),
        words={item: seen[item] for item in _SHOWN},
        coded=coding.pt if coding and fits else "",
    )


def facts(event: AdverseEvent, user: AnyUser) -> list[tuple[str, str]]:
    """Everything about one event that this reader may see, in the order of the form."""
    seen = in_words(event, seen_values(event, user))
    criteria = [rules.CRITERIA[code].partition(":")[0] for code in event.criteria]
    shown = []
    for item in ITEMS:
        if not item.startswith("criterion_"):
            shown.append((label(item), seen[item]))
        if item == "serious" and criteria:
            shown.append((label("criteria"), " · ".join(criteria)))
    knows = access.may_know_arms(user, site=event.participant.site)
    if knows and protocol.current().product is not None:
        shown.append(("From the infusion", rules.PHASES[phase_of(event)]))
    if event.voided:
        shown.append(("Entered in error", event.void_reason))
    return shown


def grades_of(event: AdverseEvent) -> list[str]:
    """Every grade the event had, in words, the onset's first."""
    return [f"{grading.ALL[grade]} from {day(since)}" for grade, since in course(event)]


def versions_of(event: AdverseEvent, user: AnyUser) -> list[tuple[str, datetime]]:
    """The versions of its report: what kind, and when each was filed; no word of what they say.

    None for the blinded where the first was of an event that was not serious: that tells its kind.
    """
    found = [*event.reports.defer("content")]
    knows = access.may_know_arms(user, site=event.participant.site)
    if not knows and not all(one.serious for one in found[:1]):
        return []
    return [(str(one), one.filed_at) for one in found]


def tallies(counts: Counts, *, clocks_only: bool = False) -> list[dict[str, Any]]:
    """Counts, each a link to what it counts; clocks first."""
    found = [
        ("late", "SAE clocks overdue", counts.overdue, "clock"),
        ("due", "SAE clocks running", counts.running - counts.overdue, "clock"),
    ]
    if not clocks_only:
        found += [
            ("outside_window", "Serious", counts.serious, "serious"),
            ("complete", "All events", counts.events, "all"),
        ]
    base = reverse("adverse-events")
    return [
        {"state": state, "words": said, "count": count, "href": f"{base}?show={choice}"}
        for state, said, count, choice in found
    ]


@dataclass(frozen=True)
class Difference:
    """One item with two values: what is saved, and what was typed."""

    label: str
    saved: str
    typed: str


def event_page(
    event: AdverseEvent,
    user: AnyUser,
    at: datetime,
    *,
    form: AdverseEventForm | None,
    why: Reason | None,
    void: VoidForm | None,
) -> dict[str, Any]:
    """What the page of one event shows; after a refusal also what differs from what is saved."""
    refusal = None if form is None else form.refusal
    saved, version = _saved(event, refusal)
    told = isinstance(refusal, (Stale, ReasonRequired))
    reason = why or Reason()
    if isinstance(refusal, ReasonRequired):
        reason.error = refusal.message
    return {
        "event": event,
        "participant": event.participant,
        "clock": seen_clock(event, user, at),
        "facts": [] if form else facts(event, user),
        "grades": grades_of(event),
        "versions": versions_of(event, user),
        "coded": coded_words(event, newest_coding(event), user),
        "form": form,
        "void": void,
        "seen": version,
        "stale": isinstance(refusal, Stale),
        "differences": _differences(event, saved, form) if form and told else [],
        "reason": reason,
        "beside": [_beside(reason.error)] if reason.error else [],
    }


def taken_over(event: AdverseEvent, fields: Iterable[str]) -> list[str]:
    """What is taken over from what somebody else saved meanwhile, in words."""
    if not fields:
        return []
    now = AdverseEvent.objects.select_related("participant__site").get(pk=event.pk)
    said = in_words(now, now.values())
    shown = ["serious" if field == "criteria" else field for field in fields]
    return [f"{LABELS[item]}: {said[item]}" for item in shown]


def _saved(event: AdverseEvent, refusal: Refused | None) -> tuple[dict[str, Any], int]:
    """What is saved now, and its version: the newer ones, where somebody saved meanwhile."""
    if isinstance(refusal, Stale):
        found: Any = refusal.details
        return found["answers"], found["version"]
    return event.values(), event.version


def _beside(error: str) -> dict[str, str]:
    """A line of the summary that leads to the reason."""
    return {"target": "field-reason", "label": "Reason for the change", "message": error}


def _differences(
    event: AdverseEvent, saved: dict[str, Any], form: AdverseEventForm
) -> list[Difference]:
    """The items where what was typed is not what is saved, both in words."""
    merged = {**saved, **columns_of(form.answers())}
    before, after = in_words(event, saved), in_words(event, merged)
    return [
        Difference(label(item), before[item], after[item])
        for item in ITEMS
        if saved[item] != merged[item]
    ]
