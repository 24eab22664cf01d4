"""Sealed boxes and keys: what opens, what does not, and how little a closed one tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from randomization.sealing import (
    ALLOCATION,
    LIST_SECRET,
    SLOT,
    AllocationContent,
    BadKeyError,
    Box,
    BrokenSealError,
    DataKey,
    ListSecret,
    MasterKey,
    SlotContent,
    TooLongError,
    about_allocation,
    about_list,
    about_slot,
    new_data_key,
    new_master_key,
)

AT = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
HERE = about_slot("a" * 64, "GRE/severe", 7)
KEY = new_data_key()


@pytest.mark.requirement("R-011")
@pytest.mark.parametrize("box", [LIST_SECRET, SLOT, ALLOCATION])
def test_a_box_gives_back_what_was_put_in_and_is_as_long_whatever_that_was(box: Box) -> None:
    for content in (b"", b"a", "präzise".encode(), b"x" * (box.width - 2)):
        text = box.seal(KEY.secret, content, HERE)
        assert box.open(KEY.secret, text, HERE) == content
        assert len(text) == box.text_length
        assert text.replace("-", "").replace("_", "").isalnum()


@pytest.mark.requirement("R-011")
def test_no_two_boxes_are_alike_though_they_hold_the_same() -> None:
    content = SlotContent(arm="cells", block=1, block_size=6)
    assert len({content.seal(KEY, HERE) for _ in range(200)}) == 200


@pytest.mark.requirement("R-011")
def test_a_box_opens_with_its_key_at_its_place_as_its_kind_and_unaltered_only() -> None:
    text = SLOT.seal(KEY.secret, b"cells", HERE)
    other = about_slot("a" * 64, "GRE/severe", 8)
    for key, moved, where in (
        (new_data_key(), text, HERE),
        (KEY, text, other),
        (KEY, text[:-1] + ("A" if text[-1] != "A" else "B"), HERE),
        (KEY, "B" + text[1:], HERE),
        (KEY, text[:-4], HERE),
        (KEY, "ä" * len(text), HERE),
        (KEY, "", HERE),
    ):
        with pytest.raises(BrokenSealError):
            SLOT.open(key.secret, moved, where)
    with pytest.raises(BrokenSealError):
        Box("list secret", SLOT.width).open(KEY.secret, text, HERE)


def test_it_refuses_more_than_a_box_holds() -> None:
    with pytest.raises(TooLongError, match="221 bytes, not 222"):
        SLOT.seal(KEY.secret, b"x" * 222, HERE)


def test_contents_come_back_as_they_were() -> None:
    slot = SlotContent(arm="cells", block=3, block_size=9)
    draw = SlotContent(draw="0123456789abcdef" * 4)
    secret = ListSecret(salt="f" * 64, seed=2**63 - 1)
    computed = AllocationContent(
        arm="control", levels={"site": "GRE", "severity": "severe"}, details={"p": "4/5"}
    )
    assert SlotContent.open(KEY, slot.seal(KEY, HERE), HERE) == slot
    assert SlotContent.open(KEY, draw.seal(KEY, HERE), HERE) == draw
    assert ListSecret.open(KEY, secret.seal(KEY, HERE), HERE) == secret
    assert AllocationContent.open(KEY, computed.seal(KEY, HERE), HERE) == computed


def test_an_allocation_is_bound_to_its_participant_and_its_moment() -> None:
    place = ("a" * 64, "all", 1)
    here = about_allocation(*place, "GRE-001", AT)
    text = AllocationContent(arm="cells").seal(KEY, here)
    same = about_allocation(*place, "GRE-001", AT.astimezone(timezone(timedelta(hours=2))))
    assert AllocationContent.open(KEY, text, same).arm == "cells"
    for elsewhere in (
        about_allocation(*place, "GRE-002", AT),
        about_allocation(*place, "GRE-001", AT + timedelta(microseconds=1)),
        about_allocation("a" * 64, "all", 2, "GRE-001", AT),
    ):
        with pytest.raises(BrokenSealError):
            AllocationContent.open(KEY, text, elsewhere)


def test_a_master_key_wraps_a_data_key_for_one_list() -> None:
    master, about = MasterKey.read(new_master_key()), about_list("a" * 64)
    text = master.wrap(KEY, about)
    assert master.unwrap(text, about) == KEY
    for other, where in (
        (MasterKey.read(new_master_key()), about),
        (master, about_list("b" * 64)),
    ):
        with pytest.raises(BrokenSealError):
            other.unwrap(text, where)


def test_a_key_shows_itself_nowhere_but_where_it_is_made() -> None:
    text = new_master_key()
    master = MasterKey.read(f"{text}\n")
    assert text not in f"{master!r} {master.fingerprint}"
    assert repr(DataKey(b"secret")) == "DataKey()"
    assert master.fingerprint == MasterKey.read(text).fingerprint
    assert master.fingerprint != MasterKey.read(new_master_key()).fingerprint


@pytest.mark.parametrize("text", ["", "short", "ä" * 43, "a" * 42, "!" * 43])
def test_it_refuses_a_master_key_that_is_none(text: str) -> None:
    with pytest.raises(BadKeyError, match="allocation_key new"):
        MasterKey.read(text)
