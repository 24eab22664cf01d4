"""What people are told of: the words on the page, the words in a mail, and who is told.

The words in a mail go over networks and lie in mailboxes that nobody controls. They name no
participant, no finding, no arm, and do not say what happened; a test holds every kind to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trial.roles import P, Permission


@dataclass(frozen=True)
class Kind:
    """One kind of alert.

    Attributes:
        code: as it is stored.
        title: on the page, for somebody signed in whom it concerns.
        mail: one neutral sentence.
        told: whoever holds one of these permissions is told, at the alert's site where it has one.
        wider: told as well once nobody has acknowledged for long, or a clock has nearly run out.
        confidential: that it was raised tells something by itself. Then it leaves no line in the
            log that others read, and only those told and READ_CLOSED_PACKS see who was told.
        reveals_arm: its line in the log is kept from the blinded, who could tell an arm from it.
        again: told again while nobody acknowledges it. A clock is not: it has its own next step.
    """

    code: str
    title: str
    mail: str
    told: frozenset[Permission]
    wider: frozenset[Permission] = frozenset()
    confidential: bool = False
    reveals_arm: bool = False
    again: bool = True


_ALL = (
    Kind(
        "sae",
        "A serious adverse event was reported",
        "A safety report waits for you.",
        told=frozenset({P.ASSESS_SAFETY}),
        wider=frozenset({P.ASSESS_SAFETY, P.SIGN}),
    ),
    Kind(
        "sae-clock",
        "The 24 hours to inform the sponsor are running out",
        "A time limit of a safety report is near or past.",
        told=frozenset({P.ENTER_SAFETY}),
        wider=frozenset({P.ASSESS_SAFETY}),
        again=False,
    ),
    Kind(
        "special",
        "A pregnancy or an overdose was reported",
        "A safety report waits for you.",
        told=frozenset({P.ASSESS_SAFETY}),
        wider=frozenset({P.ASSESS_SAFETY, P.SIGN}),
        reveals_arm=True,
    ),
    Kind(
        "special-clock",
        "The 24 hours to inform the sponsor are running out",
        "A time limit of a safety report is near or past.",
        told=frozenset({P.ENTER_SAFETY}),
        wider=frozenset({P.ASSESS_SAFETY}),
        reveals_arm=True,
        again=False,
    ),
    Kind(
        "report-clock",
        "The time to submit a safety report is running out",
        "A time limit of a safety report is near or past.",
        told=frozenset({P.ASSESS_SAFETY}),
        wider=frozenset({P.SIGN}),
        again=False,
    ),
    Kind(
        "boundary",
        "A stopping boundary was reached",
        "Something waits for you that few may read.",
        told=frozenset({P.READ_CLOSED_PACKS}),
        confidential=True,
    ),
    Kind(
        "unblinding",
        "An unblinding waits for a decision",
        "Something waits for an answer by you.",
        told=frozenset({P.DECIDE_UNBLINDING}),
        wider=frozenset({P.HEAR_UNBLINDING}),
    ),
    Kind(
        "unblinded",
        "Somebody blinded was told an arm",
        "A message waits for you.",
        told=frozenset({P.HEAR_UNBLINDING}),
        again=False,
    ),
)
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _ALL}
TOLD_AGAIN = frozenset(kind.code for kind in _ALL if kind.again)
CONFIDENTIAL = frozenset(kind.code for kind in _ALL if kind.confidential)
