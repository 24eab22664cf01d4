"""How even the allocation is so far, for whoever may manage the list and for nobody else.

Only places that were taken are read. A block counts once every place of it is taken: how large
the open one is would tell of places to come.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from randomization import vault
from randomization.models import Allocation
from trial import access, protocol
from trial.access import Permission
from trial.protocol import Protocol


@dataclass(frozen=True)
class Group:
    """Participants of one stratum or one level: how many, of each arm, and how far from even.

    ``off`` is the largest difference, in participants, between an arm's number and its share by
    the ratio; ``closed`` counts full blocks, None where the group has no blocks of its own.
    """

    words: str
    counts: tuple[int, ...]
    off: float
    closed: int | None = None

    @property
    def total(self) -> int:
        """Of all arms."""
        return sum(self.counts)


@dataclass(frozen=True)
class Balance:
    """Everything the balance page counts. ``path`` holds, per arm, how far it was from its share
    after each allocation in the order they were made; the waits are in days."""

    arms: tuple[str, ...]
    whole: Group
    strata: tuple[Group, ...]
    factors: tuple[tuple[str, tuple[Group, ...]], ...]
    path: tuple[tuple[float, ...], ...]
    to_randomization: tuple[int, ...]
    to_infusion: tuple[int, ...]


@dataclass(frozen=True)
class Taken:
    """One taken place in the open."""

    arm: str
    stratum: str
    queue: str
    block: int
    block_size: int
    consented_on: date | None
    randomized_on: date
    infused_on: date | None


def balance(user: User) -> Balance:
    """The balance of the list in use.

    Raises:
        NotDelegated: only whoever makes the list may see it.
        KeyMissing, Tampered: the list does not open.
    """
    access.require(user, Permission.MANAGE_LIST)
    return counted(list(_taken()), protocol.current())


def counted(taken: Sequence[Taken], plan: Protocol) -> Balance:
    """The balance of these places under this protocol."""
    closed = _closed(taken)
    by_stratum = _split((row.stratum, row) for row in taken)
    strata = tuple(
        _group(stratum, by_stratum[stratum], plan, closed.get(stratum)) for stratum in plan.strata()
    )
    factors = []
    for factor in plan.factors:
        by_level = _split((plan.levels_of(row.stratum)[factor.code], row) for row in taken)
        levels = tuple(_group(words, by_level[code], plan) for code, words in factor.levels)
        factors.append((factor.label, levels))
    waits = [(row.randomized_on - row.consented_on).days for row in taken if row.consented_on]
    infused = [(row.infused_on - row.randomized_on).days for row in taken if row.infused_on]
    return Balance(
        arms=tuple(arm.label for arm in plan.arms),
        whole=_group("Whole trial", taken, plan, sum(closed.values()) if closed else None),
        strata=strata,
        factors=tuple(factors),
        path=tuple(_path(taken, plan)),
        to_randomization=tuple(sorted(waits)),
        to_infusion=tuple(sorted(infused)),
    )


def _taken() -> Iterator[Taken]:
    rows = vault.allocations().filter(slot__stratum__list__active=True)
    rows = rows.select_related(
        "participant__infusion", "slot__stratum__list__wrapped_key"
    ).prefetch_related("participant__consents")
    for row in rows.order_by("allocated_at", "pk"):
        yield _opened(row)


def _opened(row: Allocation) -> Taken:
    held, participant = vault.slot_content(row.slot), row.participant
    infusion = getattr(participant, "infusion", None)
    consents = [consent.consented_on for consent in participant.consents.all()]
    return Taken(
        arm=vault.arm_of(row),
        stratum=participant.stratum,
        queue=row.slot.stratum.code,
        block=held.block,
        block_size=held.block_size,
        consented_on=min(consents, default=None),
        randomized_on=participant.randomized_on or row.allocated_at.date(),
        infused_on=None if infusion is None else infusion.infused_on,
    )


def _split(pairs: Iterable[tuple[str, Taken]]) -> Mapping[str, list[Taken]]:
    found: dict[str, list[Taken]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return found


def _closed(taken: Iterable[Taken]) -> dict[str, int]:
    """Full blocks per stratum; a stratum whose list has blocks is in it once a place is taken."""
    places = Counter((row.queue, row.block, row.block_size) for row in taken if row.block)
    found: dict[str, int] = {}
    for (queue, _, size), used in places.items():
        found[queue] = found.get(queue, 0) + (used == size)
    return found


def _group(words: str, rows: Sequence[Taken], plan: Protocol, closed: int | None = None) -> Group:
    found = Counter(row.arm for row in rows)
    counts = tuple(found[arm.code] for arm in plan.arms)
    return Group(words, counts, max(abs(off) for off in _off(counts, plan)), closed)


def _off(counts: Sequence[int], plan: Protocol) -> tuple[float, ...]:
    shares = sum(arm.ratio for arm in plan.arms)
    return tuple(
        round(count - sum(counts) * arm.ratio / shares, 2)
        for count, arm in zip(counts, plan.arms, strict=True)
    )


def _path(taken: Sequence[Taken], plan: Protocol) -> Iterator[tuple[float, ...]]:
    counts = [0] * len(plan.arms)
    places = {arm.code: place for place, arm in enumerate(plan.arms)}
    for row in taken:
        counts[places[row.arm]] += 1
        yield _off(counts, plan)
