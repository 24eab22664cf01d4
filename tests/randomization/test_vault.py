"""Rows at rest: nothing in the database tells an arm, and nothing altered there is believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from config.checks import check_allocation_key
from randomization import selectors, services, vault
from randomization.errors import KeyMissing, Tampered
from randomization.models import Allocation, AllocationList, ListKey, Slot, WrappedKey
from randomization.sealing import AllocationContent, MasterKey, new_master_key
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import EARLY, allocate, randomized, sealed
from tests.stage import once
from trial.models import Participant


def everything() -> str:
    """Every row of the tables of allocation, as text."""
    tables = (
        "allocationlist", "listkey", "wrappedkey", "stratum", "slot", "allocation",
        "historicalallocationlist", "historicalstratum", "historicalallocation",
    )  # fmt: skip
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM randomization_{table} t")
            found += [row for (row,) in cursor.fetchall()]
    assert found
    return "\n".join(found)


@pytest.mark.requirement("R-011")
def test_no_table_of_allocation_holds_an_arm_a_seed_or_a_salt_in_the_open(people: People) -> None:
    row = services.seal_list(
        actor=people.uma, at=EARLY, seed=918_273_645, length=30, purpose="simulated"
    )
    allocate(eligible(people, at=EARLY), people)
    written = everything()
    secret = vault.list_secret(row)
    for word in (
        "cells",
        "control",
        "918273645",
        secret.salt,
        '"block',
        django_settings.ALLOCATION_KEY,
    ):
        assert word not in written


@pytest.mark.requirement("R-011")
def test_no_two_sealed_rows_are_alike_and_all_of_a_kind_are_as_long(people: People) -> None:
    sealed(people, length=60)
    for _ in range(4):
        allocate(eligible(people, at=EARLY), people)
    for model in (Slot, Allocation):
        texts = list(model._default_manager.values_list("sealed", flat=True))
        assert len(set(texts)) == len(texts) > 3
        assert len({len(text) for text in texts}) == 1
        assert len({text[:12] for text in texts}) == len(texts)


@pytest.mark.requirement("R-011")
def test_without_the_key_or_with_another_nothing_is_read_and_nothing_is_given(
    people: People, settings: Settings
) -> None:
    allocated = randomized(people)
    participant = eligible(people, at=EARLY)
    for key in ("", "no key", new_master_key()):
        settings.ALLOCATION_KEY = key
        with pytest.raises(KeyMissing):
            services.randomize(participant=participant, actor=people.ines, at=EARLY)
        with pytest.raises(KeyMissing):
            selectors.allocated_arm(allocated, people.ines)
        with pytest.raises(KeyMissing):
            selectors.treatment_rows(people.uma)
    assert Allocation.objects.count() == 1


@pytest.mark.requirement("R-011")
def test_no_list_is_made_without_a_key(people: People, settings: Settings) -> None:
    settings.ALLOCATION_KEY = ""
    with pytest.raises(KeyMissing):
        sealed(people)
    assert not AllocationList.objects.exists()


@pytest.mark.requirement("R-011")
@pytest.mark.parametrize("key", ["", "short", "!" * 43])
def test_the_product_does_not_start_without_a_key(settings: Settings, key: str) -> None:
    assert check_allocation_key() == []
    settings.ALLOCATION_KEY = key
    (found,) = check_allocation_key()
    assert found.is_serious()
    assert found.id == "hermes.E004"
    assert "allocation_key new" in f"{found.msg} {found.hint}"
    assert not key or key not in str(found)


def _swap_participants(first: Allocation, second: Allocation) -> Allocation:
    first.participant, second.participant = second.participant, first.participant
    return first


def _move(first: Allocation, second: Allocation) -> Allocation:
    first.slot = second.slot
    return first


def _later(first: Allocation, second: Allocation) -> Allocation:
    first.allocated_at += timedelta(seconds=1)
    return first


def _other_seal(first: Allocation, second: Allocation) -> Allocation:
    first.sealed = second.sealed
    return first


def _other_slot_seal(first: Allocation, second: Allocation) -> Allocation:
    first.slot.sealed = second.slot.sealed
    return first


@once
def two(people: People) -> list[Participant]:
    """Two participants, randomized."""
    sealed(people)
    return [allocate(eligible(people, at=EARLY), people) for _ in range(2)]


@pytest.mark.requirement("R-011")
@pytest.mark.usefixtures("people", "two")
@pytest.mark.parametrize(
    "alter", [_swap_participants, _move, _later, _other_seal, _other_slot_seal]
)
def test_an_allocation_that_was_moved_or_altered_is_not_read(
    alter: Callable[[Allocation, Allocation], Allocation],
) -> None:
    first, second = vault.allocations()
    assert {vault.arm_of(first), vault.arm_of(second)} <= {"cells", "control"}
    with pytest.raises(Tampered):
        vault.arm_of(alter(first, second))


@pytest.mark.usefixtures("people", "two")
def test_a_key_given_to_another_list_opens_nothing() -> None:
    row = vault.allocations()[0]
    row.slot.stratum.list.commitment = "f" * 64
    with pytest.raises(KeyMissing):
        vault.arm_of(row)


@pytest.mark.requirement("R-017")
def test_many_arms_are_read_in_one_query(
    people: People, two: list[Participant], django_assert_num_queries: Any
) -> None:
    found = [*two, allocate(eligible(people, at=EARLY), people)]
    with django_assert_num_queries(1):
        arms = vault.arms_of(vault.allocations())
    assert set(arms) == {one.pk for one in found}


@pytest.mark.requirement("R-011")
def test_an_allocation_sealed_to_another_arm_than_its_slots_is_not_read(people: People) -> None:
    sealed(people, "cells")
    participant = eligible(people, at=EARLY)
    slot = Slot.objects.select_related("stratum__list__wrapped_key").order_by("position")[0]
    forged = vault.sealed_allocation(slot, participant, AllocationContent(arm="control"), EARLY)
    with pytest.raises(Tampered):
        vault.arm_of(forged)
    honest = vault.sealed_allocation(slot, participant, AllocationContent(arm="cells"), EARLY)
    assert vault.arm_of(honest) == "cells"


@pytest.mark.requirement("R-011")
def test_the_key_of_a_list_is_never_deleted_nor_given_to_another(people: People) -> None:
    row = sealed(people)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        WrappedKey.objects.all().delete()
    with (
        pytest.raises(IntegrityError, match="never given to another"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE randomization_wrappedkey SET list_id = list_id + 1")
    assert ListKey.objects.get(list=row).sealed


def test_the_fingerprint_in_the_database_is_the_installations(people: People) -> None:
    row = sealed(people)
    master = MasterKey.read(django_settings.ALLOCATION_KEY)
    assert WrappedKey.objects.get(list=row).master == master.fingerprint
