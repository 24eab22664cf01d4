"""A query: asked, answered, closed, reopened, by those who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.acts import act
from audit.models import Event
from monitoring import services
from monitoring.errors import NoSuchPoint, QueryClosed, QueryStillOpen, SaySomething
from monitoring.models import Query, QueryMessage
from tests.builders import enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.stage import once
from trial import services as trial_services
from trial.access import NotDelegated
from trial.models import Record

LATER = AT + timedelta(days=5)


@once
def record(people: People) -> Record:
    """A complete NIHSS with a facial palsy of 2."""
    return saved(enrolled(people), "V0", "nihss", people, face=2)


def asked(people: People, record: Record, **given: Any) -> Query:
    """Mona asks about the facial palsy."""
    about = {"visit": record.visit, "form": record.form, "item": "face", **given}
    return services.open_query(
        participant=record.participant, text="The source says 1?", actor=people.mona, at=AT, **about
    )


def corrected(people: People, record: Record, **answers: Any) -> Record:
    """Nils puts the record right."""
    return trial_services.save_record(
        visit=record.visit, form="nihss", answers=lowest_answers("nihss", **answers),
        assessed_on=record.assessed_on, version=record.version, complete=True,
        reason="Transcription error", actor=people.nils, at=LATER,
    )  # fmt: skip


def thread(query: Query) -> list[tuple[str, str, str, str]]:
    """Who did what: name, kind, old and new value."""
    return [
        (line.by.full_name if line.by else "", line.kind, line.old, line.new)
        for line in query.messages.select_related("by")
    ]


@pytest.mark.requirement("R-040")
def test_it_keeps_the_value_at_the_time_and_the_correction(people: People, record: Record) -> None:
    query = asked(people, record)
    changed = corrected(people, record, face=1)
    services.answer_query(query=query, text="Corrected.", actor=people.nils, at=LATER)
    closed = services.close_query(query=query, actor=people.mona, at=LATER)
    assert (closed.status, closed.closed_by) == ("closed", people.mona)
    assert closed.value.startswith("2 ")
    lines = thread(query)
    assert [line[:2] for line in lines] == [
        ("Mona Faye", "asked"), ("", "changed"), ("Nils Berg", "answered"), ("Mona Faye", "closed"),
    ]  # fmt: skip
    assert (lines[1][2][0], lines[1][3][0]) == ("2", "1")
    act_of_save = Event.objects.get(
        name="record.saved", subject_id=str(changed.pk), at=LATER
    ).act_id
    assert query.messages.get(kind="changed").change_act == act_of_save


@pytest.mark.requirement("R-040")
def test_only_a_monitor_or_data_manager_asks_closes_and_reopens(
    people: People, record: Record
) -> None:
    query = asked(people, record)
    for user in (people.ines, people.nils, people.otto, people.ivan, people.ada, people.carl):
        with pytest.raises(NotDelegated):
            services.close_query(query=query, actor=user, at=AT)
        with pytest.raises(NotDelegated):
            services.open_query(
                participant=record.participant, text="Why?", actor=user, at=AT, visit=record.visit
            )
    services.close_query(query=query, actor=people.dora, at=AT)
    for user in (people.ines, people.nils):
        with pytest.raises(NotDelegated):
            services.reopen_query(query=query, text="No.", actor=user, at=AT)
    again = services.reopen_query(query=query, text="Still not clear.", actor=people.mona, at=LATER)
    assert (again.status, again.closed_by, again.since) == ("open", None, LATER)


@pytest.mark.requirement("R-044")
def test_a_monitor_asks_and_does_not_answer_and_another_site_neither(
    people: People, record: Record
) -> None:
    query = asked(people, record)
    for user in (people.mona, people.dora, people.carl, people.tess, people.stan):
        with pytest.raises(NotDelegated):
            services.answer_query(query=query, text="It is right.", actor=user, at=AT)
    query.refresh_from_db()
    assert query.status == "open"


def test_it_is_refused_where_the_state_does_not_fit(people: People, record: Record) -> None:
    query = asked(people, record)
    with pytest.raises(QueryStillOpen):
        services.reopen_query(query=query, text="Again", actor=people.mona, at=AT)
    with pytest.raises(SaySomething):
        services.answer_query(query=query, text=" ", actor=people.nils, at=AT)
    services.close_query(query=query, actor=people.mona, at=AT)
    with pytest.raises(QueryClosed):
        services.close_query(query=query, actor=people.mona, at=AT)
    with pytest.raises(QueryClosed):
        services.answer_query(query=query, text="Late", actor=people.nils, at=AT)


@pytest.mark.parametrize(
    "about",
    [
        {"item": "stairs"},
        {"form": "fmri", "item": ""},
        {"visit": None, "form": "nihss", "item": ""},
    ],
)
def test_it_hangs_on_something_that_is_there(
    people: People, record: Record, about: dict[str, Any]
) -> None:
    with pytest.raises(NoSuchPoint):
        asked(people, record, **about)


def test_it_never_hangs_on_somebody_elses_visit(people: People, record: Record) -> None:
    other = enrolled(people)
    with pytest.raises(NoSuchPoint):
        asked(people, record, visit=visit_of(other, "V0"))


def test_many_are_closed_with_one_reason_and_those_closed_are_passed_over(
    people: People, record: Record
) -> None:
    queries = [asked(people, record, item=item) for item in ("face", "gaze", "")]
    services.close_query(query=queries[0], actor=people.mona, at=AT)
    closed = services.bulk_close(
        queries=queries, reason="Checked on site", actor=people.mona, at=LATER
    )
    assert [one.pk for one in closed] == [queries[1].pk, queries[2].pk]
    past = QueryMessage.history.filter(kind="closed", text="Checked on site")
    assert past.count() == 2
    assert len(set(past.values_list("history_act", flat=True))) == 1
    with pytest.raises(NotDelegated):
        services.bulk_close(queries=queries[:1], reason="Mine", actor=people.nils, at=LATER)


def test_it_is_numbered_in_the_order_of_asking(people: People, record: Record) -> None:
    assert [asked(people, record).number for _ in range(3)] == [1, 2, 3]


def test_an_act_that_cannot_be_taken_down_did_not_happen(
    people: People, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = asked(people, record)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the log is away")

    monkeypatch.setattr("monitoring.services.queries.tell", broken)
    with pytest.raises(RuntimeError):
        services.close_query(query=query, actor=people.mona, at=AT)
    query.refresh_from_db()
    assert (query.status, query.messages.count()) == ("open", 1)


@pytest.mark.requirement("R-040")
@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "lost"},
        {"text": " "},
        {"form": "", "item": "face"},
        {"visit": None},
        {"opened_by": None},
        {"check_code": "X", "check_version": 1, "seen": "s"},
        {"status": "closed"},
        {"number": 1},
    ],
)
def test_the_database_refuses_a_query_that_cannot_be(
    people: People, record: Record, wrong: dict[str, Any]
) -> None:
    query = asked(people, record)
    good = {
        field.attname: getattr(query, field.attname)
        for field in Query._meta.concrete_fields
        if not field.primary_key
    }
    good["number"] = 2
    if "visit" in wrong:
        wrong = {"visit_id": None}
    if "opened_by" in wrong:
        wrong = {"opened_by_id": None}
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        act(actor=people.mona, at=AT),
    ):
        Query.objects.create(**{**good, **wrong})
