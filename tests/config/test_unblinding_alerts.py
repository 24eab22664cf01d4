"""An unblinding that waits is told to who decides it, one that was granted to who hears of it."""

from __future__ import annotations

import pytest

from audit.models import Event
from config.handlers import HANDLERS
from config.unblinding_alerts import CAUSES, tell_of_unblinding
from randomization.models import Unblinding
from safety.alerts import mail
from safety.alerts.models import Alert
from safety.alerts.selectors import alerts_about
from tests.people import People
from tests.randomization.builders import randomized
from tests.randomization.test_unblinding import ARM, ask, decide
from tests.safety.alerts.builders import with_mail

pytestmark = pytest.mark.requirement("R-018")


def handled(name: str) -> None:
    """The newest event of this name, as a worker takes it up; twice, as it may."""
    event = Event.objects.filter(name=name).latest("pk")
    assert tell_of_unblinding in HANDLERS[name]
    for _ in range(2):
        tell_of_unblinding(event)


def told(row: Unblinding, kind: str) -> set[str]:
    """Who was told of one kind about one request."""
    found = alerts_about(row).filter(kind=kind).values_list("deliveries__recipient__username")
    return {name for (name,) in found}


def test_one_that_waits_is_told_to_who_decides_and_the_decision_acknowledges_it(
    people: People,
) -> None:
    row = ask(randomized(people), people.mona, people.mona)
    handled("unblinding.asked")
    deciders = told(row, "unblinding")
    assert {"ines", "uma"} <= deciders
    assert not {"mona", "otto", "nils", "dag", "ada", "dora"} & deciders
    assert told(row, "unblinded") == set()
    alert = alerts_about(row).get()
    assert alert.address == f"/unblinding/{row.code}/decide/"
    decide(row, people.uma)
    handled("unblinding.granted")
    assert alert.deliveries.get(recipient=people.uma).acknowledged_at is not None
    hearers = told(row, "unblinded")
    assert {"ines", "dora"} <= hearers
    assert not {"uma", "mona", "otto", "dag"} & hearers


def test_an_emergency_is_told_to_who_hears_of_it_and_asks_nobody(people: People) -> None:
    row = ask(randomized(people), people.otto, people.otto, reason="emergency")
    handled("unblinding.asked")
    assert told(row, "unblinding") == set()
    assert {"ines", "uma", "mona", "dora"} <= told(row, "unblinded")


def test_a_refusal_is_told_to_nobody_and_ends_the_asking(people: People) -> None:
    row = ask(randomized(people), people.mona, people.mona)
    handled("unblinding.asked")
    decide(row, people.ines, grant=False, words="No need")
    handled("unblinding.refused")
    alert = alerts_about(row).get()
    assert alert.kind == "unblinding"
    assert alert.deliveries.get(recipient=people.ines).acknowledged_at is not None


def test_a_request_that_was_decided_before_a_worker_came_asks_nobody(people: People) -> None:
    row = ask(randomized(people), people.mona, people.mona)
    decide(row, people.uma)
    for name in ("unblinding.asked", "unblinding.granted"):
        handled(name)
    assert [alert.kind for alert in alerts_about(row)] == ["unblinded"]


@pytest.mark.requirement("R-054")
def test_neither_alert_nor_mail_nor_log_line_tells_the_arm_the_person_or_the_reason(
    people: People,
) -> None:
    with_mail(*people.users())
    row = ask(randomized(people), people.mona, people.mona, words="Reported to the agency")
    handled("unblinding.asked")
    decide(row, people.uma)
    handled("unblinding.granted")
    lines = [str(event.data) for event in Event.objects.filter(name="alert.raised")]
    letters = [mail.message(one).as_string()
               for alert in Alert.objects.all() for one in alert.deliveries.all()]  # fmt: skip
    titles = [alert.title for alert in Alert.objects.all()]
    assert len(titles) == 2
    for text in (*lines, *letters, *titles):
        for word in (ARM, "cells", "Reported to the agency", "susar", "Mona"):
            assert word not in text or (word == "Mona" and text in lines)
    for letter in letters:
        assert row.participant.code not in letter


def test_every_cause_has_its_handler() -> None:
    assert all(tell_of_unblinding in HANDLERS[name] for name in CAUSES)
