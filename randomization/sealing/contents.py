"""What is sealed, and what each box is bound to. Pure.

A box is bound to its place by its associated data: the list (its commitment, which is public and
never repeated), the stratum and the position; an allocation also to its participant and its time.
Moved to another place it does not open.

Two kinds of schemes share these contents. Where the list holds arms, a slot has arm, block and
block size, and the allocation repeats the slot's arm: both must agree whenever it is read. Where
the arm is computed as participants come (minimization), a slot has a random draw, and the
allocation the arm that was computed from it with everything the computing read: the levels of the
participant's factors and whatever ``details`` the scheme keeps to be replayed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from randomization.sealing.boxes import Box
from randomization.sealing.keys import DataKey

# Version, nonce, width and tag make a multiple of three bytes: no padding in the text.
LIST_SECRET = Box("list secret", 223)
SLOT = Box("slot", 223)
ALLOCATION = Box("allocation", 1003)


def about_list(commitment: str) -> str:
    """What belongs to a list as a whole."""
    return commitment


def about_slot(commitment: str, stratum: str, position: int) -> str:
    """The place of a slot."""
    return f"{commitment}\n{stratum}\n{position}"


def about_allocation(
    commitment: str, stratum: str, position: int, participant: str, at: datetime
) -> str:
    """An allocation: the place it took, who took it, and when."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{about_slot(commitment, stratum, position)}\n{participant}\n{moment}"


@dataclass(frozen=True)
class ListSecret:
    """What a list was made from: the salt of its commitment, and its seed unless it was brought."""

    salt: str
    seed: int | None = None

    def seal(self, key: DataKey, about: str) -> str:
        """Sealed."""
        return _seal(LIST_SECRET, key, about, salt=self.salt, seed=self.seed)

    @classmethod
    def open(cls, key: DataKey, text: str, about: str) -> ListSecret:
        """Opened; raises BrokenSealError."""
        return cls(**_open(LIST_SECRET, key, text, about))


@dataclass(frozen=True)
class SlotContent:
    """One place of a list: an arm in its block, or a draw from which an arm will be computed.

    Of ``arm`` and ``draw`` exactly one is filled; ``draw`` is text in the scheme's own words.
    """

    arm: str = ""
    block: int = 0
    block_size: int = 0
    draw: str = ""

    def seal(self, key: DataKey, about: str) -> str:
        """Sealed; raises TooLongError."""
        return _seal(
            SLOT, key, about,
            arm=self.arm, block=self.block, block_size=self.block_size, draw=self.draw,
        )  # fmt: skip

    @classmethod
    def open(cls, key: DataKey, text: str, about: str) -> SlotContent:
        """Opened; raises BrokenSealError."""
        return cls(**_open(SLOT, key, text, about))


@dataclass(frozen=True)
class AllocationContent:
    """The arm of one participant; with it, for a computed one, what the computing read.

    ``levels`` maps a factor's code to the participant's level; ``details`` is plain JSON.
    """

    arm: str
    levels: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def seal(self, key: DataKey, about: str) -> str:
        """Sealed; raises TooLongError."""
        levels, details = dict(self.levels), dict(self.details)
        return _seal(ALLOCATION, key, about, arm=self.arm, levels=levels, details=details)

    @classmethod
    def open(cls, key: DataKey, text: str, about: str) -> AllocationContent:
        """Opened; raises BrokenSealError."""
        return cls(**_open(ALLOCATION, key, text, about))


def _seal(box: Box, key: DataKey, about: str, **content: Any) -> str:
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return box.seal(key.secret, written.encode(), about)


def _open(box: Box, key: DataKey, text: str, about: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(box.open(key.secret, text, about))
    return content
