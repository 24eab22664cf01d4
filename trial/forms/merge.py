"""A save that met another one: what both people answered, and what the person chose of it.

The page posts everything as it was typed once more, with ``base`` (the version the person started
from), ``version`` (the one it was compared with) and, for each clash, ``keep_<item>``. The merge is
worked out anew from the history at each post, so that nothing of it can be lost or made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from trial.errors import Stale
from trial.forms.record import INVALID, RecordEntry
from trial.merging import MINE, THEIRS, Merge, merge
from trial.models import Record
from trial.templatetags.hermes import day
from trial.versions import DATE, Change, changes_since, content_at

_NUMBER_LENGTH = 9
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Row:
    """One item that differs, in words; ``chosen`` is mine, theirs or nothing yet."""

    item: str
    label: str
    before: str
    mine: str
    theirs: str
    change: Change | None
    chosen: str
    error: str


class Merging:
    """What was typed and what is saved, brought together.

    Args:
        entry: what was typed; it could be read.
        base: the version the person started from.
        version: the version to compare with; the saved one when None.
        asked: a choice that is missing is told.
    """

    def __init__(
        self, entry: RecordEntry, *, base: int, version: int | None = None, asked: bool = False
    ) -> None:
        self.entry, self.base, self._asked = entry, base, asked
        self.record = Record.objects.filter(visit=entry.visit, form=entry.spec.code).first()
        entry.record = self.record
        saved = entry.version
        self.version = saved if version is None else version
        spec = entry.spec
        # Through the model, so that a mark that is not set reads as it does in what is saved.
        typed = spec.model(**entry.form.answers()).values(spec.columns)
        self._before = content_at(self.record, base)
        self.found: Merge = merge(
            self._before,
            {**typed, DATE: entry.assessed_on},
            content_at(self.record, self.version),
            {DATE: (DATE,), **spec.items},
        )
        self.choices = {item: self._posted.get(f"keep_{item}", "") for item in self.found.clashes}

    @classmethod
    def chosen(cls, entry: RecordEntry) -> Merging | None:
        """The merge this post answers; None where it answers none."""
        base = "" if entry.posted is None else entry.posted.get("base", "")
        if not base:
            return None
        number = int(base) if base.isdecimal() and len(base) < _NUMBER_LENGTH else 0
        return cls(entry, base=number, version=entry.seen, asked=True)

    @property
    def _posted(self) -> QueryDict:
        return self.entry.posted or QueryDict()

    @property
    def status(self) -> int:
        """Of the page that shows both versions: a conflict, or a choice that is missing."""
        return INVALID if self._asked else Stale.status

    @property
    def repeated(self) -> Record | None:
        """What is saved, where it is what was sent: an answer that got lost on the way."""
        same = self.record is not None and self.record.status == self.entry.act
        return self.record if same and self.found.agreed else None

    @property
    def settled(self) -> bool:
        """Whether every clash is decided."""
        return not self.found.undecided(self.choices)

    def resolved(self) -> QueryDict:
        """What the whole form would have posted, had the person typed the outcome."""
        posted = self._posted.copy()
        decided = self.found.decided(self.choices)
        fields = {**self.entry.form.as_posted(decided), DATE: decided[DATE]}
        for name in [*posted]:
            if name == "base" or name.startswith("keep_"):
                del posted[name]
        for item in (*self.found.taken, *self.found.clashes):
            for name in self.found.items[item]:
                if name in fields:
                    posted.setlist(name, [str(fields[name])] if fields[name] is not None else [])
        return posted

    def hidden(self) -> Iterator[tuple[str, str]]:
        """Everything that was typed, to be posted once more."""
        known = {DATE, "confirm", *self.entry.form.fields}
        for name, values in self._posted.lists():
            if name in known or name.startswith("comment_"):
                yield from ((name, str(value)) for value in values)

    @cached_property
    def clashes(self) -> list[Row]:
        """What both changed."""
        return [self._row(item) for item in self.found.clashes]

    @cached_property
    def taken(self) -> list[Row]:
        """What only the other person changed."""
        return [self._row(item) for item in self.found.taken]

    @cached_property
    def kept(self) -> list[Row]:
        """What only this person changed."""
        return [self._row(item) for item in self.found.kept]

    @property
    def open_rows(self) -> list[dict[str, str]]:
        """The lines of the error summary: each clash that waits for a choice."""
        return [
            {"target": f"item-{row.item}", "label": row.label, "message": row.error}
            for row in self.clashes
            if row.error
        ]

    @cached_property
    def _changes(self) -> dict[str, Change]:
        return changes_since(self.record, self.base) if self.record else {}

    def _row(self, item: str) -> Row:
        columns = self.found.items[item]
        chosen = self.choices.get(item, "")
        missing = self._asked and item in self.found.undecided(self.choices)
        return Row(
            item=item,
            label="Assessed on" if item == DATE else self.entry.spec.labels[item],
            before=self._words(columns, self._before),
            mine=self._words(columns, self.found.mine),
            theirs=self._words(columns, self.found.theirs),
            change=next((self._changes[one] for one in columns if one in self._changes), None),
            chosen=chosen if chosen in (MINE, THEIRS) else "",
            error="Choose which answer stands." if missing else "",
        )

    def _words(self, columns: tuple[str, ...], answers: Any) -> str:
        if columns == (DATE,):
            return day(answers.get(DATE)) if answers.get(DATE) else NO_ANSWER
        words = [self._word(column, answers.get(column)) for column in columns]
        return ", ".join(word for word in words if word) or NO_ANSWER

    def _word(self, column: str, value: Any) -> str:
        spec = self.entry.spec
        if value is True and column not in spec.items:
            # A mark beside an answer: its label ends with what it says.
            return spec.labels[column].rpartition(": ")[2].capitalize()
        return spec.words(column, value)
