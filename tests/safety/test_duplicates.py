"""An event like one reported already is asked about, and kept once somebody says it is another."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from safety import services
from safety.duplicates import LooksLikeOne, alike_terms
from safety.models import AdverseEvent
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.reports import MILD, reported


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Headache", "headache", True),
        ("Headache", "Headaches", True),
        ("Pneumonia", "Pneumonia, left", True),
        ("Urinary tract infection", "urinary infection", True),
        ("Pain in the shoulder", "Shoulder pain", True),
        ("Headache", "Fall", False),
        ("Headache", "...", False),
    ],
)
def test_like_terms(one: str, other: str, like: bool) -> None:
    assert alike_terms(one, other) is like


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, True),
        ({"onset": "2026-03-03"}, True),
        ({"onset": "2026-03-02"}, False),
        ({"onset": "2026-03"}, True),
        ({"term": "Fall"}, False),
    ],
)
def test_a_like_event_near_it_is_asked_about(
    people: People, given: dict[str, str], asked: bool
) -> None:
    first = reported(people)
    if asked:
        with pytest.raises(LooksLikeOne, match="1: Headache"):
            reported(people, first.participant, distinct=False, **given)
        assert AdverseEvent.objects.count() == 1
    else:
        assert reported(people, first.participant, distinct=False, **given).number == 2


def test_others_and_those_entered_in_error_are_not_alike(people: People) -> None:
    first = reported(people)
    assert reported(people, enrolled(people), distinct=False).number == 1
    services.void_ae(ae=first, version=1, reason="Wrong", actor=people.nils, at=AT)
    assert reported(people, first.participant, distinct=False).number == 2


def test_the_page_asks_and_then_keeps_it(people: People) -> None:
    first = reported(people)
    client = Client()
    client.force_login(people.nils)
    page = reverse("adverse-event-new", args=(first.participant.code,))
    typed = {**MILD, "serious": "no", "aware_at": "", "sponsor_informed_at": "", "narrative": ""}
    typed.pop("criteria")
    answer = client.post(page, typed)
    assert answer.status_code == 422
    assert "This is another event" in answer.content.decode()
    assert client.post(page, {**typed, "distinct": "yes"}).status_code == 302
    assert AdverseEvent.objects.count() == 2
