"""What is owed: which visits, to whom, and when they stop being owed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import User
from tests.builders import INDEX_ON, enrolled, saved
from tests.people import AT, People
from tests.stage import once
from trial import services, worklist
from trial.models import Participant
from trial.protocol import current
from trial.services.visits import open_visits

# M1 is open, M2 further than a week away.
TODAY = date(2026, 3, 2)
M1 = INDEX_ON + timedelta(days=30)


def owed(user: User, day: date) -> list[str]:
    """The codes of the visits owed on a day."""
    return [visit.code for visit in worklist.owed_visits(user, day)]


@once
def participant(people: People) -> Participant:
    """Somebody whose index event was on 25 January 2026."""
    return enrolled(people)


def settle(participant: Participant, people: People, visit: str, *forms: str) -> None:
    """These forms, complete."""
    for form in forms:
        given: dict[str, Any] = {"prestroke_mrs": 0} if form == "demographics" else {}
        saved(participant, visit, form, people, **given)


@pytest.mark.parametrize(
    ("days_before_window", "expected"), [(8, ["V0"]), (7, ["V0", "M1"]), (0, ["V0", "M1"])]
)
def test_it_owes_a_visit_from_a_week_before_its_window(
    people: People, participant: Participant, days_before_window: int, expected: list[str]
) -> None:
    opens = M1 - timedelta(days=7)
    assert owed(people.nils, opens - timedelta(days=days_before_window)) == expected


def test_it_owes_a_visit_until_every_required_form_is_settled(
    people: People, participant: Participant
) -> None:
    settle(participant, people, "V0", "nihss", "mrs", "barthel")
    assert owed(people.nils, TODAY) == ["V0", "M1"]
    services.mark_not_done(
        visit=participant.visits.get(code="V0"), form="demographics", not_done_reason="lost sheet",
        version=0, actor=people.nils, at=AT,
    )  # fmt: skip
    assert owed(people.nils, TODAY) == ["M1"]


def test_it_counts_a_draft_as_owed(people: People, participant: Participant) -> None:
    settle(participant, people, "V0", "nihss", "mrs", "barthel", "demographics")
    assert owed(people.nils, TODAY) == ["M1"]
    saved(participant, "M1", "mrs", people, complete=False)
    assert owed(people.nils, TODAY) == ["M1"]
    assert [row.form for row in worklist.drafts(people.nils)] == ["mrs"]


def test_it_owes_no_missed_visit(people: People, participant: Participant) -> None:
    visit = participant.visits.get(code="M1")
    services.mark_missed(visit=visit, reason="on holiday", actor=people.nils, at=AT)
    assert owed(people.nils, TODAY) == ["V0"]


@pytest.mark.parametrize("died_on", ["2026-03-01", "2026-03", "2026-02-25"])
def test_it_owes_nothing_after_a_death(
    people: People, participant: Participant, died_on: str
) -> None:
    services.record_death(
        participant=participant, died_on=died_on, cause="stroke", actor=people.nils, at=AT
    )
    assert owed(people.nils, date(2028, 6, 1)) == ["V0", "M1"]


def test_it_owes_nothing_after_a_loss(people: People, participant: Participant) -> None:
    services.record_loss(
        participant=participant, last_contact_on=date(2026, 2, 10), attempts="letters",
        actor=people.nils, at=AT,
    )  # fmt: skip
    assert owed(people.nils, date(2028, 6, 1)) == ["V0"]


@pytest.mark.parametrize(
    ("scopes", "expected"), [({"follow_up"}, 1), ({"samples"}, 7), ({"treatment"}, 7)]
)
def test_it_owes_nothing_after_a_withdrawal_from_follow_up(
    people: People, participant: Participant, scopes: set[str], expected: int
) -> None:
    services.record_withdrawal(
        participant=participant, withdrawn_on=date(2026, 2, 10), scopes=scopes, reason="",
        actor=people.nils, at=AT,
    )  # fmt: skip
    assert len(owed(people.nils, date(2028, 6, 1))) == expected


@pytest.mark.requirement("R-017")
def test_it_hides_visits_that_tell_an_arm(people: People, participant: Participant) -> None:
    infusion = current().visit("INF")
    open_visits(
        participant=participant, plans=[infusion], anchor=INDEX_ON, actor=people.tess, at=AT
    )
    day = date(2026, 3, 10)
    assert "INF" in owed(people.ines, day)
    assert "INF" not in owed(people.otto, day)
    assert "INF" not in owed(people.mona, day)


def test_it_is_about_the_sites_one_works_at(people: People, participant: Participant) -> None:
    assert owed(people.carl, AT.date()) == []
    assert owed(people.ada, AT.date()) == []
    assert worklist.drafts(people.carl).count() == 0


def test_it_lists_what_only_the_investigator_signs(
    people: People, participant: Participant
) -> None:
    saved(participant, "V0", "nihss", people)
    assert [row.form for row in worklist.unsigned_records(people.ines)] == ["nihss"]
    assert not worklist.unsigned_records(people.nils).exists()
    assert list(worklist.unsigned_eligibility(people.ines)) == [participant]
    assert not worklist.unsigned_eligibility(people.carl).exists()


@pytest.mark.parametrize(
    ("offset", "state", "words"),
    [
        (8, "late", "window closed 1 day ago"),
        (7, "due", "window closes today"),
        (-7, "due", "window closes in 14 days"),
        (-8, "planned", "window opens in 1 day"),
    ],
)
def test_it_says_how_the_window_stands(
    people: People, participant: Participant, offset: int, state: str, words: str
) -> None:
    visit, day = participant.visits.get(code="M1"), M1 + timedelta(days=offset)
    assert (worklist.window_state(visit, day), worklist.in_words(visit, day)) == (state, words)
