"""Participant codes: site, number and a check digit, and nothing about the person.

``GRE-014-7`` reads site GRE, fourteenth participant, check digit 7. The check digit is Damm's
(H. M. Damm, 2004): it catches every single wrong digit and every swap of two neighbouring
digits. A mistyped site letter it catches nine times in ten; no single digit could do better for
26 letters, and a site that does not exist is not found anyway.
"""

from __future__ import annotations

import re

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SITE = re.compile(r"[A-Z]{2,5}")
# [0-9] and not \d: a digit of another script is another code.
_FORM = re.compile(r"(?P<site>[A-Z]{2,5})-(?P<number>[0-9]{3})-[0-9]")


def check_digit(site: str, number: int) -> int:
    """The check digit of a participant; letters count as A = 10 to Z = 35."""
    digits = "".join(str(int(letter, 36)) for letter in site) + f"{number:03d}"
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state


def participant_code(site: str, number: int) -> str:
    """The code of the participant with this number at this site.

    Raises:
        ValueError: the site code is not two to five capitals, or the number not 1 to 999.
    """
    if not _SITE.fullmatch(site) or not 1 <= number <= 999:
        raise ValueError("A code needs a site of 2 to 5 capitals and a number from 1 to 999.")
    return f"{site}-{number:03d}-{check_digit(site, number)}"


def is_valid(code: str) -> bool:
    """Whether this is a code the product could have given: right form, number and check digit."""
    found = _FORM.fullmatch(code)
    if found is None or found["number"] == "000":
        return False
    return code == participant_code(found["site"], int(found["number"]))
