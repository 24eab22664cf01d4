"""Reporting an adverse event: kept as told, numbered, on its clock, and in the trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from audit.models import Event
from safety import services
from safety.models import AdverseEvent
from tests.builders import enrolled
from tests.locking import lock
from tests.people import AT, People
from tests.safety.reports import AWARE, MILD, SERIOUS, reported, reported_sae
from trial.access import NotDelegated
from trial.clock import day_at
from trial.errors import InvalidAnswers, Locked
from trial.models import Participant
from trial.roles import ROLES, Permission, Role
from trial.services import record_death


def refused_items(people: People, participant: Participant | None = None, **given: Any) -> set[str]:
    """The items a report with these answers is refused for."""
    with pytest.raises(InvalidAnswers) as refused:
        reported(people, participant, **given)
    findings = refused.value.details["findings"]
    assert isinstance(findings, list)
    assert all(finding.message.endswith(".") for finding in findings)
    return {finding.item for finding in findings}


@pytest.mark.requirement("R-050")
def test_it_keeps_what_was_told(people: People) -> None:
    told = {**SERIOUS, "end": "2026-03", "outcome": "recovered", "narrative": "Fever for days."}
    event = reported(people, **told)
    event.refresh_from_db()
    for item, value in told.items():
        assert getattr(event, item) == value
    assert event.serious
    assert (event.version, event.voided) == (1, False)


def test_it_keeps_the_zone_in_which_awareness_was_told(people: People) -> None:
    event = reported_sae(people)
    assert event.aware_zone == "Europe/Paris"
    assert reported(people, event.participant).aware_zone == ""


def test_it_numbers_the_events_of_each_participant(people: People) -> None:
    one, other = enrolled(people), enrolled(people)
    numbers = [reported(people, who).number for who in (one, one, other, one)]
    assert numbers == [1, 2, 1, 3]


def test_it_numbers_on_after_an_event_entered_in_error(people: People) -> None:
    wrong = reported(people)
    services.void_ae(ae=wrong, version=1, reason="Typed twice", actor=people.nils, at=AT)
    assert reported(people, wrong.participant).number == 2


@pytest.mark.requirement("R-030")
def test_it_leaves_who_when_and_in_which_role(people: People) -> None:
    event = reported(people)
    history = event.history.get()
    assert (history.history_user, history.history_date) == (people.nils, AT)
    assert history.history_role == "study nurse"


@pytest.mark.requirement("R-054")
def test_its_log_line_names_no_clinical_detail_and_no_arm(people: People) -> None:
    event = reported(people, category="infusion_reaction", term="Shivering during the infusion")
    line = Event.objects.get(name="ae.reported")
    assert (line.actor, line.participant) == (people.nils, event.participant.code)
    assert line.data == {"number": 1, "version": 1}
    assert not line.reveals_arm


@pytest.mark.requirement("R-052")
def test_a_serious_event_is_told_as_such(people: People) -> None:
    event = reported_sae(people)
    assert [line.name for line in Event.objects.filter(name__contains="ae.")] == [
        "sae.reported",
        "ae.reported",
    ]
    assert event.clock is not None
    assert event.clock.due_at == AWARE + timedelta(hours=24)


def test_an_event_that_is_not_serious_runs_no_clock(people: People) -> None:
    assert reported(people, aware_at=AWARE).clock is None
    assert not Event.objects.filter(name="sae.reported").exists()


def test_an_onset_before_the_consent_is_kept(people: People) -> None:
    assert reported(people, onset="2025").onset == "2025"


@pytest.mark.parametrize("role", list(Role))
def test_only_those_delegated_report(people: People, role: Role) -> None:
    participant = enrolled(people)
    actor = people.by_role()[role]
    if Permission.ENTER_SAFETY in ROLES[role]:
        assert reported(people, participant, actor=actor).number == 1
    else:
        with pytest.raises(NotDelegated):
            reported(people, participant, actor=actor)
        assert not AdverseEvent.objects.exists()


def test_whoever_reports_may_know_the_arms() -> None:
    # Otherwise the words withheld from them would be saved over the real ones.
    writers = [held for held in ROLES.values() if Permission.ENTER_SAFETY in held]
    assert writers
    assert all(Permission.KNOW_ARMS in held for held in writers)


def test_an_investigator_of_another_site_does_not(people: People) -> None:
    with pytest.raises(NotDelegated):
        reported(people, actor=people.carl)


def test_a_locked_participant_gets_no_event(people: People) -> None:
    participant = enrolled(people)
    lock(people.dora, participant=participant)
    with pytest.raises(Locked):
        reported(people, participant)


@pytest.mark.parametrize(
    ("given", "items"),
    [
        ({"term": " "}, {"term"}),
        ({"category": "nonsense"}, {"category"}),
        ({"category": ""}, {"category"}),
        ({"onset": ""}, {"onset"}),
        ({"onset": "12/03/2026"}, {"onset"}),
        ({"onset": "2026-02-29"}, {"onset"}),
        ({"end": "yesterday"}, {"end"}),
        ({"end": "2026-03-09", "outcome": "recovered"}, {"end"}),
        ({"end": "2026-02", "outcome": "recovered"}, {"end"}),
        ({"onset": "2026-02", "end": "2025-12-31", "outcome": "recovered"}, {"end"}),
        ({"end": "2026-03-11"}, {"end"}),
        ({"severity": "serious"}, {"severity"}),
        ({"causality": ""}, {"causality"}),
        ({"action": "x"}, {"action"}),
        ({"outcome": "dead"}, {"outcome"}),
        ({"serious": True, "aware_at": AWARE}, {"criteria"}),
        ({**SERIOUS, "serious": False}, {"serious"}),
        ({**SERIOUS, "outcome": "fatal"}, {"outcome"}),
        ({**SERIOUS, "criteria": ("death",)}, {"outcome"}),
        ({**SERIOUS, "aware_at": None}, {"aware_at"}),
        ({"sponsor_informed_at": AWARE}, {"sponsor_informed_at"}),
        (
            {**SERIOUS, "sponsor_informed_at": AWARE - timedelta(minutes=1)},
            {"sponsor_informed_at"},
        ),
        ({"narrative": "x" * 4001}, {"narrative"}),
        ({"term": "x" * 201}, {"term"}),
        ({"term": "", "severity": "", "category": ""}, {"term", "severity", "category"}),
    ],
)
def test_what_cannot_be_is_refused_beside_its_item(
    people: People, given: dict[str, Any], items: set[str]
) -> None:
    assert refused_items(people, **given) == items
    assert not AdverseEvent.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"onset": "2026", "end": "2026", "outcome": "recovered"},
        {"onset": "2026-03-10", "end": "2026-03", "outcome": "recovered"},
        {"onset": "2026-03", "end": "2026-03-01", "outcome": "recovered"},
        {"onset": "2026-03-10", "end": "2026-03-10", "outcome": "recovered"},
        {**SERIOUS, "criteria": ("death",), "outcome": "fatal"},
        {**SERIOUS, "criteria": ("death", "important"), "outcome": "fatal", "end": "2026-03-11"},
        {**SERIOUS, "sponsor_informed_at": AWARE},
        {**SERIOUS, "severity": "mild"},
        {**SERIOUS, "onset": "2026-03"},
        # half past midnight of the 12th in Paris
        {**SERIOUS, "onset": "2026-03-12", "aware_at": AT - timedelta(hours=10, minutes=30)},
        {"severity": "severe"},
    ],
)
def test_what_can_be_is_kept(people: People, given: dict[str, Any]) -> None:
    event = reported(people, **given)
    event.refresh_from_db()
    assert event.values().items() >= {k: v for k, v in given.items() if k != "criteria"}.items()


# AT is 12 March 2026, 10:00 UTC: 11:00 in Paris.
@pytest.mark.parametrize(
    ("given", "items"),
    [
        ({"onset": "2026-03-13"}, {"onset"}),
        ({"onset": "2026-04"}, {"onset"}),
        ({"onset": "2027"}, {"onset"}),
        ({"end": "2026-03-13", "outcome": "recovered"}, {"end"}),
        ({"aware_at": AT + timedelta(minutes=1)}, {"aware_at"}),
        ({**SERIOUS, "sponsor_informed_at": AT + timedelta(minutes=1)}, {"sponsor_informed_at"}),
        ({**SERIOUS, "onset": "2026-03-12", "aware_at": AT - timedelta(days=1)}, {"aware_at"}),
        ({**SERIOUS, "aware_at": AT.replace(tzinfo=None)}, {"aware_at"}),
    ],
)
def test_the_future_and_a_time_without_a_zone_are_refused(
    people: People, given: dict[str, Any], items: set[str]
) -> None:
    assert refused_items(people, **given) == items


@pytest.mark.parametrize("onset", ["2026-03-12", "2026-03", "2026"])
def test_a_date_that_may_lie_in_the_past_is_kept(people: People, onset: str) -> None:
    assert reported(people, onset=onset).onset == onset


def test_today_is_the_day_at_the_site(people: People) -> None:
    late = datetime.fromisoformat("2026-03-12T23:30:00+00:00")
    event = reported(people, onset="2026-03-13", at=late)
    assert day_at(late, event.participant.site).isoformat() == event.onset


def test_nothing_begins_after_death(people: People) -> None:
    participant = enrolled(people)
    record_death(
        participant=participant, died_on="2026-02", cause="Stroke", actor=people.ines, at=AT
    )
    assert refused_items(people, participant, onset="2026-03-01") == {"onset"}
    assert refused_items(
        people, participant, onset="2026-02-10", end="2026-03", outcome="recovered"
    ) == {"end"}
    assert reported(people, participant, onset="2026-02-28").number == 1


def test_all_that_is_wrong_is_told_at_once(people: People) -> None:
    wrong: dict[str, Any] = {
        "term": "",
        "onset": "2030",
        "severity": "",
        "aware_at": AT + timedelta(hours=1),
    }
    assert refused_items(people, **wrong) == set(wrong)


def test_an_answer_nobody_asked_for_is_a_fault(people: People) -> None:
    with pytest.raises(TypeError, match="grade"):
        services.report_ae(
            participant=enrolled(people),
            actor=people.nils,
            at=AT,
            **{**MILD, "grade": 3},
        )


def test_a_criterion_nobody_knows_is_a_fault(people: People) -> None:
    with pytest.raises(ValueError, match="severe"):
        reported(people, criteria=("severe",))
