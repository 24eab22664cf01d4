"""What nobody acknowledges is told again, and a clock is told of before it runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from audit.models import Event
from safety import services as safety
from safety.alerts.clocks import RunningClock, tell_of, tell_of_clocks
from safety.alerts.escalation import escalate
from safety.alerts.models import Alert
from safety.alerts.selectors import alerts_about
from safety.alerts.services import acknowledge, raise_alert
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.alerts.builders import ended, told_of_sae
from tests.safety.reports import AWARE, later, reported_sae, utc


def told(alert: Alert) -> list[tuple[int, str]]:
    """Step and sign-in name of everybody told, in order."""
    return [(row.step, row.recipient.username) for row in alert.deliveries.order_by("pk")]


@pytest.mark.requirement("R-052")
@pytest.mark.requirement("R-053")
def test_it_is_told_again_to_the_same_then_to_more(people: People) -> None:
    alert = told_of_sae(people)
    assert [escalate(later(hours=3, minutes=59)), escalate(later(hours=4))] == [0, 1]
    assert told(alert) == [(0, "sara"), (1, "sara")]
    assert [escalate(later(hours=5)), escalate(later(hours=8)), escalate(later(hours=80))] == [
        *(0, 1, 0)
    ]
    assert told(alert) == [(0, "sara"), (1, "sara"), (2, "ines"), (2, "sara")]
    names = Event.objects.filter(name="alert.escalated").order_by("pk").values_list("data__told")
    assert [sorted(found) for (found,) in names] == [["Sara Vidal"], ["Ines Roth", "Sara Vidal"]]


@pytest.mark.requirement("R-053")
def test_once_anybody_acknowledged_nobody_is_told_again(people: People) -> None:
    alert = told_of_sae(people)
    acknowledge(alert=alert, actor=people.sara, at=AT)
    assert escalate(later(days=3)) == 0


def test_steps_that_passed_while_nothing_ran_are_told_as_one(people: People) -> None:
    alert = told_of_sae(people)
    assert [escalate(later(hours=9)), escalate(later(hours=9))] == [1, 0]
    assert told(alert) == [(0, "sara"), (2, "ines"), (2, "sara")]


def test_a_delegation_that_ended_is_not_told_again(people: People) -> None:
    alert = told_of_sae(people)
    ended(people.sara)
    assert escalate(later(hours=4)) == 1
    assert told(alert) == [(0, "sara"), (1, "ines")]


@pytest.mark.requirement("R-054")
def test_what_is_confidential_stays_in_the_circle_chosen_for_it(people: People) -> None:
    alert = raise_alert(
        kind="boundary", subject=enrolled(people), recipients=[people.dag], actor=None, at=AT
    )
    escalate(later(hours=4))
    escalate(later(hours=8))
    assert told(alert) == [(0, "dag"), (1, "dag"), (2, "dag")]


def of_24_hours(raised: list[Alert]) -> list[Alert]:
    """Without those of the sponsor's own clocks."""
    return [alert for alert in raised if alert.kind == "sae-clock"]


CLOCK = [
    (11.9, "", []),
    (12, "50", ["ines", "nils"]),
    (18, "75", ["ines", "nils"]),
    (21.6, "90", ["ines", "nils", "sara"]),
    (24, "90", ["ines", "nils", "sara"]),
    (24.1, "100", ["ines", "nils", "sara"]),
    (900, "100", ["ines", "nils", "sara"]),
]


@pytest.mark.requirement("R-052")
@pytest.mark.parametrize(("hours", "step", "names"), CLOCK)
def test_the_24_hours_are_told_of_at_half_three_quarters_nine_tenths_and_after(
    people: People, hours: float, step: str, names: list[str]
) -> None:
    event = reported_sae(people)
    raised = of_24_hours(tell_of_clocks(AWARE + timedelta(hours=hours)))
    assert [alert.occasion.split()[-1] for alert in raised] == ([step] if step else [])
    for alert in raised:
        assert [name for _, name in told(alert)] == names
        assert alert.due_at == AWARE + timedelta(hours=24)
        assert alert in alerts_about(event)


@pytest.mark.requirement("R-052")
def test_each_step_is_told_once_and_a_clock_that_stopped_not_at_all(people: People) -> None:
    event = reported_sae(people)
    for hours in (12, 13, 17, 18, 22, 25, 26):
        tell_of_clocks(AWARE + timedelta(hours=hours))
    clocks = Alert.objects.filter(kind="sae-clock").order_by("pk")
    assert [one.occasion.split()[-1] for one in clocks] == ["50", "75", "90", "100"]
    safety.amend_ae(
        ae=event, version=1, sponsor_informed_at=later(hours=40), actor=people.nils,
        at=later(hours=41),
    )  # fmt: skip
    assert of_24_hours(tell_of_clocks(later(days=9))) == []


@pytest.mark.requirement("R-052")
def test_a_clock_that_is_set_anew_is_told_of_anew(people: People) -> None:
    event = reported_sae(people)
    tell_of_clocks(AWARE + timedelta(hours=25))
    safety.amend_ae(
        ae=event, version=1, aware_at=AWARE - timedelta(days=1), reason="Source",
        actor=people.nils, at=AT,
    )  # fmt: skip
    (alert,) = tell_of_clocks(later(hours=1))
    assert alert.due_at == AWARE
    assert alert.occasion.endswith(" 100")


@pytest.mark.requirement("R-052")
def test_an_event_entered_in_error_has_no_clock(people: People) -> None:
    event = reported_sae(people)
    safety.void_ae(ae=event, version=1, reason="Twice", actor=people.nils, at=AT)
    assert tell_of_clocks(later(days=2)) == []


def clock(started: datetime, due: datetime, people: People) -> RunningClock:
    """Any other clock."""
    return RunningClock(
        code="15 days", kind="report-clock", subject=people.grenoble, started_at=started, due_at=due
    )


@pytest.mark.requirement("R-052")
def test_any_clock_can_be_told_of(people: People) -> None:
    fifteen = clock(utc("2026-03-01 00:00"), utc("2026-03-16 23:00"), people)
    assert tell_of(fifteen, utc("2026-03-08 23:29")) is None
    assert tell_of(fifteen, utc("2026-03-08 23:30")) is not None
    # One without any time is overdue from its first instant.
    (late,) = [tell_of(clock(AT, AT, people), AT + timedelta(seconds=1))]
    assert late is not None
    assert late.occasion.endswith(" 100")
