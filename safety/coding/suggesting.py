"""Terms that may fit: what the same or like words were coded as, and what is called the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from safety.coding.models import Coding, Dictionary, Term
from safety.coding.selectors import coded
from safety.models import AdverseEvent
from trial.access import AnyUser

EARLIER, NAMED, LIKE = "earlier", "named", "like"
WORDS = {
    EARLIER: "these words were coded so",
    NAMED: "a term of this name",
    LIKE: "like words were coded so",
}
# Of 1, how many of the words of two terms together both have, so that they are alike.
ALIKE = 0.5
AT_MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """A current term of the version in use, and why it may fit; ``times`` it was chosen before."""

    term: Term
    why: str
    times: int = 0

    @property
    def words(self) -> str:
        """Why, for a person."""
        return f"{WORDS[self.why]}, {self.times} times" if self.times > 1 else WORDS[self.why]

    @property
    def sure(self) -> bool:
        """Whether one click may do: the words are the same."""
        return self.why != LIKE


def suggestions(
    events: Iterable[AdverseEvent], dictionary: Dictionary, user: AnyUser
) -> dict[int, list[Suggestion]]:
    """Terms for each event by its key, the likeliest first; from what this reader may read.

    Three queries, however many events there are.
    """
    asked = list(events)
    earlier = _earlier(user)
    wanted = {event.pk: _codes(event.term, earlier) for event in asked}
    codes = {code for found in wanted.values() for code in found}
    names = {event.term.strip().lower() for event in asked}
    lines = (
        dictionary.lines.filter(current=True)
        .annotate(lower=Lower("name"))
        .filter(Q(code__in=codes) | Q(lower__in=names))
    )
    by_code = {line.code: line for line in lines}
    named: dict[str, list[Term]] = defaultdict(list)
    for line in by_code.values():
        named[line.name.lower()].append(line)
    return {
        event.pk: _ranked(wanted[event.pk], named[event.term.strip().lower()], by_code)
        for event in asked
    }


Earlier = Mapping[str, Mapping[int, int]]
# Why, and how often, by code.
Chosen = dict[int, tuple[str, int]]


def _earlier(user: AnyUser) -> Earlier:
    """How often which code was chosen for which words."""
    rows = Coding.objects.filter(event__in=coded(user)).order_by("number")
    newest = {
        event: (verbatim, code)
        for event, verbatim, code in rows.values_list("event", "verbatim", "code")
    }
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for verbatim, code in newest.values():
        found[verbatim.strip().casefold()][code] += 1
    return found


def _codes(words: str, earlier: Earlier) -> Chosen:
    same = words.strip().casefold()
    found: Chosen = {}
    for verbatim, codes in earlier.items():
        why = EARLIER if verbatim == same else LIKE if _alike(verbatim, same) else ""
        for code, times in codes.items() if why else ():
            known, before = found.get(code, (why, 0))
            found[code] = (EARLIER if EARLIER in (why, known) else LIKE, before + times)
    return found


def _alike(one: str, other: str) -> bool:
    first, second = (set(re.findall(r"\w{3,}", words)) for words in (one, other))
    both = first | second
    return bool(both) and len(first & second) / len(both) >= ALIKE


def _ranked(chosen: Chosen, named: Iterable[Term], by_code: Mapping[int, Term]) -> list[Suggestion]:
    found = [
        Suggestion(by_code[code], why, times)
        for code, (why, times) in chosen.items()
        if code in by_code
    ]
    taken = {one.term.code for one in found if one.sure}
    found = [one for one in found if one.sure or one.term not in named]
    found += [Suggestion(term, NAMED) for term in named if term.code not in taken]
    order = [EARLIER, NAMED, LIKE]
    found.sort(key=lambda one: (order.index(one.why), -one.times, one.term.name))
    return found[:AT_MOST]
