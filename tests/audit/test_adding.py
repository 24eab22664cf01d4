"""Rows added together leave the same trail as rows added one by one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict

from audit.acts import act
from audit.adding import add_all
from audit.errors import NoActor
from tests.builders import enrolled
from tests.people import AT, People
from trial.models import Participant, Visit

DAY = date(2026, 6, 1)
OWN = {"id", "history_id", "occurrence"}  # what differs between any two rows


def planned(participant: Participant, occurrence: int) -> Visit:
    days = {"planned_on": DAY, "window_from": DAY, "window_to": DAY}
    return Visit(participant=participant, code="UNS", occurrence=occurrence, **days)


def version_of(visit: Visit) -> dict[str, object]:
    found = visit.history.get()
    kept = model_to_dict(found, exclude=OWN) | {"user": found.history_user_id}
    return kept | {
        name: getattr(found, name)
        for name in ("history_act", "history_date", "history_type", "history_changed")
    }


@pytest.mark.requirement("R-030")
def test_each_has_its_first_version_with_the_stamp_of_the_act(people: People) -> None:
    participant = enrolled(people)
    alone, *together = (planned(participant, number) for number in (1, 2, 3))
    with act(actor=people.nils, at=AT, reason="came in between"):
        alone.save()
        add_all(together)
    wanted = version_of(alone)
    assert wanted["user"] == people.nils.pk
    assert [version_of(one) for one in together] == [wanted, wanted]
    assert {one.history.get().history_change_reason for one in together} == {"came in between"}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nobody_adds_outside_an_act(people: People) -> None:
    participant = enrolled(people)
    with pytest.raises(NoActor):
        add_all([planned(participant, 1)])


def test_one_that_the_database_refuses_takes_the_others_with_it(people: People) -> None:
    participant = enrolled(people)
    twice = [planned(participant, 1), planned(participant, 1)]
    before = Visit.history.count()
    with pytest.raises(IntegrityError), transaction.atomic(), act(actor=people.nils, at=AT):
        add_all(twice)
    assert Visit.history.count() == before
    assert not participant.visits.filter(code="UNS").exists()


def test_nothing_is_added_of_nothing(people: People) -> None:
    with act(actor=people.nils, at=AT):
        add_all([])
