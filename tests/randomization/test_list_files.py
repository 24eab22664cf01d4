"""A list file: read as it was written, and every line that is wrong is told by its number."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from randomization import list_files
from randomization.list_files import MAXIMUM_BYTES, MAXIMUM_TOLD, Read, read
from randomization.schemes import PlannedSlot, make_list

ARMS = ("cells", "control")
STRATA = ("GRE", "LYO")
GOOD = "stratum,position,arm\nGRE,1,cells\nGRE,2,control\nLYO,1,cells\n"


def of(text: str | bytes) -> Read:
    """The file as read."""
    content = text if isinstance(text, bytes) else text.encode()
    return read(content, arms=ARMS, strata=STRATA)


def told(text: str | bytes) -> list[tuple[int | None, str]]:
    """Line numbers and sentences."""
    found = of(text)
    assert not found.slots
    return [(one.line, one.sentence) for one in found.bad]


SLOTS = (
    PlannedSlot("GRE", 1, 0, 0, "cells"),
    PlannedSlot("GRE", 2, 0, 0, "control"),
    PlannedSlot("LYO", 1, 0, 0, "cells"),
)


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize(
    "written",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.strip().encode(),
        b"\n\n" + GOOD.encode() + b"\n,,\n",
        GOOD.replace("stratum", " Stratum ").replace("GRE", ' "GRE"'[1:]).encode(),
        b"stratum,position,arm\nLYO,1,cells\nGRE,2,control\nGRE,1,cells\n",
        b"arm,stratum,position\ncells,GRE,1\ncontrol,GRE,2\ncells,LYO,1\n",
    ],
    ids=["plain", "mark", "semicolon", "tab", "CRLF", "CR", "no last end", "blank lines",
         "case and quotes", "any order", "any column order"],
)  # fmt: skip
def test_it_reads_what_a_spreadsheet_or_a_program_writes(written: bytes) -> None:
    found = of(written)
    assert found.bad == ()
    assert found.slots == SLOTS
    assert found.length == 1


@pytest.mark.requirement("R-010")
@given(
    st.integers(0, 2**63 - 1),
    st.integers(1, 40),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.randoms(use_true_random=False),
)
def test_a_made_list_comes_back_from_its_file_whatever_the_order_of_its_lines(
    seed: int, length: int, delimiter: str, end: str, shuffled: Random
) -> None:
    slots = make_list(
        {"cells": 2, "control": 1}, block_sizes=(3, 6), strata=STRATA, length=length, seed=seed
    )
    lines = [
        delimiter.join(map(str, (s.stratum, s.position, s.block, s.block_size, s.arm)))
        for s in slots
    ]
    shuffled.shuffle(lines)
    head = delimiter.join(("stratum", "position", "block", "block_size", "arm"))
    found = of(end.join((head, *lines)))
    assert found.bad == ()
    assert found.slots == slots
    assert [count.places for count in found.counts] == [
        sum(slot.stratum == stratum for slot in slots) for stratum in STRATA
    ]


@given(st.binary(max_size=200))
def test_no_bytes_break_it_and_nothing_wrong_goes_unsaid(content: bytes) -> None:
    for found in (of(content), of(GOOD.encode() + content)):
        assert bool(found.slots) is not bool(found.bad)


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize(
    ("written", "number", "words"),
    [
        (GOOD + "PAR,1,cells\n", 5, "Stratum PAR is not"),
        (GOOD + ",1,cells\n", 5, "(empty) is not"),
        (GOOD + "LYO,2,placebo\n", 5, "code: cells, control"),
        (GOOD + "LYO,2,Cells\n", 5, "code: cells, control"),
        (GOOD + "LYO,2\n", 5, "code: cells, control"),
        (GOOD + "LYO,0,cells\n", 5, "whole number from 1"),
        (GOOD + "LYO,10001,cells\n", 5, "to 10000"),
        (GOOD + "LYO,1.5,cells\n", 5, "whole number from 1"),
        (GOOD + "LYO,²,cells\n", 5, "whole number from 1"),
        (GOOD + "LYO,-2,cells\n", 5, "whole number from 1"),
        (GOOD + "LYO,2,cells,x\n", 5, "more cells than columns"),
        (GOOD + "GRE,2,control\n", 5, "has position 2 in line 3"),
        (GOOD + "LYO,3,cells\n", 5, "lacks position 2 before"),
        (GOOD + "LYO,9,cells\n", 5, "lacks position 2 to 8 before"),
        (GOOD.replace("GRE,1", "GRE,3"), 3, "lacks position 1 before"),
        (GOOD.replace("LYO,1,cells\n", ""), None, "Stratum LYO has no place"),
        ("stratum,position,arm\n", None, "Stratum GRE has no place"),
        ("", None, "is empty"),
        ("\n \n", None, "is empty"),
        ("GRE,1,cells\n", None, "lacks columns: stratum, position, arm"),
        (GOOD.replace("arm", "treatment"), None, "lacks columns: arm"),
        (GOOD.replace("arm", "arm,seed"), None, "unknown columns: seed"),
        (GOOD.replace("arm", "arm,"), None, "one without a name"),
        (GOOD.replace("arm", "arm,arm"), None, "column twice"),
        (GOOD.replace("arm", "arm,block"), None, "belong together"),
        (GOOD + 'LYO,"2,cells\n', None, "Line 5 cannot be read"),
        (GOOD.encode("utf-16"), None, "not text in UTF-8"),
        (GOOD.replace("GRE", "Gé").encode("latin-1"), None, "not text in UTF-8"),
        (GOOD + "\0", None, "not text in UTF-8"),
        (GOOD + " " * MAXIMUM_BYTES, None, "larger than 2 MB"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_by_its_number(
    written: str | bytes, number: int | None, words: str
) -> None:
    found = told(written)
    assert (found[0][0], words in found[0][1]) == (number, True), found


BLOCKED = "stratum,position,arm,block,block_size\nGRE,1,cells,1,2\nGRE,2,control,1,2\n"


@pytest.mark.parametrize(
    ("lines", "number", "words"),
    [
        ("LYO,1,cells,1,2\n", 4, "has 1 places, not so many"),
        ("LYO,1,cells,2,2\nLYO,2,cells,2,2\n", 4, "Block 1 of stratum LYO should begin here"),
        ("LYO,1,cells,1,2\nLYO,2,cells,,\n", 4, "not so many"),
        ("LYO,1,cells,1,\n", 4, "its size one from 2"),
        ("LYO,1,cells,x,2\n", 4, "its size one from 2"),
        ("LYO,1,cells,1,1\n", 4, "its size one from 2"),
        ("LYO,1,cells,,2\n", 4, "its size one from 2"),
    ],
)
def test_a_block_that_does_not_hold_together_is_told(lines: str, number: int, words: str) -> None:
    found = told(BLOCKED + lines)
    assert (found[0][0], words in found[0][1]) == (number, True), found


def test_one_stratum_may_have_blocks_and_another_none() -> None:
    found = of(BLOCKED + "LYO,1,cells,,\n")
    assert [slot.block_size for slot in found.slots] == [2, 2, 0]
    assert [count.blocks for count in found.counts] == [1, 0]
    assert found.counts[0].arms == (("cells", 1), ("control", 1))


def test_every_bad_line_is_told_and_a_quoted_line_end_counts() -> None:
    written = GOOD + '"PAR\nx",1,cells\nLYO,2,x\nPAR,3,x\n'
    assert [number for number, _ in told(written)] == [5, 7, 8, 8]


def test_it_stops_telling_before_a_page_is_full_and_says_how_much_is_left() -> None:
    found = of(GOOD + "PAR,1,cells\n" * (MAXIMUM_TOLD + 7))
    assert (len(found.bad), found.untold) == (MAXIMUM_TOLD, 7)


def test_no_sentence_repeats_the_arm_of_a_line() -> None:
    assert "secret" not in str(told(GOOD + "LYO,2,secret\nLYO,secret,cells\n"))


def test_its_limits_are_those_of_a_made_list() -> None:
    from randomization.services.lists import MAXIMUM_LENGTH

    assert list_files.MAXIMUM_PLACES == MAXIMUM_LENGTH
