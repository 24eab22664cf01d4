"""Enrolling: from the screening log to a participant with a code and planned visits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit.models import Event
from tests.builders import CONSENTED_ON, INDEX_ON, enrolled
from tests.people import AT, People
from trial import services
from trial.access import NotDelegated
from trial.errors import NotEnrolling, WrongDate, WrongState
from trial.identifiers import is_valid
from trial.models import Participant, ScreeningEntry


def screened(people: People, **given: object) -> ScreeningEntry:
    """A person being screened in Grenoble."""
    facts = {
        "site": people.grenoble, "screened_on": CONSENTED_ON, "sex": "F", "year_of_birth": 1960,
        "index_on": INDEX_ON, "actor": people.nils, "at": AT, **given,
    }  # fmt: skip
    return services.log_screening(**facts)  # type: ignore[arg-type]  # a table of mixed facts


def enrol(entry: ScreeningEntry, people: People, **given: object) -> Participant:
    """Enrol a screened person."""
    facts = {
        "entry": entry, "version": "2.0", "given_by": "participant", "consented_on": CONSENTED_ON,
        "actor": people.ines, "at": AT, **given,
    }  # fmt: skip
    return services.enrol(**facts)  # type: ignore[arg-type]  # a table of mixed facts


@pytest.mark.requirement("R-001")
def test_it_gives_a_code_with_a_check_digit_and_plans_the_visits_every_arm_has(
    people: People,
) -> None:
    participant = enrolled(people)
    assert is_valid(participant.code)
    visits = list(participant.visits.values_list("code", flat=True))
    assert visits == ["V0", "M1", "M2", "M4", "M6", "M12", "M24"]
    m6 = participant.visits.get(code="M6")
    assert m6.planned_on == INDEX_ON + timedelta(days=180)
    assert (m6.window_from, m6.window_to) == (
        m6.planned_on - timedelta(days=21),
        m6.planned_on + timedelta(days=21),
    )


@pytest.mark.requirement("R-001")
def test_it_stores_nothing_that_names_a_person() -> None:
    words = {field.name for field in Participant._meta.get_fields()}
    assert not words & {"name", "first_name", "last_name", "initials", "birth_date", "phone",
                        "address", "email", "record_number"}  # fmt: skip


@pytest.mark.requirement("R-003")
def test_it_keeps_version_day_and_who_obtained_the_consent(people: People) -> None:
    consent = enrolled(people).consents.get()
    assert (consent.version, consent.consented_on, consent.obtained_by) == (
        "2.0",
        CONSENTED_ON,
        people.ines,
    )


def test_it_numbers_participants_of_a_site_in_order(people: People) -> None:
    first, second = enrolled(people), enrolled(people)
    elsewhere = enrolled(people, site=people.lyon)
    assert [first.number, second.number, elsewhere.number] == [1, 2, 1]


@pytest.mark.requirement("R-002")
def test_it_closes_the_screening_entry(people: People) -> None:
    participant = enrolled(people)
    assert participant.screening.outcome == "consented"


@pytest.mark.requirement("R-002")
def test_a_failure_is_kept_with_its_reason(people: People) -> None:
    entry = services.close_screening(
        entry=screened(people), outcome="not_eligible", reason="mild", note="", actor=people.nils,
        at=AT,
    )  # fmt: skip
    assert (entry.outcome, entry.reason) == ("not_eligible", "mild")
    assert ScreeningEntry.objects.count() == 1


def test_a_closed_entry_is_not_enrolled(people: People) -> None:
    entry = screened(people)
    services.close_screening(
        entry=entry, outcome="declined", reason="declined", note="", actor=people.nils, at=AT
    )
    with pytest.raises(WrongState):
        enrol(entry, people)


def test_nobody_is_enrolled_twice(people: People) -> None:
    entry = screened(people)
    enrol(entry, people)
    with pytest.raises(WrongState):
        enrol(entry, people)


@pytest.mark.requirement("R-006")
def test_it_is_refused_before_the_site_is_active(people: People) -> None:
    entry = screened(people, screened_on=date(2020, 2, 20), index_on=date(2020, 2, 10))
    with pytest.raises(NotEnrolling):
        enrol(entry, people, consented_on=date(2020, 2, 21))


@pytest.mark.requirement("R-006")
@pytest.mark.parametrize("name", ["nils", "otto", "mona", "dora", "ivan", "ada", "carl", "zoe"])
def test_it_is_refused_to_whom_the_delegation_does_not_cover(people: People, name: str) -> None:
    entry = screened(people)
    with pytest.raises(NotDelegated):
        enrol(entry, people, actor=getattr(people, name))
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("consented_on", "field"),
    [(INDEX_ON - timedelta(days=1), "consented_on"), (AT.date() + timedelta(days=1), None)],
)
def test_it_is_refused_before_the_index_event_and_in_the_future(
    people: People, consented_on: date, field: str | None
) -> None:
    entry = screened(people)
    with pytest.raises(WrongDate) as refused:
        enrol(entry, people, consented_on=consented_on)
    assert refused.value.field == field
    assert not Participant.objects.exists()


def test_it_is_one_event_without_identity(people: People) -> None:
    participant = enrolled(people)
    event = Event.objects.get(name="participant.enrolled")
    assert (event.participant, event.actor, event.role) == (
        participant.code,
        people.ines,
        "investigator",
    )
    assert event.data == {"consent": "2.0"}


def test_it_does_not_happen_when_the_event_cannot_be_written(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = screened(people)

    def broken(**_facts: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("trial.services.enrolment.record_event", broken)
    with pytest.raises(OSError, match="disk full"):
        enrol(entry, people)
    assert not Participant.objects.exists()
    assert ScreeningEntry.objects.get().outcome == "pending"


@pytest.mark.requirement("R-004")
def test_another_consent_version_is_added_to_the_first(people: People) -> None:
    participant = enrolled(people)
    services.add_consent(
        participant=participant, version="1.0", given_by="participant",
        consented_on=CONSENTED_ON, actor=people.ines, at=AT,
    )  # fmt: skip
    assert participant.consents.count() == 2
