"""A slip put right at once needs no words; every step away from that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from audit.models import Event
from tests.builders import CONSENTED_ON, enrolled, lowest_answers, visit_of
from tests.people import AT, PASSWORD, People
from tests.stage import once
from trial import protocol, registry, services
from trial.errors import ReasonRequired
from trial.models import Participant, Record
from trial.selectors import record_digest

pytestmark = pytest.mark.requirement("R-033")
SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
AUTOMATIC = "Typing error (automatic, within 15 minutes of entry)"
UNTESTABLE = {
    "arm_left": None, "arm_left_untestable": True, "arm_left_untestable_reason": "amputation",
}  # fmt: skip


@once
def participant(people: People) -> Participant:
    """Given an enrolled participant."""
    return enrolled(people)


def save(
    participant: Participant, people: People, version: int, at: datetime = AT, **given: Any
) -> Record:
    """The nurse saves the NIHSS of the first visit."""
    facts: dict[str, Any] = {
        "visit": visit_of(participant, "V0"), "form": "nihss", "answers": lowest_answers("nihss"),
        "assessed_on": CONSENTED_ON, "complete": True, "actor": people.nils, **given,
    }  # fmt: skip
    return services.save_record(version=version, at=at, **facts)


def corrected(**given: Any) -> Mapping[str, Any]:
    """The answers with another gaze."""
    return lowest_answers("nihss", gaze=1, **given)


def reasons(record: Record) -> list[str]:
    """The reasons of the versions of the answers, the first one first."""
    past = registry.form(record.form).model.history.filter(record_id=record.pk)
    found = past.order_by("history_id").values_list("history_change_reason", flat=True)
    return [*found]


@pytest.mark.parametrize("later", [timedelta(0), SECOND, QUARTER])
def test_the_own_correction_within_the_minutes_is_a_typing_error(
    people: People, participant: Participant, later: timedelta
) -> None:
    save(participant, people, 0)
    record = save(participant, people, 1, AT + later, answers=corrected())
    assert reasons(record) == ["", AUTOMATIC]
    assert Event.objects.filter(name="record.saved").latest("pk").reason == AUTOMATIC


def test_words_that_were_given_stand_before_it(people: People, participant: Participant) -> None:
    save(participant, people, 0)
    record = save(participant, people, 1, answers=corrected(), reason="Answer to a query")
    assert reasons(record) == ["", "Answer to a query"]


def test_without_a_change_nothing_is_said(people: People, participant: Participant) -> None:
    save(participant, people, 0)
    assert reasons(save(participant, people, 1, AT + SECOND)) == [""]


def test_a_second_later_it_asks(people: People, participant: Participant) -> None:
    save(participant, people, 0)
    with pytest.raises(ReasonRequired) as refused:
        save(participant, people, 1, AT + QUARTER + SECOND, answers=corrected())
    assert refused.value.details["changed"] == ["gaze"]


def test_it_asks_somebody_else(people: People, participant: Participant) -> None:
    save(participant, people, 0)
    with pytest.raises(ReasonRequired):
        save(participant, people, 1, answers=corrected(), actor=people.ines)


def test_it_asks_once_somebody_else_touched_the_item(
    people: People, participant: Participant
) -> None:
    save(participant, people, 0)
    save(participant, people, 1, answers=corrected(), actor=people.ines, reason="seen again")
    with pytest.raises(ReasonRequired):
        save(participant, people, 2)
    # And of an item nobody else touched it does not
    assert save(participant, people, 2, answers=corrected(face=2)).version == 3


def test_it_counts_each_item_from_its_own_entry(people: People, participant: Participant) -> None:
    save(participant, people, 0, answers={"gaze": 0}, complete=False)
    half, late = AT + timedelta(minutes=10), AT + timedelta(minutes=20)
    save(participant, people, 1, half)
    record = save(participant, people, 2, late, answers=lowest_answers("nihss", face=2))
    assert reasons(record)[-1] == AUTOMATIC
    with pytest.raises(ReasonRequired) as refused:
        save(participant, people, 3, late, answers=corrected(face=1))
    assert refused.value.details["changed"] == ["gaze", "face"]


def test_a_second_slip_counts_from_the_first_entry(
    people: People, participant: Participant
) -> None:
    save(participant, people, 0)
    save(participant, people, 1, AT + timedelta(minutes=14), answers=corrected())
    with pytest.raises(ReasonRequired):
        save(participant, people, 2, AT + timedelta(minutes=16))


def test_untestable_is_entered_when_it_is_chosen_not_with_the_form(
    people: People, participant: Participant
) -> None:
    blank = lowest_answers("nihss", arm_left=None)
    save(participant, people, 0, answers=blank, complete=False)
    late = AT + timedelta(hours=2)
    save(participant, people, 1, late, answers={**blank, **UNTESTABLE}, complete=False)
    record = save(participant, people, 2, late + SECOND)
    assert reasons(record)[-1] == AUTOMATIC


def test_the_date_of_the_assessment_is_an_answer_too(
    people: People, participant: Participant
) -> None:
    save(participant, people, 0)
    other = date(2026, 2, 3)
    record = save(participant, people, 1, AT + SECOND, assessed_on=other)
    assert record.history.latest("history_id").history_change_reason == AUTOMATIC
    with pytest.raises(ReasonRequired):
        save(participant, people, 2, AT + QUARTER + SECOND, assessed_on=CONSENTED_ON)


def test_it_asks_once_the_record_was_signed(people: People, participant: Participant) -> None:
    record = save(participant, people, 0)
    services.sign_record(
        record=record,
        seen=record_digest(record),
        password=PASSWORD,
        actor=people.ines,
        at=AT + SECOND,
    )
    with pytest.raises(ReasonRequired):
        save(participant, people, 1, AT + 2 * SECOND, answers=corrected())


def test_it_asks_once_anything_of_the_participant_was_signed_since(
    people: People, participant: Participant
) -> None:
    save(participant, people, 0)
    other = save(participant, people, 0, form="mrs", answers=lowest_answers("mrs"))
    services.sign_record(
        record=other,
        seen=record_digest(other),
        password=PASSWORD,
        actor=people.ines,
        at=AT + SECOND,
    )
    with pytest.raises(ReasonRequired):
        save(participant, people, 1, AT + 2 * SECOND, answers=corrected())


def test_it_asks_who_takes_back_a_not_done(people: People, participant: Participant) -> None:
    services.mark_not_done(
        visit=visit_of(participant, "V0"), form="nihss", not_done_reason="Asleep", version=0,
        actor=people.nils, at=AT,
    )  # fmt: skip
    with pytest.raises(ReasonRequired) as refused:
        save(participant, people, 1)
    assert refused.value.details["changed"] == ["status"]


@pytest.mark.parametrize(("minutes", "asks"), [(0, True), (1, False)])
def test_the_protocol_says_how_long(
    people: People,
    participant: Participant,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    asks: bool,
) -> None:
    plan = replace(protocol.current(), slip_minutes=minutes)
    monkeypatch.setattr(protocol, "current", lambda: plan)
    save(participant, people, 0)
    if not asks:
        record = save(participant, people, 1, answers=corrected())
        assert reasons(record)[-1] == "Typing error (automatic, within 1 minute of entry)"
        return
    with pytest.raises(ReasonRequired):
        save(participant, people, 1, answers=corrected())
