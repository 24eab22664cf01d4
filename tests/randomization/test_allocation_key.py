"""The key outside the database: made closed, changed in one transaction, and checked."""

from __future__ import annotations

import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from pytest_django.fixtures import Settings

from audit.models import Event
from config import embedded
from randomization import selectors
from randomization.models import WrappedKey
from randomization.sealing import MasterKey, new_master_key
from tests.people import People
from tests.randomization.builders import arm_of, randomized


def told(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("allocation_key", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def key_file(folder: Path) -> tuple[Path, str]:
    """A file with a new key, and the key."""
    file = folder / "new_key"
    told("new", str(file))
    return file, file.read_text().strip()


@pytest.mark.requirement("R-011")
def test_a_new_key_goes_to_a_closed_file_and_never_over_another(tmp_path: Path) -> None:
    file, key = key_file(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert MasterKey.read(key)
    with pytest.raises(CommandError, match="exists"):
        told("new", str(file))
    assert file.read_text().strip() == key
    assert key not in told("new", str(tmp_path / "another"))


def test_a_key_is_made_before_there_is_one(settings: Settings) -> None:
    settings.ALLOCATION_KEY = ""
    assert MasterKey.read(told("new", "-").splitlines()[0])


@pytest.mark.requirement("R-011")
def test_after_a_rotation_only_the_new_key_opens_and_the_old_wraps_are_gone(
    people: People, settings: Settings, tmp_path: Path
) -> None:
    participant = randomized(people)
    arm, old = arm_of(participant), django_settings.ALLOCATION_KEY
    before = WrappedKey.objects.get()
    file, key = key_file(tmp_path)
    words = told("rotate", "--to", str(file))
    after = WrappedKey.objects.get()
    assert after.wrapped != before.wrapped
    assert after.master == MasterKey.read(key).fingerprint != before.master
    assert after.master in words
    assert not {old, key} & set(words.split())
    with pytest.raises(CommandError, match="missing or another"):
        told("check")
    settings.ALLOCATION_KEY = key
    assert arm_of(participant) == arm == selectors.allocated_arm(participant, people.ines)
    assert "1 lists, 3" in told("check")


@pytest.mark.requirement("R-011")
def test_a_rotation_is_in_the_trail_without_a_key(people: People, tmp_path: Path) -> None:
    randomized(people)
    file, key = key_file(tmp_path)
    told("rotate", "--to", str(file))
    event = Event.objects.get(name="allocation-key.rotated")
    assert event.actor is None
    assert event.role == "machine administrator"
    assert event.data["lists"] == 1
    assert event.data["to"] == MasterKey.read(key).fingerprint
    assert key not in str(event.data)
    assert django_settings.ALLOCATION_KEY not in str(event.data)


def test_a_rotation_done_twice_does_nothing_the_second_time(people: People, tmp_path: Path) -> None:
    randomized(people)
    file, _ = key_file(tmp_path)
    told("rotate", "--to", str(file))
    after = WrappedKey.objects.get().wrapped
    assert "0 lists" in told("rotate", "--to", str(file))
    assert WrappedKey.objects.get().wrapped == after
    assert Event.objects.filter(name="allocation-key.rotated").count() == 1


def test_a_rotation_from_a_wrong_key_changes_nothing(
    people: People, settings: Settings, tmp_path: Path
) -> None:
    randomized(people)
    before = WrappedKey.objects.get().wrapped
    file, _ = key_file(tmp_path)
    settings.ALLOCATION_KEY = new_master_key()
    with pytest.raises(CommandError, match="does not open under the old key"):
        told("rotate", "--to", str(file))
    assert WrappedKey.objects.get().wrapped == before


def test_a_rotation_that_cannot_be_told_of_does_not_happen(
    people: People, tmp_path: Path, unwritable: Callable[[str], None]
) -> None:
    randomized(people)
    before = WrappedKey.objects.get().wrapped
    file, _ = key_file(tmp_path)
    unwritable("audit_event")
    with pytest.raises(DatabaseError, match="permission denied"):
        told("rotate", "--to", str(file))
    assert WrappedKey.objects.get().wrapped == before


def test_it_refuses_a_file_that_holds_no_key(people: People, tmp_path: Path) -> None:
    randomized(people)
    file = tmp_path / "key"
    file.write_text("not a key")
    with pytest.raises(CommandError, match="43 letters"):
        told("rotate", "--to", str(file))


@pytest.mark.requirement("R-011")
def test_the_check_tells_counts_and_no_arm(people: People) -> None:
    randomized(people)
    words = told("check")
    assert "1 allocations" in words
    assert "cells" not in words
    assert "control" not in words


@pytest.mark.requirement("R-011")
def test_the_embedded_mode_keeps_its_key_closed_and_outside_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_STATE", str(tmp_path / "state"))
    key = embedded.allocation_key(tmp_path)
    file = tmp_path / "state" / "allocation_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert MasterKey.read(key)
    assert embedded.allocation_key(tmp_path) == key
    assert "postgres" not in file.parent.name
    monkeypatch.setenv("HERMES_ALLOCATION_KEY", new_master_key())
    assert embedded.allocation_key(tmp_path / "elsewhere") == ""
