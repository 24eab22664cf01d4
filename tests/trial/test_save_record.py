"""Saving a form: done, refused, stale, locked, and what the trail keeps of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import Event
from tests.builders import CONSENTED_ON, NIHSS_12, enrolled, lowest_answers, saved, visit_of
from tests.locking import lock
from tests.people import AT, PASSWORD, People
from trial import registry, selectors, services, worklist
from trial.access import NotDelegated
from trial.errors import (
    ConfirmationRequired,
    InvalidAnswers,
    Locked,
    ReasonRequired,
    Stale,
    WrongDate,
    WrongPassword,
    WrongState,
)
from trial.models import Participant, Record
from trial.selectors import record_digest


def save(participant: Participant, people: People, **given: Any) -> Record:
    """Save the NIHSS of the first visit."""
    facts: dict[str, Any] = {
        "visit": visit_of(participant, "V0"), "form": "nihss", "answers": lowest_answers("nihss"),
        "assessed_on": CONSENTED_ON, "version": 0, "complete": True, "actor": people.nils,
        "at": AT, **given,
    }  # fmt: skip
    return services.save_record(**facts)


@pytest.mark.requirement("R-022")
def test_it_stores_the_answers_and_the_scale_version(people: People) -> None:
    record = saved(enrolled(people), "V0", "nihss", people, **NIHSS_12)
    assert (record.status, record.version, record.form_version) == ("complete", 1, "2003")
    row = registry.form("nihss").model._default_manager.get(pk=record.pk)
    assert (row.total, row.motor) == (12, 8)  # type: ignore[attr-defined]  # generated columns


def test_it_gives_the_visit_its_date(people: People) -> None:
    record = save(enrolled(people), people)
    assert (record.visit.status, record.visit.actual_on) == ("done", CONSENTED_ON)


def test_a_draft_may_have_gaps_and_has_no_total(people: People) -> None:
    record = save(enrolled(people), people, answers={"gaze": 1}, complete=False)
    assert record.status == "draft"
    assert selectors.scores_of(record, form="nihss")["total"] is None


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize(
    ("answers", "item"),
    [({"gaze": 9}, "gaze"), ({"arm_left": -1}, "arm_left"), ({"leg_right": 5}, "leg_right")],
)
def test_an_impossible_value_is_refused_even_in_a_draft(
    people: People, answers: dict[str, int], item: str
) -> None:
    participant = enrolled(people)
    with pytest.raises(InvalidAnswers) as refused:
        save(participant, people, answers=answers, complete=False)
    assert [finding.item for finding in refused.value.details["findings"]] == [item]
    assert not Record.objects.exists()


def test_a_complete_form_with_a_gap_names_the_items(people: People) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        save(enrolled(people), people, answers=lowest_answers("nihss", gaze=None, face=None))
    assert refused.value.details["missing"] == ["gaze", "face"]


def test_untestable_without_a_reason_is_refused(people: People) -> None:
    answers = lowest_answers("nihss", arm_left=None, arm_left_untestable=True)
    with pytest.raises(InvalidAnswers) as refused:
        save(enrolled(people), people, answers=answers)
    assert {finding.rule for finding in refused.value.details["findings"]} == {"NIHSS-C8"}


@pytest.mark.requirement("R-026")
def test_an_odd_answer_is_asked_about_and_the_answer_is_kept(people: People) -> None:
    participant = enrolled(people)
    answers = lowest_answers("nihss", language=3)
    with pytest.raises(ConfirmationRequired) as asked:
        save(participant, people, answers=answers)
    rules = {finding.rule for finding in asked.value.details["findings"]}
    assert "NIHSS-C3" in rules
    record = save(participant, people, answers=answers, confirmed=dict.fromkeys(rules, "seen"))
    assert set(record.confirmations.values_list("rule", "comment")) == {
        (rule, "seen") for rule in rules
    }


@pytest.mark.requirement("R-033")
def test_a_saved_answer_changes_only_with_a_reason(people: People) -> None:
    participant = enrolled(people)
    save(participant, people)
    later = AT + timedelta(hours=1)
    changed = {"answers": lowest_answers("nihss", gaze=1), "version": 1, "at": later}
    with pytest.raises(ReasonRequired) as refused:
        save(participant, people, **changed)
    assert refused.value.details["changed"] == ["gaze"]
    record = save(participant, people, **changed, reason="transcription error")
    assert record.version == 2
    history = registry.form("nihss").model.history.filter(record_id=record.pk)
    newest = history.first()
    assert (newest.gaze, newest.history_change_reason, newest.history_user) == (
        1,
        "transcription error",
        people.nils,
    )


def test_filling_a_gap_needs_no_reason(people: People) -> None:
    participant = enrolled(people)
    save(participant, people, answers={"gaze": 1}, complete=False)
    record = save(participant, people, answers=lowest_answers("nihss", gaze=1), version=1)
    assert record.status == "complete"


@pytest.mark.requirement("R-033")
def test_saving_what_is_saved_already_writes_nothing(people: People) -> None:
    record = save(enrolled(people), people)
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=AT
    )
    again = save(record.participant, people, version=1, actor=people.otto)
    assert (again.version, again.assessed_by, again.history.count()) == (1, people.nils, 1)
    assert selectors.record_signature(again) is not None


@pytest.mark.requirement("R-006")
def test_who_assessed_stays_when_somebody_else_corrects(people: People) -> None:
    participant = enrolled(people)
    save(participant, people, complete=False, actor=people.nils)
    assert save(participant, people, version=1, actor=people.otto).assessed_by == people.otto
    corrected = save(
        participant, people, version=2, answers=lowest_answers("nihss", gaze=1),
        reason="Transcription error",
    )  # fmt: skip
    assert (corrected.version, corrected.assessed_by) == (3, people.otto)


@pytest.mark.requirement("R-033")
def test_a_complete_form_is_taken_back_only_with_a_reason(people: People) -> None:
    record = save(enrolled(people), people)
    with pytest.raises(ReasonRequired):
        save(record.participant, people, version=1, complete=False)
    again = save(record.participant, people, version=1, complete=False, reason="Wrong visit")
    assert (again.status, again.history.latest().history_change_reason) == ("draft", "Wrong visit")


@pytest.mark.requirement("R-042")
def test_a_signed_form_that_was_taken_back_is_on_the_list_of_who_signs(people: People) -> None:
    record = save(enrolled(people), people)
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=AT
    )
    save(record.participant, people, version=1, complete=False, reason="Wrong visit")
    assert record in worklist.unsigned_records(people.ines)


@pytest.mark.requirement("R-033")
def test_a_visit_marked_as_missed_took_place_only_with_a_reason(people: People) -> None:
    visit = visit_of(enrolled(people), "V0")
    services.mark_missed(visit=visit, reason="On holiday", actor=people.nils, at=AT)
    with pytest.raises(ReasonRequired, match="marked as missed"):
        save(visit.participant, people)
    save(visit.participant, people, reason="Seen at home")
    visit.refresh_from_db()
    last = visit.history.latest()
    assert (visit.status, last.history_change_reason) == ("done", "Seen at home")


@pytest.mark.requirement("R-024")
def test_a_stale_save_is_refused_with_what_the_other_person_saved(people: People) -> None:
    participant = enrolled(people)
    save(participant, people)
    save(participant, people, answers=lowest_answers("nihss", face=2), version=1, reason="seen")
    with pytest.raises(Stale) as refused:
        save(participant, people, answers=lowest_answers("nihss", gaze=2), version=1, reason="x")
    answers = refused.value.details["answers"]
    assert isinstance(answers, dict)
    assert (answers["face"], refused.value.details["version"]) == (2, 2)


def test_two_first_saves_do_not_both_win(people: People) -> None:
    participant = enrolled(people)
    save(participant, people)
    with pytest.raises(Stale):
        save(participant, people, answers=lowest_answers("nihss", gaze=2))


@pytest.mark.requirement("R-003")
def test_nothing_is_dated_before_the_consent(people: People) -> None:
    with pytest.raises(WrongDate):
        save(enrolled(people), people, assessed_on=CONSENTED_ON - timedelta(days=1))


@pytest.mark.parametrize("day", [AT.date() + timedelta(days=1), date(2030, 1, 1)])
def test_nothing_is_dated_in_the_future(people: People, day: date) -> None:
    with pytest.raises(WrongDate):
        save(enrolled(people), people, assessed_on=day)


def test_nothing_is_dated_after_the_death(people: People) -> None:
    participant = enrolled(people)
    services.record_death(
        participant=participant, died_on="2026-02-10", cause="Stroke", actor=people.ines, at=AT
    )
    with pytest.raises(WrongDate):
        save(participant, people, assessed_on=date(2026, 2, 11))


@pytest.mark.requirement("R-020")
def test_a_date_outside_the_window_is_kept_and_shown(people: People) -> None:
    participant = enrolled(people)
    late = date(2026, 3, 10)
    record = save(participant, people, assessed_on=late)
    assert record.visit.out_of_window
    assert record.visit.actual_on == late


@pytest.mark.parametrize("name", ["mona", "dora", "stan", "uma", "dag", "ivan", "ada", "carl",
                                  "tess", "zoe"])  # fmt: skip
def test_it_is_refused_to_whom_the_delegation_does_not_cover(people: People, name: str) -> None:
    with pytest.raises(NotDelegated):
        save(enrolled(people), people, actor=getattr(people, name))
    assert not Record.objects.exists()


def test_a_locked_record_is_refused(people: People) -> None:
    participant = enrolled(people)
    lock(people.dora, record=save(participant, people))
    with pytest.raises(Locked):
        save(participant, people, version=1, answers=lowest_answers("nihss", gaze=1), reason="x")


def test_a_form_the_visit_does_not_have_is_refused(people: People) -> None:
    with pytest.raises(WrongState):
        save(enrolled(people), people, form="rehab", answers=lowest_answers("rehab"))


def test_it_does_not_happen_when_the_event_cannot_be_written(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_facts: object) -> None:
        raise OSError("disk full")

    participant = enrolled(people)
    monkeypatch.setattr("trial.services.records.record_event", broken)
    with pytest.raises(OSError, match="disk full"):
        save(participant, people)
    assert not Record.objects.exists()


@pytest.mark.requirement("R-021")
def test_not_done_needs_a_reason_and_throws_no_answers_away(people: People) -> None:
    participant = enrolled(people)
    visit = visit_of(participant, "V0")
    facts: dict[str, Any] = {"visit": visit, "form": "nihss", "actor": people.nils, "at": AT}
    with pytest.raises(ReasonRequired):
        services.mark_not_done(**facts, version=0, not_done_reason=" ")
    record = services.mark_not_done(**facts, version=0, not_done_reason="Refused today")
    assert (record.status, record.not_done_reason) == ("not_done", "Refused today")
    save(participant, people, version=1, reason="done after all")
    with pytest.raises(WrongState):
        services.mark_not_done(**facts, version=2, not_done_reason="Oops")


@pytest.mark.requirement("R-042")
def test_a_signature_holds_until_an_answer_changes(people: People) -> None:
    participant = enrolled(people)
    record = save(participant, people)
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=AT
    )
    assert selectors.record_signature(record) is not None
    record = save(
        participant, people, answers=lowest_answers("nihss", gaze=1), version=1, reason="seen"
    )
    assert selectors.record_signature(record) is None
    assert record.signatures.count() == 1


def test_a_signature_needs_the_password_and_the_right(people: People) -> None:
    record = save(enrolled(people), people)
    with pytest.raises(WrongPassword):
        services.sign_record(
            record=record, seen=record_digest(record), password="wrong", actor=people.ines, at=AT
        )
    with pytest.raises(NotDelegated):
        services.sign_record(
            record=record, seen=record_digest(record), password=PASSWORD, actor=people.nils, at=AT
        )
    with pytest.raises(WrongState, match="Something changed"):
        services.sign_record(record=record, seen="", password=PASSWORD, actor=people.ines, at=AT)
    assert not record.signatures.exists()


def test_every_save_is_an_event_without_answers(people: People) -> None:
    record = save(enrolled(people), people)
    event = Event.objects.get(name="record.saved")
    assert event.subject_id == str(record.pk)
    assert event.data == {"visit": "V0", "form": "nihss", "version": 1, "status": "complete"}
