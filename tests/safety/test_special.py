"""A pregnancy or an overdose goes to the sponsor like a serious event, and need not be one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from safety import presenters, rules, selectors
from safety.alerts.models import Alert
from safety.alerts.saes import sae_clocks
from safety.alerts.services import acknowledge
from safety.blinding import for_blinded
from safety.desk import presenters as desk
from safety.desk.selectors import reported_events
from safety.documents.printing import print_cioms, print_narrative
from safety.exported import report_rows
from safety.models import AdverseEvent
from safety.services import amend_ae
from tests.builders import enrolled
from tests.paper import words_of
from tests.people import AT, People
from tests.safety.desk import assessed, newest
from tests.safety.reports import AWARE, later, reported, reported_sae
from trial.errors import InvalidAnswers

pytestmark = [pytest.mark.requirement("R-050"), pytest.mark.requirement("R-052")]

OVERDOSE: dict[str, Any] = {"term": "Too many cells", "special": "overdose", "aware_at": AWARE}
PREGNANCY: dict[str, Any] = {
    "term": "Partner is pregnant",
    "special": "pregnancy",
    "aware_at": AWARE,
}


def amended(people: People, event: AdverseEvent, **answers: Any) -> AdverseEvent:
    event.refresh_from_db()
    return amend_ae(
        ae=event, version=event.version, reason="Source", actor=people.nils,
        at=later(hours=1), **answers,
    )  # fmt: skip


@pytest.mark.parametrize("given", [OVERDOSE, PREGNANCY], ids=["overdose", "pregnancy"])
def test_it_is_filed_with_its_clock_and_alert_without_a_criterion(
    people: People, given: dict[str, Any]
) -> None:
    event = reported(people, **given)
    assert not event.serious
    assert event.clock is not None
    assert event.clock.due_at == AWARE + rules.SAE_LIMIT
    report = event.reports.get()
    assert (report.kind, report.serious, report.content["special"]) == (
        "initial", False, given["special"],
    )  # fmt: skip
    alert = Alert.objects.get()
    assert (alert.kind, alert.due_at) == ("special", event.clock.due_at)
    assert [one.recipient for one in alert.deliveries.all()] == [people.sara]
    (clock,) = sae_clocks(AT)
    assert (clock.kind, clock.due_at) == ("special-clock", event.clock.due_at)
    # Read by the desk, it is with the sponsor.
    acknowledge(alert=alert, actor=people.sara, at=later(minutes=5))
    event.refresh_from_db()
    assert event.sponsor_informed_at == report.received_at
    assert not [*sae_clocks(AT)]


def test_a_plain_event_is_not_reported(people: People) -> None:
    event = reported(people)
    assert (event.special, event.clock, event.reports.count()) == ("none", None, 0)
    assert not Alert.objects.exists()


def test_an_event_that_turns_out_to_be_one_is_reported_then(people: People) -> None:
    event = amended(people, reported(people), special="overdose", aware_at=AWARE)
    assert event.reports.get().kind == "initial"
    assert Alert.objects.get().kind == "special"
    # Later it is serious as well: another alert, and a follow-up of the same report.
    event = amended(people, event, criteria=("hospitalization",))
    assert [one.kind for one in Alert.objects.order_by("pk")] == ["special", "sae"]
    assert newest(event).number == 2


def test_the_blinded_cut_knows_it_from_when_it_was_serious_and_not_as_what_it_began(
    people: People,
) -> None:
    whose = enrolled(people)
    event = amended(people, reported(people, whose, **OVERDOSE), criteria=("hospitalization",))
    assert event.reports.count() == 2
    reported_sae(people, whose)
    began, plain = report_rows(blinded=True)
    # Nothing but who, when and the hash tells it from an event that was serious at once.
    told = ("report_version", "kind", "source", "serious")
    assert [began[one] for one in told] == [plain[one] for one in told]
    assert [row["report_version"] for row in report_rows(blinded=False)] == [1, 2, 1]


def test_the_blinded_are_told_of_no_clock_of_what_is_not_serious(people: People) -> None:
    assert for_blinded(reported(people, aware_at=AWARE).values())["aware_at"] is None
    assert for_blinded(reported_sae(people).values())["aware_at"] is not None


def test_it_is_no_susar_by_itself(people: People) -> None:
    event = reported(people, **OVERDOSE)
    assert not assessed(people, event, causality="definite").susar
    event = amended(people, event, criteria=("hospitalization",))
    assert assessed(people, event, causality="definite", at=later(hours=2)).susar


def test_a_pregnancy_is_followed_until_its_dated_outcome(people: People) -> None:
    event = reported(people, **PREGNANCY)

    def followed() -> list[str]:
        return [line.term for line in desk.narrowed(desk.lines(reported_events(), AT), "followed")]

    assert followed() == [event.term]
    for wrong in ({"pregnancy_outcome": "Healthy girl"}, {"pregnancy_ended": "2026-03-12"}):
        with pytest.raises(InvalidAnswers):
            amended(people, event, **wrong)
    event = amended(
        people, event, pregnancy_ended="2026-03-11", pregnancy_outcome="Healthy girl at 39 weeks"
    )
    assert not followed()
    assert newest(event).news == "Changed: Pregnancy ended on, Outcome of the pregnancy."
    first, last = (
        words_of(print_cioms(report=one, actor=people.sara, at=AT))
        for one in event.reports.order_by("number")
    )
    assert "Special situation Exposure during pregnancy, of the participant or of a" in first
    assert "Outcome of the pregnancy not known yet, followed" in first
    assert "Healthy girl at 39 weeks (11 Mar 2026)" in last
    said = words_of(print_narrative(report=newest(event), actor=people.sara, at=AT))
    assert "It is not serious." in said
    assert "Special situation: exposure during pregnancy" in said
    assert "The pregnancy ended" in said


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"special": "overdose"}, "aware_at"),
        ({"special": "twins", "aware_at": AWARE}, "special"),
        (
            {**OVERDOSE, "pregnancy_ended": "2026-03-10", "pregnancy_outcome": "Boy"},
            "pregnancy_outcome",
        ),
        (
            {**PREGNANCY, "pregnancy_ended": "2030-03-10", "pregnancy_outcome": "Boy"},
            "pregnancy_ended",
        ),
    ],
    ids=["when", "what", "of an overdose", "in the future"],
)
def test_what_cannot_be_is_refused_beside_its_item(
    people: People, given: dict[str, Any], item: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        reported(people, **given)
    found = refused.value.details["findings"]
    assert isinstance(found, list)
    assert item in {one.item for one in found}


@pytest.mark.requirement("R-014")
def test_the_blinded_cannot_tell_it_from_any_event(people: People) -> None:
    participant = enrolled(people)
    plain = reported(people, participant, aware_at=AWARE)
    reported(people, participant, **OVERDOSE)
    client = Client()
    client.force_login(people.mona)
    pages = [
        client.get(reverse("adverse-event", args=[participant.code, number])).content.decode()
        for number in (plain.number, 2)
    ]
    for page in pages:
        assert "withheld: might tell the arm" in page
        for word in ("verdose", " h left", "Initial report", "Too many"):
            assert word not in page, word
    rows = presenters.rows(selectors.chosen(people.mona, "all"), people.mona, AT)
    assert [row.clock for row in rows] == [None, None]
    assert selectors.counts(people.mona, AT).running == 0
    assert not selectors.chosen(people.mona, "clock").exists()
    assert selectors.counts(people.nils, AT).running == 1
    assert not report_rows(blinded=True)
    assert len(report_rows(blinded=False)) == 1
    told = Event.objects.filter(name__in=["special.reported", "report.filed", "alert.raised"])
    assert told.count() == 3
    assert all(line.reveals_arm for line in told)


def test_the_form_offers_it_as_a_plain_choice(people: People) -> None:
    participant = enrolled(people)
    client = Client()
    client.force_login(people.nils)
    answers = {
        "term": "Too many cells", "category": "other", "onset": "2026-03-10", "severity": "mild",
        "serious": "no", "causality": "unlikely", "action": "none", "outcome": "recovering",
        "aware_at": "2026-03-11T08:00",
    }  # fmt: skip
    address = reverse("adverse-event-new", args=[participant.code])
    page = client.get(address).content.decode()
    assert "Overdose of the study treatment" in page
    client.post(address, {**answers, "special": "overdose"})
    client.post(address, {**answers, "distinct": "yes"})
    assert [*participant.adverse_events.order_by("number").values_list("special", flat=True)] == [
        "overdose", "none",
    ]  # fmt: skip
