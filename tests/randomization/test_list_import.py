"""A list brought as a file: checked without a trace, then sealed as it was checked."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from audit.models import Event
from randomization import selectors, services, vault
from randomization.errors import Impossible, ListActive, WrongPurpose
from randomization.list_files import MAXIMUM_BYTES
from randomization.models import AllocationList, Slot, WrappedKey
from randomization.schemes import PlannedSlot, commitment
from randomization.verifying import verify
from tests.builders import eligible
from tests.people import AT, People
from tests.randomization.builders import EARLY, allocate, arm_of, lacking, sealed
from trial.access import NotDelegated, Permission

FILE = (
    b"stratum,position,arm,block,block_size\nall,1,control,1,3\nall,2,cells,1,3\nall,3,cells,1,3\n"
)
SLOTS = tuple(
    PlannedSlot("all", place, 1, 3, arm)
    for place, arm in enumerate(("control", "cells", "cells"), 1)
)
BAD = FILE + b"all,5,cells,,\nPAR,1,control,,\n"
PAGE = "/allocation-list/file/"


def mark(people: People, file: bytes = FILE) -> str:
    """The mark of a check by the unblinded statistician."""
    return services.check_file(file=file, purpose="simulated", actor=people.uma, at=AT).mark


def bring(people: People, file: bytes = FILE, **given: str) -> AllocationList:
    """Check and seal."""
    facts = {"checked": mark(people), "purpose": "simulated"} | given
    return services.import_list(file=file, actor=people.uma, at=AT, **facts)


@pytest.mark.requirement("R-010")
@pytest.mark.requirement("R-011")
def test_a_brought_list_is_sealed_like_a_made_one_and_followed_in_its_order(people: People) -> None:
    row = bring(people)
    secret = vault.list_secret(row)
    assert (row.algorithm, row.length, row.computed) == ("imported/1", 3, False)
    assert row.commitment == commitment(SLOTS, secret.salt) == selectors.commitment()
    assert secret.seed is None
    assert [arm_of(allocate(eligible(people, at=EARLY), people)) for _ in range(3)] == [
        "control", "cells", "cells",
    ]  # fmt: skip
    assert verify().findings == ()
    event = Event.objects.get(name="list.sealed")
    assert "cells" not in str(event.data) + str(list(row.history.values()))


@pytest.mark.requirement("R-010")
def test_the_check_keeps_nothing_records_nothing_and_logs_nothing(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    events = Event.objects.count()
    client = Client()
    client.force_login(people.uma)
    with caplog.at_level(logging.DEBUG):
        for file in (FILE, BAD):
            answer = client.post(PAGE, sent(file))
            assert answer.status_code == 200
    assert not AllocationList.objects.exists()
    assert not Slot.objects.exists()
    assert Event.objects.count() == events
    assert "cells" not in caplog.text
    assert "control" not in caplog.text


def test_the_act_takes_the_checked_file_of_the_same_person_and_no_other(people: People) -> None:
    other = FILE.replace(b"1,control", b"1,cells").replace(b"3,cells", b"3,control")
    assert mark(people, other)
    for file, checked in ((other, mark(people)), (FILE, ""), (FILE, "0" * 64), (FILE, "é")):
        with pytest.raises(Impossible, match="not the file that was checked"):
            bring(people, file, checked=checked)
    with pytest.raises(Impossible, match="lines that are wrong"):
        bring(people, BAD)
    assert not AllocationList.objects.exists()
    assert mark(people) != mark(people, other)
    assert mark(people, BAD) == ""


def test_the_mark_of_a_check_is_no_hash_anybody_could_try_lists_against(
    people: People, settings: Settings
) -> None:
    before = mark(people)
    settings.SECRET_KEY = "another key of this installation"  # made up
    assert mark(people) != before


def test_only_the_unblinded_statistician_checks_or_brings_a_list(people: People) -> None:
    for user in lacking(Permission.MANAGE_LIST, people):
        with pytest.raises(NotDelegated):
            services.check_file(file=FILE, purpose="simulated", actor=user, at=AT)
        with pytest.raises(NotDelegated):
            services.import_list(
                file=FILE, purpose="simulated", checked=mark(people), actor=user, at=AT
            )


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize(
    ("environment", "purpose"), [("production", "simulated"), ("simulated", "production")]
)
def test_a_test_list_and_the_trials_own_are_never_mixed(
    people: People, settings: Settings, environment: str, purpose: str
) -> None:
    checked = mark(people)
    settings.HERMES_ENVIRONMENT = environment
    with pytest.raises(WrongPurpose):
        services.check_file(file=FILE, purpose=purpose, actor=people.uma, at=AT)
    with pytest.raises(WrongPurpose):
        services.import_list(file=FILE, purpose=purpose, checked=checked, actor=people.uma, at=AT)


def test_it_refuses_a_list_beside_the_one_in_use(people: People) -> None:
    sealed(people)
    with pytest.raises(ListActive):
        bring(people)
    assert AllocationList.objects.count() == 1


def test_it_refuses_a_list_of_arms_where_arms_are_computed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.minimized")
    with pytest.raises(Impossible, match="This trial minimizes"):
        mark(people)


def test_it_keeps_nothing_when_its_audit_trail_is_broken(
    people: People, unwritable: Callable[[str], None]
) -> None:
    unwritable("randomization_historicalallocationlist")
    with pytest.raises(DatabaseError, match="permission denied"):
        bring(people)
    for model in (AllocationList, Slot, WrappedKey):
        assert not model._default_manager.exists()


def sent(file: bytes, **given: str) -> dict[str, object]:
    """What a browser sends."""
    facts = {"step": "check", "purpose": "simulated"} | given
    return {**facts, "file": SimpleUploadedFile("list.csv", file, "text/csv")}


@pytest.mark.requirement("R-010")
def test_the_page_checks_then_seals_the_same_file(people: People) -> None:
    client = Client()
    client.force_login(people.uma)
    assert "Check the file" in client.get(PAGE).content.decode()
    page = client.post(PAGE, sent(FILE)).content.decode()
    assert "Every line is good." in page
    assert "Seal this list" in page
    assert page.count('type="submit" data-once') == 1
    assert '<td class="number">2</td><td class="number">1</td><td class="number">1</td>' in page
    refused = client.post(PAGE, sent(FILE + b"\n", step="seal", checked=mark(people)))
    assert refused.status_code == 422
    assert "not the file that was checked" in refused.content.decode()
    done = client.post(PAGE, sent(FILE, step="seal", checked=mark(people)))
    assert (done.status_code, done.headers["Location"]) == (302, reverse("allocation-list"))
    assert "There is a sealed list in use" in client.get(PAGE).content.decode()
    again = client.post(PAGE, sent(FILE, step="seal", checked=mark(people)))
    assert again.status_code == ListActive.status
    assert AllocationList.objects.count() == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (BAD, ["Stratum PAR is not one of"]),
        (b"\xff\xfe", ["not text in UTF-8"]),
        (b"", ["The file is empty"]),
        (FILE + b" " * MAXIMUM_BYTES, ["of at most 2 MB", "larger than 2 MB"]),
        (FILE + b" " * 3_000_000, ["of at most 2 MB", "larger than 2 MB"]),
    ],
    ids=["lines", "no text", "empty", "large", "larger than is read at all"],
)
def test_the_page_tells_every_bad_line(people: People, file: bytes, words: list[str]) -> None:
    client = Client()
    client.force_login(people.uma)
    page = client.post(PAGE, sent(file)).content.decode()
    assert any(word in page for word in words), page
    assert "Seal this list" not in page
    assert not AllocationList.objects.exists()


def test_a_file_that_is_too_large_is_never_written_to_a_disk(settings: Settings) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ]


def test_nobody_else_finds_the_page(people: People) -> None:
    for user in lacking(Permission.MANAGE_LIST, people):
        client = Client()
        client.force_login(user)
        assert client.post(PAGE, sent(FILE)).status_code in {403, 404}


@pytest.mark.parametrize("word", ["", "\x00", "é" * 5000, "<script>", "production", "1e309"])
def test_nonsense_is_answered_with_the_form(people: People, word: str) -> None:
    client = Client()
    client.force_login(people.uma)
    for given in (
        {"purpose": word},
        {"step": word, "file": word},
        {"step": "seal", "checked": word},
    ):
        answer = client.post(PAGE, {**sent(FILE), **given})
        assert answer.status_code in {200, 409, 422}
        assert "Seal this list" not in answer.content.decode() or "file" not in given
    assert not AllocationList.objects.exists()
