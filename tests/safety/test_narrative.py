"""The narrative tells what the version says, in order of time, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from safety.documents.narrative import in_order, relation
from safety.documents.printing import print_narrative
from safety.models import SafetyReport
from safety.reports import content_of
from safety.services import amend_ae, void_ae
from tests.builders import enrolled
from tests.paper import standards_of, words_of
from tests.people import AT, People
from tests.randomization.builders import infused, ready
from tests.safety.desk import assessed, newest
from tests.safety.reports import later, reported_sae
from trial.access import NotDelegated
from trial.errors import WrongState
from trial.partial_dates import PartialDate


def narrative(people: People, report: SafetyReport) -> bytes:
    return print_narrative(report=report, actor=people.sara, at=AT)


@pytest.mark.requirement("R-051")
def test_it_tells_who_what_when_and_both_opinions(people: People) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    event = reported_sae(people, participant, narrative="Cough for two days", causality="possible")
    assessed(people, event, causality="probable")
    report = newest(event)
    pdf = narrative(people, report)
    said = words_of(pdf)
    for expected in (
        f"Participant {participant.code}, a woman of 66 years",
        "On 4 Mar 2026: Autologous mesenchymal stem cells",
        "batch B-001",
        "began on 10 Mar 2026, 6 days after the infusion, 36 days after inclusion",
        "It is serious: it led to admission to hospital",
        "severe from 10 Mar 2026",
        "Outcome: recovering",
        "Cough for two days",
        "for the investigator: possible; for the sponsor: probable",
        "Unexpected against Investigator's brochure",
        "It is a SUSAR",
        report.sha256,
    ):
        assert expected in said, expected
    dated = ["Stroke onset 2 Feb", "Included in the study 4 Mar", "Received 100.0 million cells"]
    places = [said.index(one) for one in [*dated, "Pneumonia began: severe", "became aware"]]
    assert places == sorted(places)
    described = standards_of(pdf)
    assert "<pdfaid:part>2</pdfaid:part>" in described
    assert "pdfuaid" in described


@pytest.mark.requirement("R-051")
def test_a_version_keeps_its_narrative_when_the_next_is_filed(people: People) -> None:
    event = reported_sae(people, enrolled(people))
    first = narrative(people, newest(event))
    assert "No study product had been given" in words_of(first)
    assert "has not assessed this version yet" in words_of(first)
    amend_ae(
        ae=event, version=event.version, outcome="recovered", end="2026-03-11", reason="Source",
        actor=people.nils, at=later(hours=1),
    )  # fmt: skip
    said = words_of(narrative(people, newest(event)))
    assert "Outcome: recovered, ended on 11 Mar 2026" in said
    assert "2, follow-up, from the site" in said
    assert "New in this version: Changed: Ended on, Outcome." in said
    assert narrative(people, event.reports.get(number=1)) == first


def test_an_event_entered_in_error_says_so_first(people: People) -> None:
    event = reported_sae(people, enrolled(people))
    void_ae(
        ae=event, version=event.version, reason="Wrong participant", actor=people.nils, at=AT
    )  # fmt: skip
    said = words_of(narrative(people, newest(event)))
    assert "did not happen as reported. Reason: Wrong participant" in said


def test_it_is_for_the_desk_in_the_log_and_only_of_what_was_filed(people: People) -> None:
    report = newest(reported_sae(people, enrolled(people)))
    with pytest.raises(NotDelegated):
        print_narrative(report=report, actor=people.ines, at=AT)
    client = Client()
    client.force_login(people.sara)
    place = (report.event.participant.code, report.event.number, 1)
    address = reverse("safety-report-narrative", args=place)
    assert address in client.get(reverse("safety-report", args=place)).content.decode()
    assert client.get(address).headers["Content-Type"] == "application/pdf"
    line = Event.objects.get(name="narrative.printed")
    assert (line.data, line.reveals_arm) == ({"number": 1, "version": 1}, True)
    report.content["term"] = "Cold"
    with pytest.raises(WrongState, match="hash differs"):
        narrative(people, report)


def test_an_end_known_to_the_month_stands_after_what_happened_in_it(people: People) -> None:
    event = reported_sae(people, enrolled(people), outcome="recovered", end="2026-03")
    told = [one.what for one in in_order(content_of(newest(event)))]
    assert told.index("Pneumonia began: severe") < told.index("Ended: recovered")
    assert told[-1] == "Ended: recovered"


@pytest.mark.parametrize(
    ("onset", "said"),
    [
        ("2026-03-04", "on the day of it"),
        ("2026-03-05", "1 day after it"),
        ("2026-03-01", "3 days before it"),
        ("2026-04", "28 to 57 days after it"),
        ("2026-02", "4 to 31 days before it"),
        ("2026", "before or after it: its day is not known"),
    ],
)
def test_a_vague_onset_is_a_range_and_never_a_guess(onset: str, said: str) -> None:
    assert relation(PartialDate.parse(onset), date(2026, 3, 4), "it") == said
