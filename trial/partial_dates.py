"""Dates people half know: a year, a year and month, or a full date (ISO 8601), kept as known."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

# Only days that exist, in the years 1900 to 2199. Plain ASCII and no Python dialect: PostgreSQL
# reads the same expression in the CHECK constraints, so form and database agree.
PATTERN = (
    r"^((19|20|21)[0-9]{2}"
    r"(-(0[1-9]|1[0-2])"
    r"|-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"|-(0[13-9]|1[0-2])-(29|30)"
    r"|-(0[13578]|1[02])-31)?"
    r"|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)$"
)
_FORM = re.compile(PATTERN)
FORM_WORDS = "Write the date as 2027-03-12, 2027-03 or 2027."


@dataclass(frozen=True)
class PartialDate:
    """A date known to the year, the month or the day. Nothing is ever completed silently.

    Two of them have no order: compare what each can mean, ``earliest`` and ``latest``.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Refuse a day without its month, and a day that does not exist.

        Raises:
            ValueError: there is no such date, or its year is not 1900 to 2199.
        """
        if not _FORM.fullmatch(str(self)) or (self.day is not None and self.month is None):
            raise ValueError(f"There is no such date. {FORM_WORDS}")

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read ``2027``, ``2027-03`` or ``2027-03-12``.

        Raises:
            ValueError: another form, or a day that does not exist.
        """
        if not _FORM.fullmatch(text):
            raise ValueError(FORM_WORDS)
        return cls(*(int(part) for part in text.split("-")))

    @property
    def is_full(self) -> bool:
        """Whether the day is known."""
        return self.day is not None

    @property
    def earliest(self) -> date:
        """The first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)
