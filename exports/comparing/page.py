"""The page that compares two cuts: what it shows, and who may compare what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator

from exports import scope, selectors
from exports.comparing import differences, reasons
from exports.comparing.differences import KINDS, Difference, Found, Pair
from exports.comparing.reasons import Line
from exports.datasets import selectors as datasets
from exports.datasets.described import describe
from exports.models import DataCut
from trial.access import AnyUser

PER_PAGE = 25


@dataclass(frozen=True)
class Explained:
    """A row that differs, with its key in words and the lines of the trail behind it."""

    row: Difference
    key: str
    lines: tuple[Line, ...]


def comparable(user: AnyUser, cut: DataCut) -> list[DataCut]:
    """The finished cuts before this one that tell arms, or do not, as it does; the newest first."""
    if cut.manifest is None:
        return []
    found = selectors.cuts_for(user).filter(
        number__lt=cut.number, status=DataCut.DONE, blinded=cut.blinded
    )
    return list(found)


def compared(old: DataCut, new: DataCut, *, table: str, page: str | None) -> dict[str, Any]:
    """Every table that differs with how many rows, and a page of the rows of one.

    Raises:
        FilesGone: a file of one of them is not there.
    """
    pairs = _pairs(old, new)
    found = {name: differences.differing(pair) for name, pair in pairs.items()}
    counted = {name: Counter(one.kind for one in rows) for name, rows in found.items() if rows}
    chosen = table if table in counted else next(iter(counted), "")
    shown = Paginator(found.get(chosen, []), PER_PAGE).get_page(page)
    return {
        "tables": [
            {"name": name, "counts": [rows[kind] for kind in KINDS]}
            for name, rows in counted.items()
        ],
        "table": chosen,
        "page": shown,
        "query": urlencode({"with": old.code, "table": chosen}),
        "rows": _explained(old, new, pairs[chosen], list(shown)) if chosen else [],
        "keys": " · ".join(pairs[chosen].keys) if chosen else "",
        "scopes": _scopes(old, new),
    }


def _pairs(old: DataCut, new: DataCut) -> dict[str, Pair]:
    """The tables whose files differ, in the order of the newer cut."""
    before, now = dict(datasets.datasets_of(old)), dict(datasets.datasets_of(new))
    folders = datasets.folder_of(old), datasets.folder_of(new)
    found = {}
    for name in dict.fromkeys((*now, *before)):
        sides = before.get(name), now.get(name)
        if sides[0] and sides[1] and sides[0].sha256 == sides[1].sha256:
            continue
        for cut, file in zip((old, new), sides, strict=True):
            if file is not None:
                selectors.path_of(cut, file)
        pair = [
            describe(folder, name) if file else None
            for folder, file in zip(folders, sides, strict=True)
        ]
        found[name] = Pair(*pair)
    return found


def _explained(old: DataCut, new: DataCut, pair: Pair, found: list[Found]) -> list[Explained]:
    shown = differences.told(pair, found)
    if old.as_of is None or new.as_of is None:
        return []
    told = reasons.lines(
        shown,
        found=reasons.origins(pair.name, blinded=new.blinded),
        since=old.as_of,
        until=new.as_of,
    )
    return [Explained(one, " · ".join(one.key), tuple(told.get(one.key, ()))) for one in shown]


def _scopes(old: DataCut, new: DataCut) -> list[tuple[str, str]]:
    """What each holds, where that is not the same: rows then differ for no other reason."""
    if scope.scope_of(old) == scope.scope_of(new):
        return []
    return [(one.code, scope.words(one)) for one in (old, new)]
