"""Is the list the one that was committed to, and is it what happened, in order? Pure.

No sentence here names an arm: they are printed where somebody may stand by who must not know one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from randomization.schemes import Entry, PlannedSlot, SchemeError, commitment, replay
from trial.allocation_plan import Minimization

# Requests that wait for one another are served in another order than they arrived: as long as the
# web server lets one wait.
WAITING = timedelta(seconds=120)


@dataclass(frozen=True)
class TheList:
    """A list as it was sealed, or as a file of its reveal says it was."""

    commitment: str
    salt: str
    slots: Sequence[PlannedSlot]


@dataclass(frozen=True)
class Happened:
    """One allocation as it was made; ``number`` counts them in the order they were written."""

    number: int
    participant: str
    stratum: str
    position: int
    at: datetime
    arm: str
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scheme:
    """What is needed to replay a computed scheme: its plan and the arms' shares."""

    plan: Minimization
    ratios: Mapping[str, int]


def differences(
    found: TheList, happened: Iterable[Happened], scheme: Scheme | None = None
) -> Iterator[str]:
    """What differs, as sentences, the first that matters first; nothing where all agrees."""
    yield from _of_list(found)
    taken = _by_stratum(happened)
    planned = {(slot.stratum, slot.position): slot for slot in found.slots}
    for stratum, rows in taken.items():
        yield from _of_order(stratum, rows)
    for rows in taken.values():
        yield from _of_arms(rows, planned)
    if scheme is not None:
        yield from _of_choices(taken, planned, scheme)


def _of_list(found: TheList) -> Iterator[str]:
    made = commitment(found.slots, found.salt)
    if made != found.commitment:
        yield (
            f"The list is not the one that was committed to: list and salt give {made}, and the "
            f"commitment is {found.commitment}."
        )
    ends: dict[str, int] = {}
    for slot in sorted(found.slots):
        if slot.position != ends.get(slot.stratum, 0) + 1:
            yield f"The list of stratum {slot.stratum} has a gap before place {slot.position}."
        ends[slot.stratum] = slot.position


def _by_stratum(happened: Iterable[Happened]) -> dict[str, list[Happened]]:
    found: dict[str, list[Happened]] = defaultdict(list)
    for row in sorted(happened, key=lambda row: (row.stratum, row.position, row.number)):
        found[row.stratum].append(row)
    return found


def _of_order(stratum: str, rows: Sequence[Happened]) -> Iterator[str]:
    before: Happened | None = None
    for place, row in enumerate(rows, start=1):
        where = f"place {row.position} of stratum {stratum} ({row.participant})"
        if row.position != place:
            yield f"{where.capitalize()} was taken, and place {place} before it was not."
            return
        if before is not None and row.number <= before.number:
            yield f"{where.capitalize()} was taken before place {before.position}."
        elif before is not None and row.at < before.at - WAITING:
            yield f"{where.capitalize()} bears an earlier time than place {before.position}."
        before = row


def _of_arms(
    rows: Sequence[Happened], planned: Mapping[tuple[str, int], PlannedSlot]
) -> Iterator[str]:
    for row in rows:
        slot = planned.get((row.stratum, row.position))
        if slot is None:
            yield (
                f"{row.participant} has place {row.position} of stratum {row.stratum}, which the "
                "list does not have."
            )
        elif slot.arm and slot.arm != row.arm:
            yield (
                f"{row.participant} has another arm than place {row.position} of stratum "
                f"{row.stratum} of the list."
            )


def _of_choices(
    taken: Mapping[str, Sequence[Happened]],
    planned: Mapping[tuple[str, int], PlannedSlot],
    scheme: Scheme,
) -> Iterator[str]:
    for stratum, rows in taken.items():
        known = [row for row in rows if (stratum, row.position) in planned]
        entries = [Entry(row.levels, planned[stratum, row.position].draw) for row in known]
        try:
            chosen = replay(scheme.plan, scheme.ratios, entries)
        except SchemeError as error:
            yield f"The choices of {stratum} cannot be made again: {error}"
            continue
        for row, arm in zip(known, chosen, strict=True):
            if row.arm != arm:
                yield (
                    f"{row.participant} has another arm than the one that follows from the draw "
                    f"of place {row.position} and everybody before."
                )
                break
