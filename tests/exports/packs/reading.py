"""The CSV files of a cut read by plain loops, and the tables of a pack looked up by name."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from statsmodels.stats.proportion import proportion_confint

from analysis.tables import Table, fixed
from exports.packs.figures.pack import Pack
from exports.packs.figures.suppressing import LEAST, MARK

Row = dict[str, str]
CUT_OFF = "2029-12-31"
REST, HELD = "All others together", "Held back together"


class Files:
    """The CSV files of a cut, and what follows from them at a glance."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people = self.rows("participants")
        self.arm = {row["participant"]: row["arm"] for row in self.rows("allocation")}
        self.received = {row["participant"]: row["received"] for row in self.rows("treatment")}
        self.infused = {row["participant"]: row["infused_on"] for row in self.rows("treatment")}
        self.events = self.rows("adverse_events")
        self.visits = self.rows("visits")

    def rows(self, name: str) -> list[Row]:
        """The rows of one file."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def due(self, codes: set[str]) -> list[Row]:
        """The visits of these codes that were due: ended, done or missed, and not after the end."""
        ends = {
            person["participant"]: min(
                [person[name] for name in ("died_on", "withdrawn_on", "lost_on") if person[name]],
                default="9999",
            )
            for person in self.people
        }
        return [
            row for row in self.visits
            if row["visit"] in codes
            and (row["status"] == "done"
                 or (row["window_to"] <= ends[row["participant"]]
                     and (row["status"] == "missed" or row["window_to"] <= CUT_OFF)))
        ]  # fmt: skip

    def status(self, person: Row) -> str:
        """Where somebody stands."""
        last = [v for v in self.visits
                if v["participant"] == person["participant"] and v["visit"] == "M24"]  # fmt: skip
        if person["died_on"]:
            return "Died"
        if last[0]["status"] == "done":
            return "Completed the last visit"
        if person["withdrawn_on"]:
            return "Withdrew from follow-up"
        return "Lost to follow-up" if person["lost_on"] else "In follow-up"


def table(of: Pack, name: str) -> Table:
    """A table of a pack."""
    return next(one for one in of.tables if one.name == name)


def cells(of: Pack, name: str) -> dict[str, tuple[str, ...]]:
    """Its cells by the word each row begins with."""
    return {row[0]: row[1:] for row in table(of, name).rows}


def agrees(of: Pack, name: str, counts: Counter[str]) -> None:
    """A partition: what is printed is right, what is not is the rest and no small number."""
    total, printed = sum(counts.values()), cells(of, name)
    assert printed.pop("All") == (str(total), "100.0")
    if REST in printed:
        ((label, most),) = [one for one in printed.items() if one[0] != REST]
        assert printed[REST] == (f"under {LEAST}", MARK)
        assert most == (f"at least {total - LEAST + 1}", MARK)
        assert total - counts[label] < LEAST
        return
    held = printed.pop(HELD, None)
    rest = Counter({label: count for label, count in counts.items() if count})
    for label, (n, share) in printed.items():
        assert (n, share) == (str(counts[label]), fixed(100 * counts[label] / total, 1)), label
        assert rest.pop(label) >= LEAST
    assert sum(rest.values()) == int(held[0] if held else 0)
    assert len(rest) != 1
    assert all(count >= LEAST for count in counts.values() if count) or held


def pair(part: int, whole: int) -> tuple[str, ...]:
    """What is due, what came, what did not, and the share: exact where both are three or more."""
    if min(part, whole - part) >= LEAST:
        return str(whole), str(part), str(whole - part), fixed(100 * part / whole, 1)
    assert whole >= 2 * LEAST - 1, "such a whole would be held back as a whole"
    most = f"at least {whole - LEAST + 1}"
    few = f"under {LEAST}"
    return (str(whole), *((few, most) if part < LEAST else (most, few)), MARK)


def alone(count: int) -> str:
    """A number that stands alone."""
    return str(count) if count >= LEAST else f"under {LEAST}"


def exact(count: int, of: int) -> str:
    """Percent with the exact interval, by another library."""
    low, high = proportion_confint(count, of, method="beta")
    low, high = (0.0 if count == 0 else low), (1.0 if count == of else high)
    return f"{fixed(100 * count / of, 1)} ({fixed(100 * low, 1)} to {fixed(100 * high, 1)})"


def people(events: Iterable[Row]) -> int:
    """How many different participants."""
    return len({event["participant"] for event in events})
