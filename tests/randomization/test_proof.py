"""The comparison by itself: list, commitment and what happened, each altered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from randomization.proof import Happened, Scheme, TheList, differences
from randomization.schemes import Entry, PlannedSlot, commitment, make_list, plan_list, replay
from trial.allocation_plan import Minimization

AT = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
SALT = "5a" * 32
RATIO = {"cells": 2, "control": 1}
SLOTS = make_list(RATIO, block_sizes=(3, 6), strata=["a", "b"], length=6, seed=4)
LIST = TheList(commitment(SLOTS, SALT), SALT, SLOTS)


def made(slots: tuple[PlannedSlot, ...] = SLOTS, each: int = 4) -> list[Happened]:
    """The first places of every stratum taken, one a minute."""
    taken = [slot for slot in slots if slot.position <= each]
    return [
        Happened(number, f"GRE-{number:03}", slot.stratum, slot.position,
                 AT + timedelta(minutes=number), slot.arm)
        for number, slot in enumerate(sorted(taken, key=lambda slot: slot.position), start=1)
    ]  # fmt: skip


def first(found: TheList, happened: list[Happened], scheme: Scheme | None = None) -> str:
    """The first thing that differs; it names no arm."""
    sentence = next(differences(found, happened, scheme), "")
    assert "cells" not in sentence
    assert "control" not in sentence
    return sentence


@pytest.mark.requirement("R-014")
def test_nothing_differs_where_the_list_was_followed() -> None:
    assert first(LIST, made()) == ""
    assert first(LIST, []) == ""
    assert first(LIST, list(reversed(made()))) == ""


@pytest.mark.requirement("R-014")
def test_any_altered_place_of_the_list_is_not_what_was_committed_to() -> None:
    for place, slot in enumerate(SLOTS):
        other = "control" if slot.arm == "cells" else "cells"
        for changed in (replace(slot, arm=other), replace(slot, block_size=slot.block_size + 3)):
            slots = (*SLOTS[:place], changed, *SLOTS[place + 1 :])
            assert "not the one that was committed to" in first(replace(LIST, slots=slots), [])
    assert "committed to" in first(replace(LIST, salt="5b" * 32), [])
    assert "committed to" in first(replace(LIST, slots=SLOTS[:-1]), [])


@pytest.mark.requirement("R-014")
def test_a_list_committed_to_with_a_gap_is_named() -> None:
    slots = tuple(slot for slot in SLOTS if (slot.stratum, slot.position) != ("a", 2))
    assert "gap before place 3" in first(TheList(commitment(slots, SALT), SALT, slots), [])


@pytest.mark.requirement("R-014")
def test_the_order_of_the_list_is_proven() -> None:
    rows = made()
    third = next(row for row in rows if row.position == 3)
    skipped = [row for row in rows if row is not third]
    assert "place 3 before it was not" in first(LIST, skipped)
    early = [replace(row, number=0) if row is third else row for row in rows]
    assert "before place 2" in first(LIST, early)
    before = [replace(row, at=AT - timedelta(days=1)) if row is third else row for row in rows]
    assert "earlier time than place 2" in first(LIST, before)
    doubled = [*rows, replace(third, number=99, participant="GRE-099")]
    assert "Place 3 of stratum" in first(LIST, doubled)


def test_requests_that_waited_for_one_another_are_no_finding() -> None:
    rows = [replace(row, at=AT - timedelta(seconds=row.number)) for row in made()]
    assert first(LIST, rows) == ""


@pytest.mark.requirement("R-014")
def test_an_allocation_to_another_arm_or_to_no_place_is_named() -> None:
    rows = made()
    other = "control" if rows[2].arm == "cells" else "cells"
    altered = [*rows[:2], replace(rows[2], arm=other), *rows[3:]]
    assert f"{rows[2].participant} has another arm than place" in first(LIST, altered)
    unknown = [replace(row, stratum="c") for row in rows if row.stratum == "a"]
    assert "which the list does not have" in first(LIST, unknown)


@pytest.mark.requirement("R-014")
def test_computed_arms_are_made_again_from_their_draws() -> None:
    plan = Minimization(probability=Fraction(4, 5), weights={"site": 1})
    slots = plan_list(plan, RATIO, strata=["all"], length=12, seed=9)
    found = TheList(commitment(slots, SALT), SALT, slots)
    levels = [{"site": "GRE" if slot.position % 3 else "LYO"} for slot in slots]
    arms = replay(
        plan, RATIO,
        [Entry(level, slot.draw) for level, slot in zip(levels, slots, strict=True)],
    )  # fmt: skip
    rows = [
        replace(row, arm=arm, levels=level)
        for row, arm, level in zip(made(slots, 12), arms, levels, strict=True)
    ]
    scheme = Scheme(plan, RATIO)
    assert first(found, rows, scheme) == ""
    other = "control" if rows[5].arm == "cells" else "cells"
    altered = [*rows[:5], replace(rows[5], arm=other), *rows[6:]]
    assert "GRE-006 has another arm than the one that follows" in first(found, altered, scheme)
    lost = [*rows[:5], replace(rows[5], levels={}), *rows[6:]]
    assert "cannot be made again" in first(found, lost, scheme)
    assert "committed to" in first(replace(found, slots=slots[1:] + slots[:1][:0]), [], scheme)
