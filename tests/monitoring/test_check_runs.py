"""Running the edit checks over the database: at an event, over everybody, twice and at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event
from config.handlers import HANDLERS
from monitoring import services
from monitoring.checks import CHECKS
from monitoring.models import CheckRun, Query
from monitoring.services import checks
from monitoring.services.checks import (
    check_after,
    check_everybody,
    check_participant,
    due,
    preview,
    run_requested,
)
from monitoring.snapshots import snapshots
from monitoring.tasks import edit_checks
from tests.at_once import all_at_once, in_a_thread
from tests.builders import enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.stage import once
from tests.world import make_world
from trial import services as trial_services
from trial.access import NotDelegated
from trial.models import Participant, Record

LATER = AT + timedelta(days=1)


@once
def participant(people: People) -> Participant:
    """Barthel 0 and mRS 1 at inclusion: they contradict each other."""
    found = enrolled(people)
    saved(found, "V0", "barthel", people)
    saved(found, "V0", "mrs", people, grade=1)
    return found


def again(participant: Participant, people: People, **answers: Any) -> Record:
    """The mRS saved once more."""
    visit = visit_of(participant, "V0")
    before = visit.records.get(form="mrs")
    return trial_services.save_record(
        visit=visit, form="mrs", answers=lowest_answers("mrs", **answers),
        assessed_on=before.assessed_on, version=before.version, complete=True,
        reason="Transcription error", actor=people.nils, at=LATER,
    )  # fmt: skip


def live() -> list[str]:
    """The checks that ask something now, besides the forms that are not entered."""
    asked = Query.objects.exclude(status="closed").exclude(check_code__startswith="NO-")
    return [query.check_code for query in asked]


def contradiction() -> Query:
    """What was asked about the mRS."""
    return Query.objects.get(check_code="MRS-C3-LOW")


@pytest.mark.requirement("R-026")
@pytest.mark.requirement("R-040")
def test_it_asks_once_and_closes_itself_when_put_right(
    people: People, participant: Participant
) -> None:
    for _ in range(2):
        check_participant(participant=participant, at=AT)
    query = contradiction()
    assert (query.check_code, query.form, query.item) == ("MRS-C3-LOW", "mrs", "grade")
    assert (query.opened_by, query.value[:1]) == (None, "1")
    again(participant, people, grade=4)
    check_participant(participant=participant, at=LATER, cause="a form was saved by Nils Berg")
    query.refresh_from_db()
    assert (query.status, query.closed_by) == ("closed", None)
    said = [(line.kind, line.old[:1], line.new[:1], line.by) for line in query.messages.all()]
    assert said == [
        ("asked", "", "", None), ("changed", "1", "4", None), ("closed", "", "", None),
    ]  # fmt: skip
    assert "a form was saved by Nils Berg" in query.messages.last().text  # type: ignore[union-attr]  # there are three


@pytest.mark.requirement("R-040")
def test_what_a_monitor_found_explained_is_not_asked_again_until_it_changes(
    people: People, participant: Participant
) -> None:
    check_participant(participant=participant, at=AT)
    services.close_query(query=contradiction(), actor=people.mona, at=AT)
    check_participant(participant=participant, at=LATER)
    assert live() == []
    again(participant, people, grade=0)
    check_participant(participant=participant, at=LATER)
    assert live() == ["MRS-C3-LOW"]


def test_a_reopened_question_of_a_check_is_not_doubled(
    people: People, participant: Participant
) -> None:
    check_participant(participant=participant, at=AT)
    query = services.close_query(query=contradiction(), actor=people.mona, at=AT)
    services.reopen_query(query=query, text="Not convinced", actor=people.mona, at=LATER)
    check_participant(participant=participant, at=LATER)
    assert live() == ["MRS-C3-LOW"]


@pytest.mark.requirement("R-040")
def test_a_question_a_person_reopened_is_closed_by_a_person_only(
    people: People, participant: Participant
) -> None:
    check_participant(participant=participant, at=AT)
    again(participant, people, grade=4)
    check_participant(participant=participant, at=LATER)
    query = contradiction()
    services.reopen_query(query=query, text="Source?", actor=people.mona, at=LATER)
    check_participant(participant=participant, at=LATER)
    query.refresh_from_db()
    assert query.status == "open"
    services.close_query(query=query, actor=people.mona, at=LATER)
    query.refresh_from_db()
    assert (query.status, query.closed_by) == ("closed", people.mona)


def test_a_query_of_a_check_that_is_no_more_closes_itself(
    people: People, participant: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_participant(participant=participant, at=AT)
    rest = tuple(check for check in CHECKS if check.code != "MRS-C3-LOW")
    monkeypatch.setattr("monitoring.checks.CHECKS", rest)
    monkeypatch.setattr("monitoring.services.checks.CHECKS", rest)
    monkeypatch.setattr(checks, "BY_CODE", {check.code: check for check in rest})
    check_participant(participant=participant, at=LATER)
    assert live() == []
    assert contradiction().messages.filter(text="This check is no longer made.").exists()


@pytest.mark.requirement("R-026")
def test_a_confirmed_answer_is_not_asked_about_again(people: People) -> None:
    participant = enrolled(people)
    trial_services.save_record(
        visit=visit_of(participant, "V0"), form="barthel",
        answers=lowest_answers("barthel", bathing=5), assessed_on=AT.date(), version=0,
        complete=True, confirmed={"BIC2": "Seen"}, actor=people.nils, at=AT,
    )  # fmt: skip
    check_participant(participant=participant, at=AT)
    assert "barthel/BIC2" not in live()


def test_a_query_of_a_person_hears_of_the_change(people: People, participant: Participant) -> None:
    query = services.open_query(
        participant=participant, visit=visit_of(participant, "V0"), form="mrs", item="grade",
        text="Sure?", actor=people.mona, at=AT,
    )  # fmt: skip
    again(participant, people, grade=4)
    check_participant(participant=participant, at=LATER)
    query.refresh_from_db()
    assert query.status == "open"
    line = query.messages.get(kind="changed")
    saved_by = Event.objects.get(name="record.saved", at=LATER)
    assert (line.old[:1], line.new[:1], line.change_act) == ("1", "4", saved_by.act_id)


def test_an_event_has_its_participant_checked_and_the_newest_does_it_for_all(
    people: People, participant: Participant
) -> None:
    first, *_, last = Event.objects.filter(name="record.saved").order_by("pk")
    assert check_after in HANDLERS["record.saved"]
    check_after(first)
    assert live() == []
    for _ in range(2):
        check_after(last)
    assert live().count("MRS-C3-LOW") == 1


def test_every_event_that_changes_data_has_the_checks_run() -> None:
    assert {name for name, ran in HANDLERS.items() if check_after in ran} == set(checks.CAUSES)


def test_a_preview_is_what_the_run_then_does(people: People, participant: Participant) -> None:
    expected = preview(at=AT)
    assert (expected.opened["MRS-C3-LOW"], Query.objects.count()) == (1, 0)
    run = check_everybody(at=AT)
    assert run is not None
    assert Counter(Query.objects.values_list("check_code", flat=True)) == expected.opened
    assert (run.opened, run.closed, run.done) == (expected.opened.total(), 0, 1)
    assert Event.objects.filter(name="checks.run").count() == 1


def test_a_run_is_owed_by_night_and_when_the_checks_have_changed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert due(AT)
    check_everybody(at=AT)
    night = (AT + timedelta(days=1)).replace(hour=2)
    assert (due(AT + timedelta(days=2)), due(night)) == (False, False)
    assert due(night + timedelta(days=1))
    monkeypatch.setattr(checks, "fingerprint", lambda: "another")
    assert due(AT)


def test_beat_runs_them_once(people: People, participant: Participant) -> None:
    assert edit_checks() == Query.objects.count() > 0
    assert CheckRun.objects.count() == 1


def test_a_request_of_the_data_manager_is_run_and_of_nobody_else(
    client: Client, people: People, participant: Participant
) -> None:
    client.force_login(people.dora)
    assert client.post("/edit-checks/").status_code == 302
    asked = Event.objects.get(name="checks.requested")
    for _ in range(2):
        run_requested(asked)
    assert CheckRun.objects.count() == 1
    page = client.get("/edit-checks/?preview").content.decode()
    assert "MRS-C3-LOW" in page
    with pytest.raises(NotDelegated):
        checks.request_run(actor=people.mona, at=timezone.now())


def test_the_command_says_what_would_open_and_opens_it(
    people: People, participant: Participant
) -> None:
    out = StringIO()
    call_command("edit_checks", "--preview", stdout=out)
    assert "MRS-C3-LOW: would open 1, close 0" in out.getvalue()
    assert Query.objects.count() == 0
    call_command("edit_checks", "--run", stdout=out)
    assert "1 of 1 participants" in out.getvalue()
    assert "MRS-C3-LOW" in live()


@pytest.mark.requirement("R-017")
def test_what_is_asked_does_not_depend_on_the_arm(people: People) -> None:
    found = []
    for arm in ("cells", "control"):
        with transaction.atomic():
            world = make_world(people, first=arm)
            check_participant(participant=world.participant, at=AT + timedelta(days=900))
            found.append(
                [(query.code, str(query.visit), query.form, query.check_code)
                 for query in Query.objects.order_by("pk")]
            )  # fmt: skip
            transaction.set_rollback(True)
    assert len(found[0]) > 5
    assert found[0] == found[1]


def test_a_batch_is_read_by_as_many_queries_as_one(people: People) -> None:
    both = [enrolled(people), enrolled(people)]
    for one in both:
        saved(one, "V0", "nihss", people)

    def cost(participants: list[Participant]) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(snapshots(participants, AT)) == len(participants)
        return len(caught)

    assert cost(both) == cost(both[:1])


def waits_for_a_lock() -> bool:
    """Whether somebody in this database waits for somebody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.requirement("R-040")
@pytest.mark.parametrize(
    ("grade", "act", "left"),
    [
        (0, lambda query, people: services.answer_query(
            query=query, text="Checked at the bedside", actor=people.nils, at=LATER), "answered"),
        (4, lambda query, people: services.close_query(
            query=query, actor=people.mona, at=LATER), "closed"),
    ],
    ids=["answered", "closed"],
)  # fmt: skip
def test_what_a_person_does_to_a_query_during_a_run_stays(
    committed_people: People, grade: int, act: Callable[[Query, People], Query], left: str
) -> None:
    people = committed_people
    with transaction.atomic():
        participant = enrolled(people)
        saved(participant, "V0", "barthel", people)
        saved(participant, "V0", "mrs", people, grade=1)
    check_participant(participant=participant, at=AT)
    with transaction.atomic():
        again(participant, people, grade=grade)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            act(contradiction(), people)
            run = in_a_thread(pool, partial(check_participant, participant=participant, at=LATER))
            while not run.done() and not waits_for_a_lock():
                pass
        run.result()
    query = contradiction()
    assert query.status == left
    assert query.closed_by == (people.mona if left == "closed" else None)


def test_two_workers_at_once_ask_once(committed_people: People) -> None:
    with transaction.atomic():
        participant = enrolled(committed_people)
        saved(participant, "V0", "barthel", committed_people)
        saved(participant, "V0", "mrs", committed_people, grade=1)

    all_at_once([partial(check_participant, participant=participant, at=AT)] * 4)
    assert live().count("MRS-C3-LOW") == 1
