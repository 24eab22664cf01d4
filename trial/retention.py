"""How long each kind of data must be kept, and from which day: rules with their sources.

Pure. Nothing here destroys anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# Traceability of a cell product, from its expiry: Regulation (EC) No 1394/2007, Article 15(4).
PRODUCT_YEARS = 30
# Trial master file, from the end of the trial: Regulation (EU) No 536/2014, Article 58.
MASTER_FILE_YEARS = 25


@dataclass(frozen=True)
class Kept:
    """One kind of data: how long, since when, and until when; ``since`` None while it is open."""

    what: str
    years: int
    source: str
    since: date | None
    counted_from: str

    def until(self, today: date) -> date:
        """The day until which it must be kept, the earliest one while its beginning is open."""
        return years_after(self.since or today, self.years)

    def may_go(self, today: date) -> bool:
        """Whether its time is over."""
        return self.since is not None and today > self.until(today)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def kept(*, product_until: date | None, products: bool, trial_ended: date | None) -> list[Kept]:
    """Both rules for this trial.

    ``product_until`` is the last expiry or use of any batch, ``products`` whether there is one.
    """
    found = [
        Kept(
            "Records of the trial (trial master file)",
            MASTER_FILE_YEARS,
            "Regulation (EU) No 536/2014, Article 58",
            trial_ended,
            "the end of the trial",
        )
    ]
    if products:
        found.append(
            Kept(
                "Traceability of the cell product (batch to participant and back)",
                PRODUCT_YEARS,
                "Regulation (EC) No 1394/2007, Article 15(4)",
                product_until,
                "the last expiry or use of a batch",
            )
        )
    return found
