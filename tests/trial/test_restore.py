"""An earlier value brought back: a new change with its reason, by the same rules as any other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from audit.errors import Refused
from audit.models import Event
from tests.builders import enrolled, saved, visit_of
from tests.locking import lock
from tests.monitoring.saves import changed, hours
from tests.people import AT, PASSWORD, People
from tests.stage import once
from tests.trial.reading import read
from trial import registry, selectors, services
from trial.models import Record
from trial.selectors import record_digest

pytestmark = pytest.mark.requirement("R-035")


@once
def record(people: People) -> Record:
    """Gaze 0, then 1; face 0, then 2."""
    record = saved(enrolled(people), "V0", "nihss", people, at=AT)
    changed(record, people.nils, at=hours(1), gaze=1)
    return changed(record, people.nils, at=hours(2), face=2)


def restore(record: Record, people: People, **given: Any) -> Record:
    facts: dict[str, Any] = {
        "record": record, "items": ["gaze"], "as_of": AT, "version": 3, "reason": "Wrong line",
        "actor": people.ines, "at": hours(5), **given,
    }  # fmt: skip
    return services.restore_answers(**facts)


def answers(record: Record) -> dict[str, Any]:
    return selectors.answers_of(record, form=record.form)


def test_one_item_comes_back_as_a_new_change_and_the_others_stay(
    people: People, record: Record
) -> None:
    found = restore(record, people)
    assert (found.version, found.status) == (4, "complete")
    assert (answers(found)["gaze"], answers(found)["face"]) == (0, 2)
    row = registry.form("nihss").model._default_manager.get(pk=record.pk)
    newest = row.history.latest("history_id")
    assert (
        newest.history_change_reason == "Wrong line (brought back as of 12 Mar 2026 10:00:00 UTC)"
    )
    assert newest.history_user == people.ines
    assert newest.history_changed == ["gaze"]


def test_the_act_is_told_with_the_instant_and_without_answers(
    people: People, record: Record
) -> None:
    restore(record, people)
    event = Event.objects.get(name="record.restored")
    assert event.data == {
        "visit": "V0", "form": "nihss", "version": 4, "as_of": AT.isoformat(), "items": ["gaze"],
    }  # fmt: skip
    assert not event.reveals_arm


def test_an_untestable_mark_comes_back_with_its_reason(people: People, record: Record) -> None:
    changed(
        record, people.nils, at=hours(3), arm_left=None, arm_left_untestable=True,
        arm_left_untestable_reason="amputation",
    )  # fmt: skip
    changed(
        record, people.nils, at=hours(4), arm_left=2, arm_left_untestable=None,
        arm_left_untestable_reason=None,
    )  # fmt: skip
    found = answers(restore(record, people, items=["arm_left"], as_of=hours(3), version=5))
    assert (found["arm_left"], found["arm_left_untestable"]) == (None, True)
    assert found["arm_left_untestable_reason"] == "amputation"


def test_the_whole_record_comes_back_with_its_date_and_its_state(people: People) -> None:
    participant = enrolled(people)
    record = saved(participant, "V0", "nihss", people, at=AT, complete=False, gaze=None)
    first = answers(record)
    record.assessed_on = date(2026, 2, 3)
    services.save_record(
        visit=record.visit, form="nihss", answers={**first, "gaze": 2, "face": 3},
        assessed_on=date(2026, 2, 4), version=1, complete=True, reason="x", actor=people.nils,
        at=hours(1),
    )  # fmt: skip
    found = restore(record, people, items=None, version=2)
    assert (found.status, found.assessed_on, answers(found)) == ("draft", date(2026, 2, 2), first)


def test_a_signature_is_void_afterwards(people: People, record: Record) -> None:
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=hours(4)
    )
    assert selectors.record_signature(record) is not None
    assert selectors.record_signature(restore(record, people)) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"version": 2}, "stale"),
        ({"reason": "  "}, "reason-required"),
        ({"as_of": hours(1)}, "nothing-to-bring-back"),
        ({"items": None, "as_of": hours(2)}, "nothing-to-bring-back"),
        ({"as_of": hours(-1)}, "wrong-state"),
    ],
)
def test_it_is_refused(people: People, record: Record, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        restore(record, people, **given)
    assert refused.value.code == code
    assert Record.objects.get(pk=record.pk).version == 3


@pytest.mark.parametrize("name", ["otto", "mona", "carl", "dora", "ada"])
def test_who_may_not_enter_or_not_read_the_trail_here_is_refused(
    people: People, record: Record, name: str
) -> None:
    with pytest.raises(Refused) as refused:
        restore(record, people, actor=getattr(people, name))
    assert refused.value.code == "not-delegated"


@pytest.mark.requirement("R-043")
@pytest.mark.parametrize("what", ["record", "visit", "participant"])
def test_a_lock_refuses_it(people: People, record: Record, what: str) -> None:
    things: dict[str, Any] = {
        "record": record, "visit": record.visit, "participant": record.participant,
    }  # fmt: skip
    lock(people.dora, **{what: things[what]})
    with pytest.raises(Refused) as refused:
        restore(record, people)
    assert refused.value.code == "locked"


def test_what_the_rules_of_today_make_impossible_is_refused_in_words(people: People) -> None:
    """A question that is no longer asked cannot have its answer back alone."""
    participant = enrolled(people)
    record = saved(participant, "V0", "nihss", people, at=AT, complete=False, gaze=None)
    changed(record, people.nils, at=hours(1), complete=True, gaze=1, reason="")
    with pytest.raises(Refused) as refused:
        services.restore_answers(
            record=record, items=["gaze"], as_of=AT, version=2, reason="x", actor=people.nils,
            at=hours(2),
        )  # fmt: skip
    assert refused.value.code == "invalid-answers"
    assert refused.value.details["missing"] == ["gaze"]
    assert Record.objects.get(pk=record.pk).version == 2


def address(record: Record, asked: str = f"at={AT:%Y-%m-%dT%H:%M:%SZ}&item=gaze") -> str:
    return f"/participants/{record.participant.code}/restore/V0/1/nihss/?{asked}"


def test_the_page_shows_what_would_change_and_does_it_once(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.nils)
    page = read(client, address(record))
    assert "<del>1 Partial palsy" in page.html
    assert "<ins>0 Normal</ins>" in page.html
    assert "version 4" in page.text
    assert page.chosen == {}
    sent = {"version": page.typed["version"], "reason_pick": "Transcription error"}
    assert client.post(address(record), sent).status_code == 302
    assert answers(record)["gaze"] == 0
    again = client.post(address(record), sent)
    assert again.status_code == 409
    assert Record.objects.get(pk=record.pk).version == 4


def test_the_page_keeps_what_was_picked_when_it_is_refused(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.nils)
    stale = read_post(client, record, version="2", reason_pick="Answer to a query")
    assert stale[0] == 409
    assert "Somebody saved this form meanwhile" in stale[1]
    assert "<option selected>Answer to a query" in stale[1]
    assert read_post(client, record, version="3")[0] == 422
    assert read_post(client, record, version="x", reason_pick="Other")[0] == 422


def read_post(client: Client, record: Record, **sent: str) -> tuple[int, str]:
    response = client.post(address(record), sent)
    return response.status_code, response.content.decode()


def test_the_ways_to_it_are_offered_to_whom_they_are_open(
    client: Client, people: People, record: Record
) -> None:
    history = f"/participants/{record.participant.code}/visits/V0/1/nihss/history/gaze/"
    past = f"/participants/{record.participant.code}/as-of/V0/1/nihss/?at={AT:%Y-%m-%dT%H:%M:%SZ}"
    for name, offered in (("nils", True), ("mona", False)):
        client.force_login(getattr(people, name))
        assert ("Bring this back" in read(client, history).text) == offered
        assert ("Bring all of this back" in read(client, past).text) == offered
    client.force_login(people.ines)
    links = [link for link in read(client, history).links if "/restore/" in link]
    assert len(links) == 1, "not of what stands"
    assert read(client, links[0]).status == 200
    assert client.get(address(record, "at=tomorrow")).status_code == 400
    assert client.get(address(record, f"at={AT:%Y-%m-%d}T10:00Z&item=nothing")).status_code == 404
    client.force_login(people.otto)
    assert client.get(address(record)).status_code == 404


def test_the_newest_value_of_another_visit_is_never_touched(people: People, record: Record) -> None:
    other = saved(record.participant, "M1", "nihss", people, at=hours(2), gaze=2)
    restore(record, people)
    assert answers(other)["gaze"] == 2
    assert visit_of(record.participant, "M1").records.get().version == 1
