"""Sealing the list: once, by one role, from a seed, with a commitment everybody may see."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from audit.models import Event
from randomization import selectors, services, vault
from randomization.errors import Impossible, ListActive, WrongPurpose
from randomization.models import AllocationList, ListKey, Slot, Stratum
from randomization.schemes import PlannedSlot, commitment
from tests.people import AT, People
from tests.randomization.builders import lacking, sealed
from trial.access import NotDelegated, Permission
from trial.protocol import current


def stored(row: AllocationList) -> list[PlannedSlot]:
    """The list as the database holds it."""
    return [
        PlannedSlot(slot.stratum.code, slot.position, held.block, held.block_size, held.arm)
        for slot in Slot.objects.filter(stratum__list=row).select_related(
            "stratum__list__wrapped_key"
        )
        for held in (vault.slot_content(slot),)
    ]


@pytest.mark.requirement("R-010")
def test_it_makes_whole_blocks_of_two_to_one_from_the_recorded_seed(people: People) -> None:
    row = services.seal_list(actor=people.uma, at=AT, seed=7, length=31, purpose="simulated")
    slots = stored(row)
    assert len(slots) >= 31
    for _, block in itertools.groupby(slots, key=lambda slot: slot.block):
        arms = Counter(slot.arm for slot in block)
        assert arms["cells"] == 2 * arms["control"] > 0
    assert vault.list_secret(row).seed == 7


@pytest.mark.requirement("R-011")
def test_it_publishes_a_commitment_to_the_very_list_it_keeps(people: People) -> None:
    row = sealed(people)
    key = vault.list_secret(row)
    assert row.commitment == commitment(stored(row), key.salt) == selectors.commitment()
    altered = [replace(slot, arm="control") for slot in stored(row)]
    assert commitment(altered, key.salt) != row.commitment


def test_it_salts_two_lists_of_one_seed_apart(people: People) -> None:
    salts = set()
    for _ in range(2):
        with transaction.atomic():
            row = sealed(people, seed=5)
            salts.add((vault.list_secret(row).salt, row.commitment))
            transaction.set_rollback(True)
    assert len({salt for salt, _ in salts}) == len({sha for _, sha in salts}) == 2


@pytest.mark.requirement("R-011")
def test_it_leaves_an_event_with_the_commitment_and_without_seed_salt_or_arm(
    people: People,
) -> None:
    row = services.seal_list(actor=people.uma, at=AT, seed=91_827, length=30, purpose="simulated")
    event = Event.objects.get(name="list.sealed")
    key = vault.list_secret(row)
    assert event.data["commitment"] == row.commitment
    assert event.actor == people.uma
    written = f"{event.data} {vars(row)} {list(row.history.values())}"
    for secret in ("91827", key.salt, "cells", "control"):
        assert secret not in written


@pytest.mark.requirement("R-011")
def test_it_keeps_seed_salt_and_slots_where_no_trail_reads(people: People) -> None:
    for model in (ListKey, Slot):
        assert not hasattr(model, "history")
    names = {field.name for field in AllocationList._meta.get_fields()}
    assert not names & {"seed", "salt", "slots"}


def test_it_draws_a_seed_nobody_chose_when_none_is_given(people: People) -> None:
    drawn = set()
    for _ in range(2):
        with transaction.atomic():
            row = services.seal_list(
                actor=people.uma, at=AT, seed=None, length=30, purpose="simulated"
            )
            drawn.add(vault.list_secret(row).seed)
            transaction.set_rollback(True)
    assert len(drawn) == 2


def test_it_makes_a_stratum_for_every_combination_of_the_factors(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    row = sealed(people)
    codes = Stratum.objects.filter(list=row).values_list("code", flat=True)
    assert tuple(codes) == current().strata()
    assert {slot.arm for slot in stored(row)} == {"low", "high", "placebo"}


def test_it_refuses_a_second_list_while_one_is_in_use(people: People) -> None:
    sealed(people)
    with pytest.raises(ListActive):
        sealed(people, seed=3)
    assert AllocationList.objects.count() == 1


def test_the_database_refuses_a_second_active_list_too(people: People) -> None:
    sealed(people)
    with pytest.raises(IntegrityError, match="list_one_active"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO randomization_allocationlist (algorithm, computed, purpose, length, "
            "commitment, sealed_at, active, made_by_id) SELECT algorithm, computed, purpose, "
            "length, reverse(commitment), sealed_at, active, made_by_id "
            "FROM randomization_allocationlist"
        )


def test_it_refuses_every_role_but_the_unblinded_statistician(people: People) -> None:
    for user in lacking(Permission.MANAGE_LIST, people):
        with pytest.raises(NotDelegated):
            services.seal_list(actor=user, at=AT, seed=1, length=30, purpose="simulated")
    assert not AllocationList.objects.exists()


@pytest.mark.parametrize(
    ("environment", "purpose"),
    [("production", "simulated"), ("simulated", "production"), ("training", "production")],
)
def test_it_never_mixes_a_simulated_list_with_the_trial(
    people: People, settings: Settings, environment: str, purpose: str
) -> None:
    settings.HERMES_ENVIRONMENT = environment
    with pytest.raises(WrongPurpose):
        services.seal_list(actor=people.uma, at=AT, seed=1, length=30, purpose=purpose)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_it_refuses_a_seed_that_cannot_be_recorded(people: People, seed: int) -> None:
    with pytest.raises(Impossible) as refused:
        services.seal_list(actor=people.uma, at=AT, seed=seed, length=30, purpose="simulated")
    assert refused.value.field == "seed"


@pytest.mark.parametrize("length", [0, 10_001])
def test_it_refuses_a_length_no_list_has(people: People, length: int) -> None:
    with pytest.raises(Impossible) as refused:
        services.seal_list(actor=people.uma, at=AT, seed=1, length=length, purpose="simulated")
    assert refused.value.field == "length"


def test_it_keeps_nothing_when_its_audit_trail_is_broken(
    people: People, unwritable: Callable[[str], None]
) -> None:
    unwritable("randomization_historicalallocationlist")
    with pytest.raises(DatabaseError, match="permission denied"):
        sealed(people)
    assert not AllocationList.objects.exists()
    assert not Slot.objects.exists()
    assert not Event.objects.filter(name="list.sealed").exists()
