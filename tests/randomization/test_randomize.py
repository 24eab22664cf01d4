"""Randomizing: after consent and signed eligibility, the next slot, once, unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql
from pytest_django.fixtures import Settings

from accounts.models import User
from audit.models import Event
from config.servers.roles import APPLICATION
from randomization import services, vault
from randomization.errors import ListExhausted, NoList, NotReady, WrongPurpose
from randomization.models import Allocation, AllocationList, Slot
from tests.builders import eligible, enrolled, saved
from tests.locking import lock
from tests.people import People
from tests.randomization.builders import (
    EARLY,
    LATER,
    allocate,
    answer_all,
    arm_of,
    lacking,
    randomized,
    randomized_in_three_arms,
    sealed,
)
from tests.stage import once
from trial import services as trial_services
from trial.access import NotDelegated, Permission
from trial.errors import Locked
from trial.models import Participant, Visit
from trial.protocol import current


def refused_for(participant: Participant, people: People) -> str:
    """The code of the refusal; nothing may have been written."""
    with pytest.raises(NotReady) as refused:
        services.randomize(participant=participant, actor=people.ines, at=LATER)
    assert not Allocation.objects.exists()
    participant.refresh_from_db()
    assert participant.randomized_on is None
    return refused.value.code


@once
def participant(people: People) -> Participant:
    """Somebody eligible, and a list that begins with cells."""
    sealed(people, "cells")
    return eligible(people, at=EARLY)


@pytest.mark.requirement("R-012")
def test_it_answers_a_repeated_call_with_the_same_allocation_and_no_second_event(
    people: People,
    participant: Participant,
) -> None:
    first = services.randomize(participant=participant, actor=people.ines, at=EARLY)
    again = services.randomize(participant=participant, actor=people.ines, at=LATER)
    assert again == first
    assert again.allocated_at == EARLY
    assert Event.objects.filter(name="participant.randomized").count() == 1


def test_it_refuses_every_role_that_does_not_randomize(
    people: People, participant: Participant
) -> None:
    for user in lacking(Permission.RANDOMIZE, people):
        with pytest.raises(NotDelegated):
            services.randomize(participant=participant, actor=user, at=EARLY)
    assert not Allocation.objects.exists()


def test_it_refuses_the_investigator_of_another_site(
    people: People, participant: Participant
) -> None:
    with pytest.raises(NotDelegated):
        services.randomize(participant=participant, actor=people.carl, at=EARLY)


def test_it_refuses_an_investigator_whose_delegation_has_ended(
    people: People, participant: Participant
) -> None:
    trial_services.end_delegation(
        delegation=people.ines.delegations.get(),
        ends_on=date(2026, 2, 2),
        reason="Left the hospital",
        actor=people.ada,
        at=EARLY,
    )
    ines = User.objects.get(pk=people.ines.pk)
    with pytest.raises(NotDelegated):
        services.randomize(participant=participant, actor=ines, at=EARLY)


@pytest.mark.requirement("R-005")
def test_it_refuses_somebody_found_ineligible_after_the_signature(
    people: People, participant: Participant
) -> None:
    answer_all(participant, people, E4=True)
    assert refused_for(participant, people) == "not-eligible"


@pytest.mark.requirement("R-005")
def test_an_answer_that_went_and_came_back_has_to_be_signed_again(
    people: People, participant: Participant
) -> None:
    answer_all(participant, people, E4=True)
    answer_all(participant, people)
    assert refused_for(participant, people) == "not-signed"


def test_it_refuses_without_consent(
    people: People, participant: Participant, superuser_dsn: str
) -> None:
    # No service takes a consent away: the row is hidden from this transaction's connection.
    with psycopg.connect(superuser_dsn, autocommit=True) as superuser:
        database = sql.Identifier(superuser.info.dbname), sql.Identifier(APPLICATION)
        superuser.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(*database))
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE trial_consent (LIKE public.trial_consent)")
        superuser.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM {}").format(*database))
    assert refused_for(participant, people) == "no-consent"


def test_it_refuses_somebody_who_withdrew(people: People, participant: Participant) -> None:
    trial_services.record_withdrawal(
        participant=participant, withdrawn_on=date(2026, 2, 3), scopes=["treatment"], reason="",
        actor=people.ines, at=EARLY,
    )  # fmt: skip
    assert refused_for(participant, people) == "withdrawn"


def test_it_refuses_somebody_who_died(people: People, participant: Participant) -> None:
    trial_services.record_death(
        participant=participant, died_on="2026-02", cause="Stroke", actor=people.ines, at=EARLY
    )
    assert refused_for(participant, people) == "died"


def test_it_refuses_somebody_lost_to_follow_up(people: People, participant: Participant) -> None:
    trial_services.record_loss(
        participant=participant, last_contact_on=date(2026, 2, 3), attempts="Three calls",
        actor=people.ines, at=EARLY,
    )  # fmt: skip
    assert refused_for(participant, people) == "lost"


def test_it_refuses_a_locked_participant(people: People, participant: Participant) -> None:
    lock(people.dora, participant=participant, at=EARLY)
    with pytest.raises(Locked):
        services.randomize(participant=participant, actor=people.ines, at=LATER)


def test_it_refuses_a_simulated_list_once_the_installation_is_in_production(
    people: People, participant: Participant, settings: Settings
) -> None:
    settings.HERMES_ENVIRONMENT = "production"
    with pytest.raises(WrongPurpose):
        services.randomize(participant=participant, actor=people.ines, at=EARLY)


@pytest.mark.requirement("R-012")
@pytest.mark.parametrize(
    "table",
    [
        "randomization_historicalallocation",
        "trial_historicalparticipant",
        "trial_historicalvisit",
        "audit_event",
    ],
)
def test_it_keeps_nothing_when_any_part_of_its_trail_cannot_be_written(
    people: People, participant: Participant, table: str, unwritable: Callable[[str], None]
) -> None:
    unwritable(table)
    with pytest.raises(DatabaseError, match="permission denied"):
        services.randomize(participant=participant, actor=people.ines, at=LATER)
    participant.refresh_from_db()
    assert participant.randomized_on is None
    assert not Allocation.objects.exists()
    assert not participant.visits.filter(hidden=True).exists()
    assert not Event.objects.filter(name="participant.randomized").exists()


def test_it_is_part_of_a_larger_transaction_only_where_the_trial_is_simulated(
    people: People, participant: Participant, settings: Settings
) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        services.randomize(participant=participant, actor=people.ines, at=EARLY)
    settings.HERMES_ENVIRONMENT = "production"
    with transaction.atomic(), pytest.raises(WrongPurpose):
        services.randomize_within(participant=participant, actor=people.ines, at=EARLY)
    settings.HERMES_ENVIRONMENT = "simulated"
    with transaction.atomic():
        services.randomize_within(participant=participant, actor=people.ines, at=EARLY)
    assert Allocation.objects.count() == 1


@once
def allocated(people: People) -> Participant:
    """Somebody allocated to cells."""
    return randomized(people)


def test_it_notes_the_day_at_the_site_and_the_stratum_on_the_participant(
    people: People, allocated: Participant
) -> None:
    assert (allocated.randomized_on, allocated.stratum) == (date(2026, 2, 3), "all")


def test_it_plans_the_visits_of_the_cells_arm_hidden_from_the_blinded(
    people: People, allocated: Participant
) -> None:
    hidden = allocated.visits.filter(hidden=True).order_by("planned_on")
    assert [visit.code for visit in hidden] == ["BMA", "INF"]
    assert hidden[0].planned_on == allocated.index_on + timedelta(
        days=current().visit("BMA").day or 0
    )


@pytest.mark.requirement("R-017")
def test_everything_else_it_writes_is_marked_as_telling_the_arm(
    people: People, allocated: Participant
) -> None:
    act = Event.objects.get(name="participant.randomized").act_id
    assert set(Event.objects.filter(act_id=act).values_list("name", flat=True)) == {
        "participant.randomized"
    }
    assert Allocation.reveals_arm
    assert set(Visit.history.filter(history_act=act).values_list("hidden", flat=True)) == {True}


def test_it_names_the_actor_in_the_history_of_the_allocation(
    people: People, allocated: Participant
) -> None:
    row = Allocation.history.get()
    assert (row.history_user, row.history_date, row.participant_id) == (
        people.ines,
        EARLY,
        allocated.pk,
    )


@pytest.mark.requirement("R-012")
def test_it_gives_the_lowest_free_slot_of_the_list_in_order(people: People) -> None:
    sealed(people, seed=11)
    slots = Slot.objects.order_by("position")[:4]
    planned = [(slot.position, vault.slot_content(slot).arm) for slot in slots]
    given = []
    for _ in range(4):
        participant = eligible(people, at=EARLY)
        allocation = services.randomize(participant=participant, actor=people.ines, at=EARLY)
        given.append((allocation.slot.position, vault.arm_of(allocation)))
    assert given == planned


def test_it_plans_no_further_visit_for_the_control_arm(people: People) -> None:
    participant = randomized(people, "control")
    assert not participant.visits.filter(hidden=True).exists()
    assert participant.visits.filter(code="M6").exists()


@pytest.mark.requirement("R-011")
@pytest.mark.parametrize("arm", ["cells", "control"])
def test_it_leaves_an_event_that_is_the_same_whatever_the_arm(people: People, arm: str) -> None:
    participant = randomized(people, arm)
    event = Event.objects.get(name="participant.randomized")
    assert (event.participant, event.actor, event.data) == (participant.code, people.ines, {})
    assert not event.reveals_arm
    assert event.subject_type == "trial.Participant"


@pytest.mark.requirement("R-005")
def test_it_refuses_while_criteria_are_unanswered(people: People) -> None:
    sealed(people)
    assert refused_for(enrolled(people, at=EARLY), people) == "not-eligible"


@pytest.mark.requirement("R-005")
def test_it_refuses_before_the_eligibility_is_signed(people: People) -> None:
    sealed(people)
    participant = enrolled(people, at=EARLY)
    saved(participant, "V0", "nihss", people, at=EARLY, arm_left=4, leg_left=4)
    saved(participant, "V0", "demographics", people, at=EARLY, prestroke_mrs=0)
    answer_all(participant, people)
    assert refused_for(participant, people) == "not-signed"


def test_it_refuses_when_no_list_is_sealed(people: People) -> None:
    participant = eligible(people, at=EARLY)
    with pytest.raises(NoList):
        services.randomize(participant=participant, actor=people.ines, at=EARLY)


@pytest.mark.requirement("R-013")
def test_it_refuses_plainly_when_the_list_is_exhausted_and_invents_nothing(
    people: People,
) -> None:
    row = sealed(people, length=1)
    slots = Slot.objects.filter(stratum__list=row).count()
    for _ in range(slots):
        allocate(eligible(people, at=EARLY), people)
    participant = eligible(people, at=EARLY)
    with pytest.raises(ListExhausted):
        services.randomize(participant=participant, actor=people.ines, at=EARLY)
    participant.refresh_from_db()
    assert participant.randomized_on is None
    assert Allocation.objects.count() == slots


def test_it_reads_the_stratum_from_the_facts_under_a_protocol_with_three_arms(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    participant = randomized_in_three_arms(people)
    assert participant.stratum == "GRE/severe"
    slot = Allocation.objects.get(participant=participant).slot
    assert (slot.stratum.code, slot.position) == ("GRE/severe", 1)
    assert arm_of(participant) == "high"
    assert AllocationList.objects.get().strata.count() == 4
