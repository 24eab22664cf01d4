"""What is read for coding: what waits, what it is coded as, and the terms of the version in use.

Whoever is blinded never meets an event whose words are withheld from them, nor what it was coded
as: not in a list, not in a count, not in a suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length, Lower

from safety.blinding import withheld_items
from safety.coding.models import Coding, Dictionary, Term, named_words
from safety.models import AdverseEvent
from trial import access, protocol
from trial.access import AnyUser, Permission

WAITING = Q(coded_words__isnull=True) | ~Q(coded_words=F("term"))
FOUND = 50


def in_use() -> Dictionary | None:
    """The newest version; new codings are made in it."""
    return max(Dictionary.objects.all(), key=lambda one: one.place, default=None)


def withheld_categories() -> list[str]:
    """The categories of which a blinded reader does not see the words."""
    return [code for code in protocol.current().ae_categories if "term" in withheld_items(code)]


def events_for(user: AnyUser) -> QuerySet[AdverseEvent]:
    """The valid events whose words this person reads and may code, by participant and number.

    ``coded_words`` is what the newest coding was of, ``coding`` its key and ``codings_made`` its
    number; None where there is none.
    """
    newest = Coding.objects.filter(event=OuterRef("pk")).order_by("-number")
    knows = access.sites_of(user, Permission.KNOW_ARMS)
    return (
        AdverseEvent.objects.filter(voided=False)
        .filter(participant__in=access.visible_to(user).select_related(None))
        .filter(participant__site__in=access.sites_of(user, Permission.CODE_EVENTS))
        .filter(~Q(category__in=withheld_categories()) | Q(participant__site__in=knows))
        .annotate(
            coding=Subquery(newest.values("pk")[:1]),
            coded_words=Subquery(newest.values("verbatim")[:1]),
            codings_made=Subquery(newest.values("number")[:1]),
        )
        .select_related("participant__site")
        .order_by("participant__code", "number")
    )


def waiting(user: AnyUser) -> QuerySet[AdverseEvent]:
    """What is not coded, or was before its words changed."""
    return events_for(user).filter(WAITING)


def coded(user: AnyUser) -> QuerySet[AdverseEvent]:
    """What is coded as its words are now."""
    return events_for(user).exclude(WAITING)


def behind(user: AnyUser, dictionary: Dictionary) -> QuerySet[AdverseEvent]:
    """What is coded in an older version than this one."""
    newest = Coding.objects.filter(event=OuterRef("pk")).order_by("-number")
    older = events_for(user).annotate(coded_in=Subquery(newest.values("dictionary")[:1]))
    return older.exclude(WAITING).exclude(coded_in=dictionary.pk)


def newest_codings(events: Iterable[AdverseEvent]) -> dict[int, Coding]:
    """The newest coding of each of these events, by the event's key; one query."""
    keys = [event.pk for event in events]
    found = Coding.objects.filter(event__in=keys).select_related("dictionary", "coded_by")
    return {one.event_id: one for one in found.order_by("number")}


def newest_coding(event: AdverseEvent) -> Coding | None:
    """What an event was coded as last; it may be stale."""
    return newest_codings([event]).get(event.pk)


def is_stale(coding: Coding, event: AdverseEvent) -> bool:
    """Whether the event says something else now."""
    return coding.verbatim != event.term


def terms(dictionary: Dictionary, asked: str) -> list[Term]:
    """Current terms in which each word asked for begins a word; the likest first."""
    words = re.findall(r"[^\W_]+", asked.casefold())[:10]
    if not words:
        return []
    query = SearchQuery(
        " & ".join(f"{word}:*" for word in words), search_type="raw", config="simple"
    )
    found = (
        dictionary.lines.annotate(words=named_words())
        .filter(words=query, current=True)
        .order_by(Length("name"), Lower("name"))[:FOUND]
    )
    same = asked.strip().casefold()
    return sorted(found, key=lambda one: one.name.casefold() != same)
