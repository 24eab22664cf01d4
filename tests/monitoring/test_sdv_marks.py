"""Marks hold while what they cover is as it was seen, and drop by themselves when it is not."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.acts import act
from audit.models import Event
from monitoring import services
from monitoring.changes import changes, lost
from monitoring.errors import ChangedMeanwhile, NotVerifiable, VerifiedAlready
from monitoring.models.sdv import WHOLE, SdvMark
from tests.builders import enrolled, saved, visit_of
from tests.monitoring.marked import LATER, changed, standing, verified
from tests.people import AT, ROLES, People
from tests.stage import once
from trial import services as trial
from trial.access import NotDelegated, Role
from trial.errors import Locked, ReasonRequired, WrongState
from trial.models import Lock, Participant, Record
from trial.roles import ROLES as HOLDS
from trial.roles import P


@once
def nihss(people: People) -> Record:
    """A complete NIHSS at the first visit."""
    return saved(enrolled(people), "V0", "nihss", people)


@pytest.mark.requirement("R-041")
def test_a_whole_form_is_verified_and_holds(people: People, nihss: Record) -> None:
    (mark,) = verified(nihss, people)
    one = standing(nihss, exact=True)
    assert (one.whole, one.done, one.outstanding, one.to_mark()) == (True, True, (), ())
    assert (mark.version, mark.verified_by) == (1, people.mona)
    event = Event.objects.get(name="record.verified")
    assert event.data["items"] == "whole form"


@pytest.mark.requirement("R-041")
def test_a_change_drops_the_whole_form(people: People, nihss: Record) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    one = standing(nihss)
    assert (one.whole, one.done, one.lost) == (False, False, (WHOLE,))
    assert one.to_mark() == (WHOLE,)


@pytest.mark.requirement("R-041")
def test_a_change_of_another_item_leaves_an_items_mark(people: People, nihss: Record) -> None:
    verified(nihss, people, "gaze", "face")
    changed(nihss, people, gaze=1)
    one = standing(nihss)
    assert set(one.marks) == {"face"}
    assert one.lost == ("gaze",)


@pytest.mark.requirement("R-041")
def test_what_made_an_item_untestable_belongs_to_it(people: People, nihss: Record) -> None:
    verified(nihss, people, "arm_left", "arm_right")
    changed(
        nihss, people, arm_left=None, arm_left_untestable=True,
        arm_left_untestable_reason="amputation",
    )  # fmt: skip
    assert standing(nihss).lost == ("arm_left",)
    (line,) = changes(lost(Record.objects.all()))
    assert line.new == "untestable: amputation"


@pytest.mark.requirement("R-041")
def test_a_saved_form_without_a_change_keeps_its_marks(people: People, nihss: Record) -> None:
    verified(nihss, people)
    changed(nihss, people)
    assert Record.objects.get(pk=nihss.pk).version == 1
    assert standing(nihss).whole


@pytest.mark.requirement("R-041")
def test_a_moved_date_drops_the_form_and_no_item(people: People, nihss: Record) -> None:
    verified(nihss, people)
    verified_item = saved(nihss.participant, "V0", "mrs", people)
    verified(verified_item, people, "grade")
    for record in (nihss, verified_item):
        record.assessed_on = AT.date()
        changed(record, people)
    assert standing(nihss).lost == (WHOLE,)
    assert standing(verified_item).lost == ()
    (line,) = changes(lost(Record.objects.all()))
    assert (line.item, line.label, line.new) == ("", "Assessed on", "12 Mar 2026")


@pytest.mark.requirement("R-041")
def test_the_change_is_told_with_old_new_who_and_why(people: People, nihss: Record) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    changed(nihss, people, gaze=1, face=2)
    lines = {line.item: line for line in changes(lost(Record.objects.all()))}
    assert set(lines) == {"gaze", "face"}
    assert (lines["gaze"].old, lines["gaze"].new) == (
        "0 Normal",
        "1 Partial palsy, or a deviation that can be overcome",
    )
    assert (lines["gaze"].actor, lines["gaze"].reason) == ("Nils Berg", "Transcription error")


@pytest.mark.requirement("R-041")
def test_verifying_again_answers_the_change(people: People, nihss: Record) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    (mark,) = verified(nihss, people, version=2, at=LATER)
    assert standing(nihss, exact=True).whole
    assert lost(Record.objects.all()) == []
    assert [row.version for row in mark.history.order_by("history_id")] == [1, 2]


def test_items_verified_one_by_one_answer_a_dropped_form(people: People) -> None:
    mrs = saved(enrolled(people), "V0", "mrs", people)
    verified(mrs, people)
    changed(mrs, people, grade=1)
    verified(mrs, people, "grade", version=2)
    one = standing(mrs)
    assert one.done
    assert changes([one]) == []


@pytest.mark.requirement("R-041")
def test_a_value_changed_and_put_back_is_verified_no_more(people: People, nihss: Record) -> None:
    verified(nihss, people, "gaze", "face")
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    changed(nihss, people)
    one = standing(nihss)
    assert (set(one.marks), set(one.dropped)) == ({"face"}, {"gaze", WHOLE})
    assert standing(nihss, exact=True).lost == one.lost
    (line,) = changes(lost(Record.objects.all()))
    assert (line.item, line.old, line.new) == ("gaze", "0 Normal", "0 Normal again")
    verified(nihss, people, version=3, at=LATER)
    assert standing(nihss).whole


@pytest.mark.requirement("R-041")
def test_nothing_is_verified_twice(people: People, nihss: Record) -> None:
    verified(nihss, people)
    for items in ((), ("gaze",)):
        with pytest.raises(VerifiedAlready):
            verified(nihss, people, *items)
    mark = SdvMark.objects.get()
    with pytest.raises(IntegrityError, match="sdv_mark_once_per_item"), transaction.atomic():
        SdvMark.objects.bulk_create(
            [SdvMark(record=nihss, item="", version=1, digest=mark.digest,
                     verified_by=people.mona, verified_at=AT)]
        )  # fmt: skip


@pytest.mark.requirement("R-041")
def test_what_was_not_seen_is_not_verified(people: People, nihss: Record) -> None:
    changed(nihss, people, gaze=1)
    with pytest.raises(ChangedMeanwhile):
        verified(nihss, people, version=1)
    assert not SdvMark.objects.exists()


def test_a_draft_is_not_verified(people: People) -> None:
    draft = saved(enrolled(people), "V0", "nihss", people, complete=False)
    with pytest.raises(NotVerifiable):
        verified(draft, people)


@pytest.mark.parametrize("items", [(), ("gaze", "nose"), ("arm_left_untestable",)])
def test_only_items_of_the_form_are_verified(
    people: People, nihss: Record, items: tuple[str, ...]
) -> None:
    with pytest.raises(WrongState):
        services.verify(record=nihss, items=items, version=1, actor=people.mona, at=AT)


def test_a_form_that_was_not_done_may_be_verified(people: People) -> None:
    participant = enrolled(people)
    record = trial.mark_not_done(
        visit=visit_of(participant, "V0"), form="fma", not_done_reason="Too tired", version=0,
        actor=people.nils, at=AT,
    )  # fmt: skip
    assert standing(record).planned == ()
    verified(record, people)
    assert standing(record).whole


@pytest.mark.requirement("R-041")
def test_a_locked_record_may_still_be_verified(people: People, nihss: Record) -> None:
    with act(actor=people.dora, at=AT):
        Lock.objects.create(
            scope="participant", participant=nihss.participant, locked_by=people.dora, locked_at=AT
        )
    with pytest.raises(Locked):
        changed(nihss, people, gaze=1)
    verified(nihss, people)
    assert standing(nihss).whole


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("name", [name for name in ROLES if name != "mona"])
def test_only_a_monitor_verifies(people: People, nihss: Record, name: str) -> None:
    with pytest.raises(NotDelegated):
        services.verify(record=nihss, items=[WHOLE], version=1, actor=getattr(people, name), at=AT)


@pytest.mark.requirement("R-044")
def test_a_monitor_holds_nothing_that_changes_data() -> None:
    writes = {P.SCREEN, P.OBTAIN_CONSENT, P.ENTER_DATA, P.ENTER_OUTCOMES, P.SIGN, P.RANDOMIZE,
              P.HANDLE_PRODUCT, P.INFUSE, P.ENTER_SAFETY}  # fmt: skip
    assert not HOLDS[Role.MONITOR] & writes
    assert not HOLDS[Role.INSPECTOR] & (writes | {P.VERIFY})


def test_a_mark_is_taken_back_with_a_reason(people: People, nihss: Record) -> None:
    verified(nihss, people, "gaze")
    with pytest.raises(ReasonRequired):
        _take_back(nihss, people, " ")
    _take_back(nihss, people, "Wrong participant's source")
    assert standing(nihss).marks == {}
    with pytest.raises(WrongState):
        _take_back(nihss, people, "Again")
    verified(nihss, people, "gaze")
    assert set(standing(nihss).marks) == {"gaze"}


def _take_back(record: Record, people: People, reason: str) -> None:
    services.withdraw_verification(
        record=record, item="gaze", reason=reason, actor=people.mona, at=AT
    )


def test_a_mark_that_makes_no_sense_is_refused_in_words(people: People, nihss: Record) -> None:
    mark = SdvMark(record=nihss, version=0, digest="x", verified_by=people.mona, verified_at=AT)
    with pytest.raises(ValidationError) as refused:
        mark.full_clean()
    assert "A verification covers a saved version." in str(refused.value)
    assert "digest of what it covers" in str(refused.value)


@pytest.fixture
def visited(people: People) -> Participant:
    """Two complete forms and a draft at the first visit."""
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people)
    saved(participant, "V0", "mrs", people)
    saved(participant, "V0", "barthel", people, complete=False)
    return participant


def _bulk(participant: Participant, people: People, **seen: int) -> list[SdvMark]:
    return services.verify_visit(
        visit=visit_of(participant, "V0"), seen=seen, actor=people.mona, at=AT
    )


def test_the_forms_shown_of_a_visit_are_verified_in_one_act(
    people: People, visited: Participant
) -> None:
    marks = _bulk(visited, people, nihss=1, mrs=1)
    assert {(mark.record.form, mark.item) for mark in marks} == {("nihss", ""), ("mrs", "")}
    with pytest.raises(VerifiedAlready):
        _bulk(visited, people, nihss=1, mrs=1)


def test_one_form_changed_meanwhile_refuses_them_all(people: People, visited: Participant) -> None:
    changed(visited.records.get(form="mrs"), people, grade=1)
    with pytest.raises(ChangedMeanwhile, match="Rankin"):
        _bulk(visited, people, nihss=1, mrs=1)
    assert not SdvMark.objects.exists()
