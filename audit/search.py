"""What a reader narrows the trail to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, F, Func, Q, Value

CREATED, CHANGED, ACT = "+", "~", "!"


@dataclass(frozen=True)
class Phrase:
    """A text searched for: in the reasons every word of it, or people and acts it names.

    ``people`` are keys of users, ``acts`` names of acts, both found by the layer that knows what
    they are called.
    """

    text: str
    people: tuple[int, ...] = ()
    acts: tuple[str, ...] = ()

    def condition(self, *, reason: str, actor: str, name: str = "") -> Q:
        """The condition on a table with these columns."""
        found = Q(**{f"{actor}__in": self.people})
        if words := re.findall(r"\w+", self.text):
            asked = " & ".join(f"'{word}':*" for word in words)
            # The index leaves out the empty ones.
            found |= ~Q(**{reason: ""}) & Q(_Has(F(reason), Value(asked)))
        return found | Q(**{f"{name}__in": self.acts}) if name else found


class _Has(Func):
    """Whether a text has all words of a query; written as the index on reasons is."""

    template = "to_tsvector('simple', %(expressions)s)"
    arg_joiner = ") @@ to_tsquery('simple', "
    arity = 2
    output_field = BooleanField()


@dataclass(frozen=True)
class Search:
    """What to show; empty means everything. ``since`` is included, ``until`` is not.

    ``act`` is the name of one kind of act; ``oldest`` turns the order round.
    """

    participant: str = ""
    actor: int | None = None
    kind: str = ""
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None
    phrase: Phrase | None = None
    oldest: bool = False

    def rows(self, participant_path: str) -> Q | None:
        """The condition on a history table; None where it has nothing to show."""
        if self.kind == ACT or (self.participant and not participant_path):
            return None
        asked = self._condition(
            participant_path, actor="history_user_id", at="history_date", kind="history_type"
        )
        if self.phrase is None:
            return asked
        return asked & self.phrase.condition(
            reason="history_change_reason", actor="history_user_id"
        )

    def acts(self) -> Q | None:
        """The condition on the log."""
        if self.kind not in {"", ACT}:
            return None
        asked = self._condition("participant", actor="actor_id", at="at")
        if self.act:
            asked &= Q(name=self.act)
        if self.phrase is not None:
            asked &= self.phrase.condition(reason="reason", actor="actor_id", name="name")
        return asked

    def _condition(self, participant: str, *, actor: str, at: str, kind: str = "") -> Q:
        asked = {
            participant: self.participant,
            actor: self.actor,
            kind: self.kind,
            f"{at}__gte": self.since,
            f"{at}__lt": self.until,
        }
        return Q(**{path: value for path, value in asked.items() if path and value})
