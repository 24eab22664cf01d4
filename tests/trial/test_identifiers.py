"""Participant codes: a slip of the pen is caught, and nothing of the person is in them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.identifiers import check_digit, is_valid, participant_code

SITES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=5)
CODES = st.builds(participant_code, SITES, st.integers(1, 999))
DIGITS = "0123456789"


def digits_of(code: str) -> list[int]:
    """Where the digits of a code stand."""
    return [place for place, letter in enumerate(code) if letter in DIGITS]


@pytest.mark.requirement("R-001")
@given(SITES, st.integers(1, 999))
def test_it_says_site_number_and_check_digit(site: str, number: int) -> None:
    code = participant_code(site, number)
    assert code == f"{site}-{number:03d}-{check_digit(site, number)}"
    assert is_valid(code)


def test_it_agrees_with_the_published_example() -> None:
    # Damm's own example: the check digit of 572 is 4.
    assert check_digit("", 572) == 4


@given(CODES)
def test_it_catches_every_wrong_digit(code: str) -> None:
    for place in digits_of(code):
        for digit in DIGITS.replace(code[place], ""):
            assert not is_valid(code[:place] + digit + code[place + 1 :])


@given(CODES)
def test_it_catches_every_swap_of_neighbouring_digits(code: str) -> None:
    places = digits_of(code)
    for left, right in itertools.pairwise(places):
        letters = list(code)
        letters[left], letters[right] = letters[right], letters[left]
        assert is_valid("".join(letters)) is (code[left] == code[right])


def test_it_catches_nine_of_ten_wrong_letters() -> None:
    wrong = [
        f"{site}-014-{check_digit('GRE', 14)}"
        for place in range(3)
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        if (site := "GRE"[:place] + letter + "GRE"[place + 1 :]) != "GRE"
    ]
    assert sum(is_valid(code) for code in wrong) <= len(wrong) / 10


@pytest.mark.parametrize(
    ("site", "number"),
    [
        ("G", 1),
        ("GRENOB", 1),
        ("gre", 1),
        ("GRÉ", 1),
        ("GR1", 1),
        ("GRE\n", 1),
        ("GRE", 0),
        ("GRE", 1000),
    ],
)
def test_it_is_not_made_from_nonsense(site: str, number: int) -> None:
    with pytest.raises(ValueError, match="2 to 5 capitals and a number from 1 to 999"):
        participant_code(site, number)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "GRE",
        "GRE-014",
        "GRE0147",
        "gre-014-7",
        " GRE-014-7",
        "GRE-014-7\n",
        "GRE-14-7",
        f"GRE-000-{check_digit('GRE', 0)}",  # no participant has the number 0
        "GRE-٠١٤-7",
    ],
)
def test_it_refuses_another_form(code: str) -> None:
    assert not is_valid(code)


@given(st.text(max_size=14))
def test_it_answers_for_any_text(text: str) -> None:
    if is_valid(text):
        site, number, _ = text.split("-")
        assert participant_code(site, int(number)) == text
