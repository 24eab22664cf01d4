"""A place in the trail, as it stands in an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_MANY = 1_000_000


class BadCursor(ValueError):  # noqa: N818 - what was sent, not what went wrong here
    """A place in the trail that cannot be read."""


@dataclass(frozen=True)
class Cursor:
    """A place in the trail: the instant it has come to, and how many entries of it were shown.

    It holds no key of a row: from the gaps in keys a reader could tell rows that are kept back.
    """

    at: datetime
    shown: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.shown}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what ``str`` wrote.

        Raises:
            BadCursor: anything else.
        """
        try:
            at, shown = text.split("~")
            place = cls(datetime.fromisoformat(at), int(shown))
        except ValueError as error:
            raise BadCursor(text) from error
        if place.at.tzinfo is None or not 0 <= place.shown <= _MANY:
            raise BadCursor(text)
        return place
