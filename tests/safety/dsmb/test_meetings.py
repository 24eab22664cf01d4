"""Meetings are called, voted at and held by the right people, once; a signature is not changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event
from safety.dsmb import selectors, services
from safety.dsmb.errors import NotMember, WrongBoard
from safety.dsmb.models import Meeting, Recommendation
from safety.dsmb.services import call_meeting, cancel_meeting, digest_of, recommend, vote_on_masks
from tests.people import AT, PASSWORD, People
from tests.randomization.builders import lacking
from trial.access import NotDelegated, Permission, Role
from trial.errors import ReasonRequired, WrongDate, WrongPassword, WrongState
from trial.services import delegate


def called(people: People, **given: Any) -> Meeting:
    """A meeting of the tests' day, or what is given instead."""
    facts: dict[str, Any] = {
        "held_on": AT.date(), "cut_off": AT.date(), "members": [people.dag],
        "chair": people.dag, "actor": people.uma, "at": AT,
    }  # fmt: skip
    return call_meeting(**(facts | given))


def second_member(people: People) -> None:
    """Zoe sits on the board too."""
    delegate(user=people.zoe, role=Role.DSMB, site=None, trained_on=date(2020, 1, 1),
             starts_on=date(2020, 2, 1), ends_on=None, actor=people.ada, at=AT)  # fmt: skip


@pytest.mark.requirement("R-056")
def test_meetings_are_numbered_and_only_the_board_is_called(people: People) -> None:
    assert [called(people).code, called(people).code] == ["DSMB-01", "DSMB-02"]
    for wrong, refusal in (
        ({"members": []}, WrongBoard), ({"members": [people.ines]}, WrongBoard),
        ({"chair": people.uma}, WrongBoard), ({"cut_off": date(2026, 3, 13)}, WrongDate),
    ):  # fmt: skip
        with pytest.raises(refusal):
            called(people, **wrong)
    for user in lacking(Permission.CALL_MEETINGS, people):
        with pytest.raises(NotDelegated):
            called(people, actor=user)


@pytest.mark.requirement("R-056")
def test_more_than_half_of_those_called_unmask(people: People) -> None:
    second_member(people)
    meeting = called(people, members=[people.dag, people.zoe])
    vote_on_masks(meeting=meeting, unmask=True, actor=people.dag, at=AT)
    assert not selectors.unmasked(Meeting.objects.get())
    with pytest.raises(WrongState):
        vote_on_masks(meeting=meeting, unmask=False, actor=people.dag, at=AT)
    vote_on_masks(meeting=meeting, unmask=True, actor=people.zoe, at=AT)
    assert selectors.unmasked(Meeting.objects.get())
    with pytest.raises(NotDelegated):
        vote_on_masks(meeting=meeting, unmask=True, actor=people.uma, at=AT)


@pytest.mark.requirement("R-056")
def test_who_was_not_called_neither_votes_nor_signs(people: People) -> None:
    second_member(people)
    meeting = called(people)
    with pytest.raises(NotMember):
        vote_on_masks(meeting=meeting, unmask=True, actor=people.zoe, at=AT)
    with pytest.raises(NotMember):
        signed(meeting, people, actor=people.zoe)
    assert {user.username for user in selectors.chairs(at=AT)} == {"dag"}


@pytest.mark.requirement("R-056")
def test_a_meeting_is_cancelled_with_a_reason_and_then_over(people: People) -> None:
    meeting = called(people)
    with pytest.raises(ReasonRequired):
        cancel_meeting(meeting=meeting, reason=" ", actor=people.uma, at=AT)
    cancel_meeting(meeting=meeting, reason="No quorum", actor=people.uma, at=AT)
    with pytest.raises(WrongState):
        signed(meeting, people)
    with pytest.raises(WrongState):
        cancel_meeting(meeting=meeting, reason="Again", actor=people.uma, at=AT)


def signed(meeting: Meeting, people: People, **given: Any) -> Recommendation:
    """Signed by Dag: to continue, or what is given instead."""
    facts: dict[str, Any] = {
        "meeting": meeting, "decision": "continue", "text": "", "basis": "CUT-0001",
        "password": PASSWORD, "actor": people.dag, "at": AT,
    }  # fmt: skip
    return recommend(**(facts | given))


@pytest.mark.requirement("R-057")
def test_a_recommendation_is_signed_once_with_the_password_by_the_board(people: People) -> None:
    meeting = called(people)
    for user in lacking(Permission.RECOMMEND, people):
        with pytest.raises(NotDelegated):
            signed(meeting, people, actor=user)
    with pytest.raises(WrongPassword):
        signed(meeting, people, password="wrong")
    with pytest.raises(ValidationError):
        signed(meeting, people, decision="pause")
    made = signed(meeting, people, decision="pause", text="Two deaths")
    assert made.digest == digest_of("DSMB-01", "pause", "Two deaths", "CUT-0001")
    meeting.refresh_from_db()
    assert meeting.status == Meeting.HELD
    with pytest.raises(WrongState):
        signed(meeting, people)
    event = Event.objects.get(name="recommendation.signed")
    assert (event.actor, event.data["decision"]) == (people.dag, "pause")
    for change in (lambda: Recommendation.objects.update(text="No deaths"),
                   lambda: Recommendation.objects.all().delete()):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.requirement("R-057")
def test_three_wrong_passwords_are_one_too_many(people: People) -> None:
    meeting = called(people)
    stopped = [services.record_wrong_password(meeting=meeting, actor=people.dag, at=AT)
               for _ in range(3)]  # fmt: skip
    assert stopped == [False, False, True]


@pytest.mark.requirement("R-056")
def test_the_pages_call_a_meeting_vote_and_cancel(people: People, client: Client) -> None:
    client.force_login(people.uma)
    answers = {"held_on": "2026-03-20", "cut_off": "2026-03-12", "members": [people.dag.pk],
               "chair": people.dag.pk}  # fmt: skip
    assert client.post(reverse("dsmb-new"), answers | {"chair": ""}).status_code == 422
    assert client.post(reverse("dsmb-new"), answers).status_code == 302
    address = reverse("dsmb-meeting", args=["DSMB-01"])
    client.force_login(people.dag)
    assert client.post(address, {"unmask": "no"}).status_code == 302
    assert "Dag Holm for A and B" in client.get(address).content.decode()
    assert client.post(address, {"unmask": "yes"}).status_code == 409
    client.force_login(people.uma)
    assert client.post(address, {"reason": "No quorum"}).status_code == 302
    assert "No quorum" in client.get(address).content.decode()
    assert "DSMB-01" in client.get(reverse("dsmb")).content.decode()
