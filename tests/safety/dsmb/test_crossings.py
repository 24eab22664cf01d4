"""A boundary that is reached is told to the chair and the unblinded statistician, and to nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.act_names import act_names
from audit.models import Event
from config.handlers import HANDLERS, handle
from randomization.selectors import infusion_dates_unblinded
from safety import treatment
from safety.alerts.models import Alert
from safety.dsmb import crossings, selectors
from safety.dsmb.models import StoppingCrossing
from safety.dsmb.services import call_meeting
from safety.stopping import boundary
from tests.builders import CONSENTED_ON, enrolled
from tests.people import AT, People
from tests.safety.reports import reported_sae
from trial import protocol
from trial.models import Participant

pytestmark = pytest.mark.requirement("R-055")

TREATED = 10
RULE = protocol.load("trial.protocols.isis_hermes").stopping[1]


@pytest.fixture
def treated(people: People, monkeypatch: pytest.MonkeyPatch) -> list[Participant]:
    """Ten randomized participants, all treated on the day of the consent."""
    who = [enrolled(people) for _ in range(TREATED)]
    keys = {one.pk: CONSENTED_ON for one in who}
    monkeypatch.setattr(selectors, "infusion_dates", lambda asked: keys)
    return who


def related(people: People, participant: Participant, **given: Any) -> None:
    """An SAE on the day of the treatment, possibly related."""
    onset = CONSENTED_ON.isoformat()
    reported_sae(people, participant, onset=onset, category="fall", causality="possible", **given)


def test_the_boundary_crosses_at_exactly_k_and_not_at_one_less(
    people: People, treated: list[Participant]
) -> None:
    k = boundary(RULE, TREATED)
    assert k == 3
    for participant in treated[: k - 1]:
        related(people, participant)
    assert crossings.evaluate(at=AT) == []
    related(people, treated[k - 1])
    (row,) = crossings.evaluate(at=AT)
    assert crossings.evaluate(at=AT) == []
    assert (row.rule, row.events, row.treated, row.boundary) == ("related_sae", 3, TREATED, 3)
    alert = Alert.objects.get(kind="boundary")
    assert alert.subject_id == str(row.pk)
    assert {one.recipient.username for one in alert.deliveries.all()} == {"dag", "uma"}


def test_an_event_of_the_log_asks_the_rules(people: People, treated: list[Participant]) -> None:
    for participant in treated[:3]:
        related(people, participant)
    assert crossings.evaluate_stopping in HANDLERS["sae.reported"]
    assert len(HANDLERS["ae.amended"]) == 2
    event = Event.objects.filter(name="sae.reported").latest("pk")
    handle(event.pk)
    handle(event.pk)
    assert StoppingCrossing.objects.count() == 1
    assert Event.objects.filter(name=crossings.CROSSED).count() == 1


def test_events_before_the_treatment_or_of_the_untreated_do_not_count(
    people: People, treated: list[Participant], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {one.pk: CONSENTED_ON + timedelta(days=1) for one in treated[1:]}
    monkeypatch.setattr(selectors, "infusion_dates", lambda asked: keys)
    for participant in treated[:4]:
        related(people, participant)
    assert selectors.standings()["related_sae"].events == 0


def test_a_crossing_is_shown_to_the_chair_and_the_unblinded_statistician_only(
    people: People,
) -> None:
    StoppingCrossing.objects.create(rule="death", events=2, treated=9, boundary=2, noted_at=AT)
    call_meeting(
        held_on=AT.date(), cut_off=AT.date(), members=[people.dag], chair=people.dag,
        actor=people.uma, at=AT,
    )  # fmt: skip
    seen = {user.username for user in people.users() if selectors.crossings(user, at=AT).exists()}
    assert seen == {"dag", "uma"}


def test_no_other_page_changes_when_a_boundary_is_crossed(
    people: People, treated: list[Participant], client: Client
) -> None:
    for participant in treated[:3]:
        related(people, participant)
    places = {"ines": ["home", "trail", "adverse-events"], "ivan": ["home", "trail", "overview"],
              "sara": ["home", "trail"], "ada": ["home"]}  # fmt: skip
    before = [_page(client, people, who, name) for who in places for name in places[who]]
    assert crossings.evaluate(at=AT)
    after = [_page(client, people, who, name) for who in places for name in places[who]]
    assert before == after
    assert crossings.CROSSED not in act_names(revealing=True)


def _page(client: Client, people: People, who: str, name: str) -> str:
    client.force_login(getattr(people, who))
    text = client.get(reverse(name)).content.decode()
    main = text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"|\d+ (h|min)', "", main)


def test_the_seam_knows_who_was_infused() -> None:
    assert treatment._source == [infusion_dates_unblinded]


def test_the_tables_are_for_every_reader_and_where_the_trial_stands_for_two(
    people: People, treated: list[Participant], client: Client
) -> None:
    for participant in treated[:3]:
        related(people, participant)
    crossings.evaluate(at=AT)
    for user in (people.ines, people.sara, people.ivan, people.dora, people.uma, people.dag):
        client.force_login(user)
        text = client.get(reverse("dsmb-stopping-rules")).content.decode()
        assert "Serious adverse event possibly related or more" in text
        assert ("3 of 10 treated" in text) is (user in {people.uma, people.dag})
