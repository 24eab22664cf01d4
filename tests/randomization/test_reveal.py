"""Revealing the list at the end, and proving it before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from audit.models import Event
from randomization import selectors, services, vault
from randomization.errors import ListRevealed, NoList, NotLocked
from randomization.models import Allocation, AllocationList, Reveal, Slot
from randomization.sealing import AllocationContent, SlotContent, about_slot, new_master_key
from tests.builders import eligible
from tests.locking import lock
from tests.people import PASSWORD, People
from tests.randomization.builders import EARLY, LATER, allocate, lacking, sealed
from tests.stage import once
from tests.trial.reading import read, send
from trial.access import NotDelegated, Permission
from trial.errors import Locked, WrongPassword


def reveal(people: People, **given: Any) -> Reveal:
    """The act, by the unblinded statistician."""
    facts: dict[str, Any] = {
        "reason": "The trial has ended", "password": PASSWORD, "actor": people.uma, "at": LATER,
    }  # fmt: skip
    return services.reveal_list(**(facts | given))


def verified(*arguments: str) -> tuple[int, str]:
    """Exit status and words of the command; the words never tell an arm."""
    out, status = StringIO(), 0
    try:
        call_command("allocation_verify", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        status = int(str(end.code))
    words = out.getvalue()
    assert "cells" not in words
    assert "control" not in words
    return status, words


@once
def ended(people: People) -> People:
    """Three allocated, and the whole trial locked."""
    sealed(people, seed=3)
    for _ in range(3):
        allocate(eligible(people, at=EARLY), people)
    lock(people.dora, at=EARLY)
    return people


@pytest.mark.requirement("R-014")
def test_the_file_holds_what_the_commitment_covers_and_is_proven(
    ended: People, tmp_path: Path
) -> None:
    found = reveal(ended)
    row = AllocationList.objects.get()
    content = json.loads(found.document)
    assert content["commitment"] == row.commitment
    assert content["salt"] == vault.list_secret(row).salt
    assert content["seed"] == 3
    assert len(content["slots"]) == Slot.objects.count()
    assert found.sha256 == hashlib.sha256(found.document.encode()).hexdigest()
    file = tmp_path / "allocation-list.json"
    file.write_text(found.document)
    status, words = verified(str(file), "--commitment", row.commitment[:12])
    assert (status, "3 allocations" in words) == (0, True)


@pytest.mark.requirement("R-014")
@pytest.mark.parametrize("what", ["slot", "order", "salt", "other"])
def test_an_altered_file_is_not_the_list_that_was_committed_to(
    ended: People, tmp_path: Path, what: str
) -> None:
    content = json.loads(reveal(ended).document)
    slots = content["slots"]
    if what == "slot":
        slots[-1][4] = "control" if slots[-1][4] == "cells" else "cells"
    elif what == "order":
        place = next(n for n, slot in enumerate(slots) if slot[4] != slots[n + 1][4])
        slots[place][4], slots[place + 1][4] = slots[place + 1][4], slots[place][4]
    elif what == "salt":
        content["salt"] = "00" * 32
    else:
        content["commitment"] = "0" * 64
    file = tmp_path / "altered.json"
    file.write_text(json.dumps(content))
    status, words = verified(str(file))
    assert status == 1
    assert ("of another list" if what == "other" else "committed to") in words


def test_a_file_of_something_else_is_refused(ended: People, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for text in ("", "[]", '{"schema": "hermes-reveal/1"}', '{"schema": "hermes-cut/1"}'):
        file.write_text(text)
        with pytest.raises(CommandError, match="not a file of a revealed list"):
            verified(str(file))
    with pytest.raises(CommandError, match="No such file"):
        verified(str(tmp_path / "none"))


@pytest.mark.requirement("R-014")
def test_it_is_proven_before_the_reveal_by_whoever_has_the_key(
    people: People, settings: Any
) -> None:
    with pytest.raises(CommandError, match="nothing to verify"):
        verified()
    row = sealed(people)
    allocate(eligible(people, at=EARLY), people)
    assert verified()[0] == 0
    assert verified("--commitment", "0123456789ab")[0] == 1
    assert verified("--commitment", row.commitment)[0] == 0
    settings.ALLOCATION_KEY = new_master_key()
    with pytest.raises(CommandError, match="missing or another"):
        verified()


@pytest.mark.requirement("R-014")
def test_it_is_revealed_only_when_the_whole_trial_is_locked(people: People) -> None:
    with pytest.raises(NotLocked):
        reveal(people)
    sealed(people)
    participant = eligible(people, at=EARLY)
    lock(people.dora, participant=participant, at=EARLY)
    with pytest.raises(NotLocked):
        reveal(people)
    assert selectors.revealed() is None


def test_without_a_list_there_is_nothing_to_reveal(people: People) -> None:
    lock(people.dora, at=EARLY)
    with pytest.raises(NoList):
        reveal(people)


def test_only_the_unblinded_statistician_reveals_and_only_with_the_password(ended: People) -> None:
    for user in lacking(Permission.MANAGE_LIST, ended):
        with pytest.raises(NotDelegated):
            reveal(ended, actor=user)
    with pytest.raises(WrongPassword):
        reveal(ended, password="something else")
    assert not Reveal.objects.exists()


def test_revealing_again_gives_the_same_and_no_second_event(ended: People) -> None:
    first = reveal(ended)
    assert reveal(ended, reason="Once more") == first
    event = Event.objects.get(name="list.revealed")
    assert event.reason == "The trial has ended"
    assert set(event.data) == {"commitment", "sha256"}


def test_nothing_is_revealed_when_the_trail_cannot_be_written(
    ended: People, unwritable: Callable[[str], None]
) -> None:
    unwritable("audit_event")
    with pytest.raises(DatabaseError, match="permission denied"):
        reveal(ended)
    assert not Reveal.objects.exists()


def test_nobody_is_randomized_from_an_open_list(people: People) -> None:
    sealed(people)
    participant = eligible(people, at=EARLY)
    held = lock(people.dora, at=EARLY)
    reveal(people)
    with pytest.raises(Locked):
        services.randomize(participant=participant, actor=people.ines, at=LATER)
    # Whoever lifts the lock afterwards does not get the list back.
    from audit.acts import act

    with act(actor=people.dora, at=LATER):
        held.lifted_at, held.lifted_by = LATER, people.mona
        held.unlock_reason, held.unlock_asked_by, held.unlock_asked_at = "x", people.dora, LATER
        held.save()
    with pytest.raises(ListRevealed):
        services.randomize(participant=participant, actor=people.ines, at=LATER)
    assert not Allocation.objects.exists()


@contextmanager
def altered(dsn: str, *changes: str) -> Iterator[None]:
    """The tables after these statements of a superuser with every trigger off, then as before."""
    tables = ("slot", "allocation", "allocationlist", "listkey")
    with psycopg.connect(
        dsn, autocommit=True, options="-c session_replication_role=replica"
    ) as superuser:
        for table in tables:
            superuser.execute(f"CREATE TABLE kept_{table} AS TABLE randomization_{table}")
        try:
            for change in changes:
                superuser.execute(change.encode())
            yield
        finally:
            for table in tables:
                superuser.execute(f"DELETE FROM randomization_{table}")
                superuser.execute(f"INSERT INTO randomization_{table} TABLE kept_{table}")
                superuser.execute(f"DROP TABLE kept_{table}")


def _swap(table: str, column: str, first: int, second: int) -> tuple[str, ...]:
    """Two rows have each other's value; taken out and put in, as no two may ever be alike."""
    pairs = f"(({first}, {second}), ({second}, {first}))"
    other = f"jsonb_build_object('{column}', to_jsonb(o) -> '{column}')"
    return (
        f"DELETE FROM randomization_{table} WHERE id IN ({first}, {second})",
        (
            f"INSERT INTO randomization_{table} "
            f"SELECT (jsonb_populate_record(k, {other})).* "
            f"FROM kept_{table} k, kept_{table} o WHERE (k.id, o.id) IN {pairs}"
        ),
    )


@pytest.mark.requirement("R-014")
def test_a_superuser_with_triggers_off_alters_nothing_unseen(
    committed_people: People, superuser_dsn: str
) -> None:
    people = committed_people
    row = sealed(people, "cells", "control")
    for _ in range(3):
        allocate(eligible(people, at=EARLY), people)
    done = list(vault.allocations().order_by("pk"))
    slots = list(Slot.objects.order_by("position"))
    one, two = done[0].pk, done[1].pk
    free = slots[5].pk
    slot_table, table = "randomization_slot", "randomization_allocation"
    moved = "does not open: its participant, place"
    for changes, sentence in (
        (_swap("slot", "sealed", slots[0].pk, slots[1].pk), "Place 1 of stratum all does not"),
        (_swap("slot", "position", slots[3].pk, free), "Place 4 of stratum all does not open"),
        (_swap("allocation", "participant_id", one, two), moved),
        (_swap("allocation", "slot_id", one, two), moved),
        (_swap("allocation", "sealed", one, two), moved),
        ((f"UPDATE {table} SET slot_id = {free} WHERE id = {two}",), moved),
        ((f"UPDATE {table} SET allocated_at = now() WHERE id = {two}",), moved),
        ((f"DELETE FROM {table} WHERE id = {one}",), "place 1 before it was not"),
        ((f"DELETE FROM {slot_table} WHERE id = {slots[-1].pk}",), "committed to"),
        (_resealed_slot(row, slots[6]), "not the one that was committed to"),
        (_resealed(done[0], AllocationContent(arm="control")), "has another arm than place 1"),
    ):
        with altered(superuser_dsn, *changes):
            status, words = verified()
        assert (status, sentence in words) == (1, True), (changes, words)
    assert verified()[0] == 0


def _resealed_slot(row: AllocationList, slot: Slot) -> tuple[str, ...]:
    """Another arm in a slot, by somebody who has the key."""
    held = vault.slot_content(slot)
    other = SlotContent("control" if held.arm == "cells" else "cells", held.block, held.block_size)
    text = other.seal(vault.data_key(row), about_slot(row.commitment, "all", slot.position))
    return (f"UPDATE randomization_slot SET sealed = '{text}' WHERE id = {slot.pk}",)


def _resealed(done: Allocation, content: AllocationContent) -> tuple[str, ...]:
    """Another arm in an allocation, by somebody who has the key."""
    forged = vault.sealed_allocation(done.slot, done.participant, content, done.allocated_at)
    return (f"UPDATE randomization_allocation SET sealed = '{forged.sealed}' WHERE id = {done.pk}",)


@pytest.mark.requirement("R-014")
def test_the_page_reveals_and_everybody_downloads(client: Client, ended: People) -> None:
    address = reverse("allocation-list-reveal")
    file = reverse("allocation-list-file")
    client.force_login(ended.uma)
    assert client.get(file).status_code == 404
    wrong = send(client, address, reason="The end", password="nothing")
    assert wrong.status == 422
    assert Event.objects.filter(name="list.refused").count() == 1
    assert not Reveal.objects.exists()
    assert send(client, address, reason="The end", password=PASSWORD).status == 302
    assert "Revealed by" in read(client, address).html
    for user in (ended.uma, ended.otto, ended.ada):
        client.force_login(user)
        answer = client.get(file)
        assert answer.status_code == 200
        assert answer.content.decode() == Reveal.objects.get().document


def test_three_wrong_passwords_end_the_session(client: Client, ended: People) -> None:
    address = reverse("allocation-list-reveal")
    client.force_login(ended.uma)
    for _ in range(3):
        client.post(address, {"reason": "The end", "password": "nothing"})
    assert "_auth_user_id" not in client.session
    assert Event.objects.filter(name="signature.alert").count() == 1
