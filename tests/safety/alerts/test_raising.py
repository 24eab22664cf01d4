"""An alert is written with the act that causes it, for the people whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.models import Event
from safety import services as safety
from safety.alerts.models import Alert, Delivery
from safety.alerts.selectors import alerts_about
from safety.alerts.services import acknowledge, raise_alert
from safety.models import AdverseEvent
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.alerts.builders import ended, only, told_of_sae
from tests.safety.reports import reported, reported_sae
from trial.errors import InvalidAnswers


def told(alert: Alert) -> list[str]:
    """The sign-in names of those told."""
    return [row.recipient.username for row in alert.deliveries.all()]


@pytest.mark.requirement("R-053")
def test_a_serious_event_tells_the_safety_desk_in_the_same_transaction(people: People) -> None:
    event = reported_sae(people)
    alert = alerts_about(event).get()
    assert (alert.kind, told(alert)) == ("sae", ["sara"])
    assert event.aware_at is not None
    assert alert.due_at == event.aware_at + timedelta(hours=24)
    assert only(alert).state == "waiting"
    raised = Event.objects.get(name="alert.raised")
    assert raised.data == {"alert": alert.code, "kind": "sae", "told": ["Sara Vidal"]}
    assert raised.act_id == Event.objects.get(name="sae.reported").act_id


@pytest.mark.requirement("R-053")
def test_an_event_that_is_not_recorded_tells_nobody(people: People) -> None:
    with pytest.raises(InvalidAnswers), transaction.atomic():
        reported_sae(people, onset="2027-01-01")
    assert not Alert.objects.exists()


@pytest.mark.requirement("R-053")
def test_an_act_whose_alert_cannot_be_written_does_not_happen(
    committed_people: People, unwritable: Callable[[str], None]
) -> None:
    unwritable("safety_delivery")
    with transaction.atomic():
        participant = enrolled(committed_people)
    with pytest.raises(DatabaseError):
        reported_sae(committed_people, participant)
    assert not AdverseEvent.objects.exists()


def test_an_event_that_is_not_serious_tells_nobody_until_it_becomes_so(people: People) -> None:
    event = reported(people)
    assert not Alert.objects.exists()
    worse = safety.amend_ae(
        ae=event, version=1, reason="Admitted", criteria=("hospitalization",), aware_at=AT,
        actor=people.nils, at=AT,
    )  # fmt: skip
    assert told(alerts_about(worse).get()) == ["sara"]


@pytest.mark.requirement("R-053")
def test_somebody_whose_delegation_ended_is_told_nothing(people: People) -> None:
    ended(people.sara)
    alert = alerts_about(reported_sae(people)).get()
    # Nobody of the desk is left: the wider circle is told at once. Carl is of another site.
    assert told(alert) == ["ines"]


def test_an_alert_of_a_site_is_for_the_site_and_those_of_the_whole_trial(people: People) -> None:
    subject = enrolled(people)
    how: dict[str, Any] = {"subject": subject, "actor": people.ines, "at": AT, "wide": True}
    here = raise_alert(kind="sae-clock", site=people.grenoble, **how)
    assert told(here) == ["ines", "nils", "sara"]
    there = raise_alert(kind="sae-clock", site=people.lyon, occasion="there", **how)
    assert told(there) == ["carl", "sara"]
    everywhere = raise_alert(kind="sae-clock", occasion="everywhere", **how)
    assert told(everywhere) == ["ines", "nils", "carl", "sara"]


def test_recipients_narrow_the_circle_and_never_widen_it(people: People) -> None:
    subject = enrolled(people)
    alert = raise_alert(
        kind="boundary", subject=subject, recipients=[people.dag, people.mona],
        actor=people.nils, at=AT,
    )  # fmt: skip
    assert told(alert) == ["dag"]


@pytest.mark.requirement("R-053")
def test_one_occasion_is_told_once_however_often_it_is_raised(people: People) -> None:
    subject = enrolled(people)
    how: dict[str, Any] = {"kind": "sae", "subject": subject, "actor": None, "at": AT}
    first = raise_alert(**how, occasion="day 3")
    assert raise_alert(**how, occasion="day 3") == first
    assert raise_alert(**how, occasion="day 4") != first
    assert Delivery.objects.count() == Event.objects.filter(name="alert.raised").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery(
            alert=first, recipient=people.sara, told_at=AT, next_try=AT, message_id="<x@y>"
        ).save()


@pytest.mark.requirement("R-054")
def test_a_confidential_alert_leaves_no_line_that_others_read(people: People) -> None:
    before = Event.objects.count()
    alert = raise_alert(kind="boundary", subject=enrolled(people), actor=people.nils, at=AT)
    assert told(alert) == ["uma", "dag"]
    acknowledge(alert=alert, actor=people.dag, at=AT)
    assert not Event.objects.filter(name__startswith="alert.").exists()
    assert Event.objects.count() > before


@pytest.mark.requirement("R-053")
def test_acknowledging_is_recorded_once_and_only_by_who_was_told(people: People) -> None:
    alert = told_of_sae(people)
    assert acknowledge(alert=alert, actor=people.sara, at=AT)
    assert not acknowledge(alert=alert, actor=people.sara, at=AT + timedelta(hours=1))
    assert not acknowledge(alert=alert, actor=people.ines, at=AT)
    assert only(alert).acknowledged_at == AT
    (event,) = Event.objects.filter(name="alert.acknowledged")
    assert (event.actor, event.subject_id) == (people.sara, str(alert.pk))


REFUSED = [
    "UPDATE safety_delivery SET recipient_id = (SELECT max(id) FROM accounts_user)",
    "UPDATE safety_delivery SET state = 'waiting', sent_at = NULL",
    "UPDATE safety_delivery SET sent_at = now()",
    "UPDATE safety_delivery SET acknowledged_at = NULL",
    "UPDATE safety_delivery SET message_id = '<other@example.org>'",
    "DELETE FROM safety_delivery",
    "UPDATE safety_alert SET kind = 'boundary'",
    "DELETE FROM safety_alert",
]


@pytest.mark.requirement("R-053")
@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_keeps_who_was_told_and_that_it_was_sent_and_read(
    people: People, statement: str
) -> None:
    alert = told_of_sae(people)
    acknowledge(alert=alert, actor=people.sara, at=AT)
    alert.deliveries.update(state="sent", sent_at=AT, attempts=1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
