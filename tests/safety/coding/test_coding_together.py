"""Several people at once: real threads, real commits, one coding, one dictionary."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from audit.errors import Refused
from safety.coding.errors import BadDictionary, CodedMeanwhile
from safety.coding.models import Coding, Dictionary, Term
from safety.coding.services import code_event
from tests.people import AT, People
from tests.safety.coding.books import FIRST, load
from tests.safety.reports import reported

pytestmark = pytest.mark.requirement("R-050")
TERMS = (201, 202, 203, 204)


def at_once(act: Callable[[int], object]) -> list[type[Refused] | None]:
    """The act in threads that start together; what each was refused with."""
    gate = Barrier(len(TERMS))

    def run(term: int) -> type[Refused] | None:
        try:
            gate.wait(timeout=60)
            act(term)
        except Refused as refused:
            return type(refused)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(TERMS)) as pool:
        return sorted(pool.map(run, TERMS), key=str)


def test_of_several_loads_and_codings_at_once_one_is_made(committed_people: People) -> None:
    assert at_once(lambda _: load()) == [BadDictionary] * 3 + [None]
    assert (Dictionary.objects.count(), Term.objects.count()) == (1, len(FIRST.llts))
    event = reported(committed_people, category="infection")

    def code(term: int) -> Coding:
        return code_event(
            event=event, llt=term, verbatim=event.term, seen=0, actor=committed_people.dora, at=AT
        )

    assert at_once(code) == [CodedMeanwhile] * 3 + [None]
    assert list(Coding.objects.values_list("number", flat=True)) == [1]
