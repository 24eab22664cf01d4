"""What the apps above put beside the backbone's pages: marks, panels, flags, work lists.

A record page draws what every form needs and knows nothing of queries or verification. Whoever
does registers a ``Margin`` in ``apps.py``; each function reads with a fixed number of queries,
whatever the number of items, cells or participants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from trial.models import Participant, Record, Visit


@dataclass(frozen=True)
class Look:
    """Who looks at a page, and when."""

    user: User
    at: datetime


@dataclass(frozen=True)
class Mark:
    """A small link beside an item: a shape, its words, and the page behind it.

    ``shape`` is a symbol of ``components/shapes.html``. With ``inline`` the page behind it opens
    below the item where JavaScript runs: it then answers an htmx request with a fragment.
    ``shown`` writes the words out; otherwise they are for the title and the screen reader.
    """

    shape: str
    words: str
    href: str
    shown: bool = False
    inline: bool = False


@dataclass(frozen=True)
class Task:
    """One line of work: whose, where, what, how urgent, and the link that starts it."""

    state: str
    who: str
    where: str
    what: str
    note: str
    href: str
    action: str
    label: str = ""


@dataclass(frozen=True)
class WorkList:
    """One kind of work on the home page.

    ``show`` is its code in the address; ``count`` answers None to whom it does not concern;
    ``tasks`` gives at most so many lines, the most urgent first.
    """

    show: str
    state: str
    words: str
    count: Callable[[User, date], int | None]
    tasks: Callable[[User, date, int], Sequence[Task]]


Marks = Mapping[str, Sequence[Mark]]
Flags = Mapping[tuple[int, str], Sequence[str]]


def _no_marks(_look: Look, _record: Record) -> Marks:
    return {}


def _no_panel(_look: Look, _record: Record) -> str:
    return ""


def _no_flags(_look: Look, _visits: Iterable[Visit]) -> Flags:
    return {}


def _no_box(_look: Look, _participant: Participant) -> str:
    return ""


@dataclass(frozen=True)
class Margin:
    """What one app adds.

    Attributes:
        marks: beside the items of a saved record, by column.
        panel: below a saved record, as safe markup.
        flags: in the grid, states (see ``templatetags.hermes.STATES``) by visit key and form.
        box: below the participant page, as safe markup.
        lists: on the home page.
    """

    marks: Callable[[Look, Record], Marks] = _no_marks
    panel: Callable[[Look, Record], str] = _no_panel
    flags: Callable[[Look, Iterable[Visit]], Flags] = _no_flags
    box: Callable[[Look, Participant], str] = _no_box
    lists: tuple[WorkList, ...] = ()


_margins: dict[str, Margin] = {}


def register(name: str, margin: Margin) -> None:
    """Add what one app puts beside the pages, under a name of its own.

    Raises:
        ValueError: a work list has the name of another one.
    """
    others = {one.show for key, kept in _margins.items() if key != name for one in kept.lists}
    if taken := others & {one.show for one in margin.lists}:
        raise ValueError(f"There are work lists called {sorted(taken)} already.")
    _margins[name] = margin


def marks(look: Look, record: Record) -> dict[str, list[Mark]]:
    """All marks beside the items of a record, by column."""
    found: dict[str, list[Mark]] = {}
    for margin in _margins.values():
        for column, some in margin.marks(look, record).items():
            found.setdefault(column, []).extend(some)
    return found


def panels(look: Look, record: Record) -> SafeString:
    """What stands below a record."""
    return _joined(margin.panel(look, record) for margin in _margins.values())


def boxes(look: Look, participant: Participant) -> SafeString:
    """What stands below the participant page."""
    return _joined(margin.box(look, participant) for margin in _margins.values())


def flags(look: Look, visits: Sequence[Visit]) -> dict[tuple[int, str], list[str]]:
    """All flags of the grid's cells."""
    found: dict[tuple[int, str], list[str]] = {}
    for margin in _margins.values():
        for cell, some in margin.flags(look, visits).items():
            found.setdefault(cell, []).extend(some)
    return found


def work_lists() -> tuple[WorkList, ...]:
    """The work lists of the apps above, in the order they were added."""
    return tuple(one for margin in _margins.values() for one in margin.lists)


def _joined(parts: Iterable[str]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
