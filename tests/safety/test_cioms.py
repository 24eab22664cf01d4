"""The CIOMS I form says what the version says, and nobody fills it in again."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from safety.documents.cioms import NOT_KEPT
from safety.documents.printing import print_cioms
from safety.models import SafetyReport
from safety.services import amend_ae
from tests.builders import enrolled
from tests.paper import standards_of, words_of
from tests.people import AT, People
from tests.randomization.builders import infused, lacking, ready
from tests.safety.desk import assessed, newest
from tests.safety.reports import later, reported_sae
from trial.access import NotDelegated, Permission
from trial.errors import WrongState


def form(people: People, report: SafetyReport) -> bytes:
    return print_cioms(report=report, actor=people.sara, at=AT)


@pytest.mark.requirement("R-051")
def test_every_box_is_filled_from_the_version(people: People) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    event = reported_sae(people, participant, narrative="Cough for two days", causality="possible")
    assessed(people, event, causality="probable")
    report = newest(event)
    said = words_of(form(people, report))
    for expected in (
        participant.code,
        "FR",
        "[X] Hospital stay, or a longer one",
        "[ ] Died",
        event.term,
        "Cough for two days",
        "Causality, investigator Possible",
        "Causality, sponsor Probable",
        "SUSAR Yes",
        "batch B-001",
        f"ISIS-HERMES-{participant.code}-{event.number}",
        "Initial, version 1",
        NOT_KEPT,
        report.sha256,
    ):
        assert expected in said, expected
    assert said.count("[X]") == 1
    assert not re.search(r"\bNone\b(?!:)", said)


@pytest.mark.requirement("R-051")
def test_version_1_stays_as_it_was_when_version_2_is_filed(people: People) -> None:
    event = reported_sae(people)
    first = form(people, newest(event))
    amend_ae(
        ae=event, version=event.version, term="Aspiration pneumonia", reason="Source",
        actor=people.nils, at=later(hours=1),
    )  # fmt: skip
    second = newest(event)
    assert second.number == 2
    assert "Aspiration pneumonia" in words_of(form(people, second))
    assert form(people, event.reports.get(number=1)) == first


def test_nobody_treated_has_no_suspect_product(people: People) -> None:
    said = words_of(form(people, newest(reported_sae(people, enrolled(people)))))
    assert "received no study product" in said
    assert "not assessed yet" in said


def test_it_is_an_archivable_and_accessible_document(people: People) -> None:
    described = standards_of(form(people, newest(reported_sae(people))))
    assert "<pdfaid:part>2</pdfaid:part>" in described
    assert "pdfuaid" in described


def test_it_is_for_readers_of_the_desk_and_each_time_in_the_log(people: People) -> None:
    report = newest(reported_sae(people))
    for user in lacking(Permission.READ_DESK, people):
        with pytest.raises(NotDelegated):
            print_cioms(report=report, actor=user, at=AT)
    client = Client()
    client.force_login(people.sara)
    place = (report.event.participant.code, report.event.number, 1)
    address = reverse("safety-report-cioms", args=place)
    assert address in client.get(reverse("safety-report", args=place)).content.decode()
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    event = Event.objects.get(name="report.printed")
    assert (event.data, event.reveals_arm) == ({"number": 1, "version": 1}, True)


def test_a_version_that_is_not_what_was_filed_makes_no_form(people: People) -> None:
    report = newest(reported_sae(people))
    report.content["term"] = "Cold"
    with pytest.raises(WrongState, match="hash differs"):
        form(people, report)
