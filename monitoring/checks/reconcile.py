"""What follows from what was found: queries to open, to close, and those that stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitoring.checks.facts import Found

Point = tuple[str, int | None, str, str, int | None, bool]
# A check, its version and the values: what was explained once.
Explained = tuple[Point, int, str]


@dataclass(frozen=True)
class Plan:
    """What to do: raise these, close those, and note newer values on the rest."""

    raise_: tuple[Found, ...]
    close: tuple[Point, ...]
    refresh: tuple[Found, ...]


def reconcile(
    found: Collection[Found],
    live: Mapping[Point, str],
    explained: Collection[Explained],
    versions: Mapping[str, int],
    reopened: Collection[Point] = (),
) -> Plan:
    """Compare what was found with what is asked already.

    ``live`` gives the values each live query of a check was raised for. A query that was closed
    by a person is not raised again for the same version of the check and the same values; a
    changed value raises it again. A live query whose check finds nothing any more is closed,
    unless a person ``reopened`` it: then only a person closes it.
    """
    points = {one.point for one in found}
    fresh = [
        one
        for one in found
        if one.point not in live and (one.point, versions[one.code], one.seen) not in explained
    ]
    return Plan(
        raise_=tuple(fresh),
        close=tuple(point for point in live if point not in points and point not in reopened),
        refresh=tuple(one for one in found if live.get(one.point, one.seen) != one.seen),
    )
