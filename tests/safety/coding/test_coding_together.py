"""Several people at once: real threads, real commits, one coding, one dictionary."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from audit.errors import Refused
from safety.coding.errors import BadDictionary, CodedMeanwhile
from safety.coding.models import Coding, Dictionary, Term
from safety.coding.services import code_event
from tests.at_once import all_at_once
from tests.people import AT, People
from tests.safety.coding.books import FIRST, load
from tests.safety.reports import reported

pytestmark = pytest.mark.requirement("R-050")
TERMS = (201, 202, 203, 204)


def refused(act: Callable[[], object]) -> type[Refused] | None:
    """What the act was refused with."""
    try:
        act()
    except Refused as refusal:
        return type(refusal)
    return None


def at_once(acts: list[Callable[[], object]]) -> list[type[Refused] | None]:
    """What each of these was refused with, begun together."""
    return sorted(all_at_once([partial(refused, act) for act in acts]), key=str)


def test_of_several_loads_and_codings_at_once_one_is_made(committed_people: People) -> None:
    assert at_once([load] * len(TERMS)) == [BadDictionary] * 3 + [None]
    assert (Dictionary.objects.count(), Term.objects.count()) == (1, len(FIRST.llts))
    event = reported(committed_people, category="infection")

    def code(term: int) -> Coding:
        return code_event(
            event=event, llt=term, verbatim=event.term, seen=0, actor=committed_people.dora, at=AT
        )

    assert at_once([partial(code, term) for term in TERMS]) == [CodedMeanwhile] * 3 + [None]
    assert list(Coding.objects.values_list("number", flat=True)) == [1]
