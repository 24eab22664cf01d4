"""The versions of a report: filed by themselves, numbered, hashed, and unchanged forever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from safety import reports, services
from safety.models import AdverseEvent, SafetyReport
from safety.reports import content_of
from tests.builders import enrolled
from tests.locking import lock
from tests.people import AT, People
from tests.safety.desk import newest
from tests.safety.reports import AWARE, later, reported, reported_sae
from trial.access import NotDelegated
from trial.errors import InvalidAnswers, Locked, WrongDate, WrongState

SOON = later(hours=1)


def amended(people: People, event: AdverseEvent, at: datetime = SOON, **given: Any) -> AdverseEvent:
    """The nurse changes the event with a reason."""
    event.refresh_from_db()
    return services.amend_ae(
        ae=event, version=event.version, reason="Source", actor=people.nils, at=at, **given
    )


@pytest.mark.requirement("R-051")
def test_a_serious_event_is_typed_once_and_reported(people: People) -> None:
    event = reported_sae(people, narrative="Fever for days.")
    report = event.reports.get()
    assert (report.number, report.kind, report.source) == (1, "initial", "site")
    assert (report.received_at, report.filed_by, report.zone) == (AT, people.nils, "Europe/Paris")
    content = content_of(report)
    assert (content.term, content.narrative, content.causality) == (
        "Pneumonia", "Fever for days.", "unlikely",
    )  # fmt: skip
    assert content.control_number == f"ISIS-HERMES-{event.participant.code}-1"
    assert (content.country, content.sex, content.criteria) == ("FR", "F", ("hospitalization",))
    assert (content.product, content.doses) == (
        "Autologous mesenchymal stem cells, bone marrow",
        (),
    )


def test_an_event_that_is_not_serious_has_no_report(people: People) -> None:
    assert not reported(people).reports.exists()


@pytest.mark.requirement("R-051")
def test_an_event_that_becomes_serious_is_reported_then(people: People) -> None:
    event = reported(people)
    amended(people, event, criteria=("hospitalization",), serious_on="2026-03-11", aware_at=AWARE)
    content = content_of(event.reports.get())
    assert (content.kind, content.serious_on, content.term) == ("initial", "2026-03-11", "Headache")


@pytest.mark.requirement("R-052")
def test_the_sponsor_is_aware_since_it_was_informed_before(people: People) -> None:
    event = reported_sae(people, sponsor_informed_at=AWARE + timedelta(hours=1))
    assert event.reports.get().received_at == AWARE + timedelta(hours=1)


@pytest.mark.requirement("R-051")
def test_every_change_is_a_new_version_and_the_first_stays(people: People) -> None:
    event = reported_sae(people)
    first = event.reports.get()
    amended(people, event, outcome="recovered", end="2026-03-11")
    second = newest(event)
    assert (second.number, second.kind, second.news) == (
        2,
        "follow_up",
        "Changed: Ended on, Outcome.",
    )
    first_again = event.reports.get(number=1)
    assert (first_again.content, first_again.sha256) == (first.content, first.sha256)
    assert content_of(first_again).outcome == "recovering"
    assert content_of(second).outcome == "recovered"
    assert all(reports.is_whole(one) for one in (first_again, second))


def test_when_the_sponsor_was_informed_is_no_news(people: People) -> None:
    event = reported_sae(people)
    amended(people, event, sponsor_informed_at=AT)
    assert event.reports.count() == 1


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE safety_safetyreport SET news = 'x'",
        "UPDATE safety_safetyreport SET content = content",
        "DELETE FROM safety_safetyreport",
        "TRUNCATE safety_safetyreport CASCADE",
    ],
)
def test_the_database_refuses_to_change_a_version(people: People, sql: str) -> None:
    reported_sae(people)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert SafetyReport.objects.count() == 1


def test_a_hash_covers_every_field(people: People) -> None:
    report = reported_sae(people).reports.get()
    for name, value in report.content.items():
        report.content = {**report.content, name: f"{value}!"}
        assert not reports.is_whole(report), name
        report.content = {**report.content, name: value}


def test_no_longer_serious_and_entered_in_error_are_told(people: People) -> None:
    event = reported_sae(people)
    event = amended(people, event, criteria=())
    assert (newest(event).serious, newest(event).number) == (False, 2)
    amended(people, event, term="Cold")
    assert newest(event).number == 2
    other = reported_sae(people, event.participant, term="Fall")
    services.void_ae(ae=other, version=1, reason="Twice", actor=people.nils, at=AT)
    assert (newest(other).news, newest(other).serious) == ("Entered in error.", False)


@pytest.mark.requirement("R-051")
def test_site_and_desk_file_what_they_learn(people: People) -> None:
    event = reported_sae(people)
    mine: dict[str, Any] = {"ae": event, "news": "Discharge letter", "actor": people.sara}
    told = reports.file_report(**mine, at=SOON, received_at=AT)
    assert (told.source, told.received_at, told.kind) == ("sponsor", AT, "follow_up")
    final = reports.file_report(ae=event, news="Closed", final=True, actor=people.ines, at=SOON)
    assert (final.source, final.kind, final.number) == ("site", "final", 3)
    line = Event.objects.filter(name="report.filed").first()
    assert line is not None
    assert line.data == {"number": 1, "version": 3}


def test_what_cannot_be_filed_is_refused(people: People) -> None:
    event = reported_sae(people)
    for actor in (people.mona, people.carl, people.otto, people.ivan, people.dora):
        with pytest.raises(NotDelegated):
            reports.file_report(ae=event, news="x", actor=actor, at=SOON)
    with pytest.raises(InvalidAnswers, match="Say what is new"):
        reports.file_report(ae=event, news=" ", actor=people.nils, at=SOON)
    for when in (later(hours=2), AT - timedelta(hours=1)):
        with pytest.raises(WrongDate):
            reports.file_report(ae=event, news="x", received_at=when, actor=people.sara, at=SOON)
    with pytest.raises(WrongState, match="nothing made this event"):
        reports.file_report(ae=reported(people), news="x", actor=people.nils, at=SOON)
    lock(people.dora, participant=event.participant)
    with pytest.raises(Locked):
        reports.file_report(ae=event, news="x", actor=people.nils, at=SOON)
    assert event.reports.count() == 1


def test_a_content_of_another_time_is_still_read(people: People) -> None:
    event = reported_sae(people, enrolled(people))
    report = event.reports.get()
    older = {name: value for name, value in report.content.items() if name != "history"}
    report.content = {**older, "something_later": 1}
    assert content_of(report).history == ""
