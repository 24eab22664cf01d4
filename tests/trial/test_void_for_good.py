"""A change and its reversal: what was signed before stays void, and can be signed again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.acts import act
from tests.builders import eligible, enrolled, visit_of
from tests.people import AT, People
from tests.stage import once
from tests.trial.test_signing import AGAIN, LATER, fill, holds, settle, sign_casebook, signed
from tests.trial.test_signing import _copy as copy
from trial import selectors, services, worklist
from trial.errors import WrongState
from trial.models import Participant, Visit
from trial.presenters import home
from trial.presenters.signing import wholes_to_sign_again
from trial.signatures import Book

pytestmark = pytest.mark.requirement("R-042")
BACK = LATER + timedelta(minutes=1)


@once
def participant(people: People) -> Participant:
    """A participant whose first visit is complete."""
    found = enrolled(people)
    fill(found, "V0", people)
    return found


def move(visit: Visit, people: People, day: date, at: datetime) -> None:
    """Another date for a visit."""
    services.set_visit_date(visit=visit, actual_on=day, reason="Source", actor=people.nils, at=at)


def to_and_fro(visit: Visit, people: People) -> None:
    """Change the date of a visit, and change it back."""
    first = visit.actual_on
    assert first is not None
    move(visit, people, first + timedelta(days=1), LATER)
    move(visit, people, first, BACK)


def test_a_visit_changed_and_changed_back_is_to_sign_again_and_can_be(
    people: People, participant: Participant
) -> None:
    visit = visit_of(participant, "V0")
    first = signed(visit, people)
    to_and_fro(visit, people)
    visit = visit_of(participant, "V0")
    assert Book(participant, [visit]).visit_digest(visit) == first.digest
    assert holds(participant, people, "visit") == [False]
    (void,) = Book(participant, [visit]).signed([first])
    assert void.change is not None
    assert (void.change.at, void.change.what) == (LATER, "the visit itself")
    assert [row.visit for row in wholes_to_sign_again(people.ines)] == [visit]
    second = signed(visit, people, at=AGAIN)
    assert (second.digest, second.version) == (first.digest, 2)
    assert holds(participant, people, "visit") == [True, False]
    assert not wholes_to_sign_again(people.ines).exists()
    with pytest.raises(WrongState, match="already"):
        signed(visit, people, at=AGAIN)
    with pytest.raises(IntegrityError, match="visit_signed_once"), transaction.atomic():
        copy(second)


def test_what_no_signature_covers_voids_none(people: People, participant: Participant) -> None:
    visit = visit_of(participant, "V0")
    signed(visit, people)
    with act(actor=people.ines, at=LATER, reason="Replanned"):
        visit.window_to += timedelta(days=1)
        visit.save()
    assert holds(participant, people, "visit") == [True]
    assert not wholes_to_sign_again(people.ines).exists()


def test_a_casebook_is_void_for_good_after_a_change_and_its_reversal(
    people: People, participant: Participant
) -> None:
    settle(participant, people)
    sign_casebook(participant, people)
    to_and_fro(visit_of(participant, "V0"), people)
    participant = Participant.objects.get(pk=participant.pk)
    assert holds(participant, people, "casebook") == [False]
    assert [row.meaning for row in wholes_to_sign_again(people.ines)] == ["casebook"]
    again = sign_casebook(participant, people)
    assert again.version == 2
    assert holds(participant, people, "casebook") == [True, False]
    assert not wholes_to_sign_again(people.ines).exists()


def answer(participant: Participant, people: People, at: datetime, **given: bool) -> None:
    """A saved answer changed."""
    services.answer_criteria(
        participant=participant, answers=given, actor=people.ines, at=at, reason="New fact"
    )
    participant.refresh_from_db()


def test_an_eligibility_changed_and_changed_back_is_not_signed_any_more(people: People) -> None:
    participant = eligible(people)
    answer(participant, people, LATER, E5=True)
    answer(participant, people, BACK, E5=False)
    assert selectors.eligibility_of(participant).met
    assert selectors.eligibility_signature(participant) is None


def test_a_void_eligibility_signature_is_on_the_investigators_list(people: People) -> None:
    participant = eligible(people)
    board = home.board(people.ines, AT.date(), "eligibility")
    assert board.tasks == ()
    answer(participant, people, LATER, E5=True)
    assert list(worklist.unsigned_eligibility(people.ines)) == [participant]
    board = home.board(people.ines, AT.date(), "eligibility")
    assert [task.who for task in board.tasks] == [participant.code]
