"""Codings as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from safety.coding import selectors
from safety.coding.forms import path
from safety.coding.models import Coding, Dictionary
from safety.coding.suggesting import Suggestion, suggestions
from safety.coding.versions import Moved
from safety.models import AdverseEvent
from safety.presenters import State, address
from safety.wording import words
from trial.access import AnyUser

WAITING, CODED = "waiting", "coded"
CHOICES = ((WAITING, "To be coded"), (CODED, "Coded"))


@dataclass(frozen=True)
class Line:
    """One event of the queue, what it was coded as, and the term one click takes."""

    event: AdverseEvent
    href: str
    event_href: str
    category: str
    state: State
    coding: Coding | None
    suggestion: Suggestion | None
    seen: int

    @property
    def term(self) -> str:
        """The suggested term with its path."""
        return "" if self.suggestion is None else path(self.suggestion.term)


def lines(events: Iterable[AdverseEvent], dictionary: Dictionary, user: AnyUser) -> list[Line]:
    """The events of a page of the queue."""
    shown = list(events)
    codings = selectors.newest_codings(shown)
    open_ones = [one for one in shown if _waits(one, codings.get(one.pk))]
    offered = suggestions(open_ones, dictionary, user)
    return [_line(one, codings.get(one.pk), offered.get(one.pk, [])) for one in shown]


def _waits(event: AdverseEvent, coding: Coding | None) -> bool:
    return coding is None or selectors.is_stale(coding, event)


def _line(event: AdverseEvent, coding: Coding | None, offered: list[Suggestion]) -> Line:
    return Line(
        event=event,
        href=coding_address(event),
        event_href=address(event),
        category=category(event),
        state=state(event, coding),
        coding=coding,
        suggestion=next((one for one in offered if one.sure), None),
        seen=coding.number if coding else 0,
    )


def category(event: AdverseEvent) -> str:
    """The category in words."""
    return words("category", event.category, "UTC")


def state(event: AdverseEvent, coding: Coding | None) -> State:
    """Whether an event is coded, as a badge."""
    if coding is None:
        return State("due", "Not coded")
    if selectors.is_stale(coding, event):
        return State("changed", "Words changed since it was coded")
    return State("complete", "Coded")


def coding_address(event: AdverseEvent) -> str:
    """The page on which an event is coded."""
    return reverse("coding-event", args=[event.participant.code, event.number])


@dataclass(frozen=True)
class Move:
    """One coding of the report on a newer version."""

    moved: Moved
    href: str
    was: str
    becomes: str


def moves(found: Iterable[Moved]) -> list[Move]:
    """The codings that change, each as it was and as its term would be."""
    return [
        Move(
            moved=one,
            href=coding_address(one.event),
            was=f"{one.coding.name} · PT {one.coding.pt} · {one.coding.soc}",
            becomes="" if one.term is None else _full(one),
        )
        for one in found
    ]


def _full(one: Moved) -> str:
    term = one.term
    return "" if term is None else f"{term.name} · PT {term.pt} · {term.soc}"
