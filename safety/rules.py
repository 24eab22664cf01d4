"""The rules of adverse events that a regulation or a guideline sets. Pure: no database, no web.

Sources: E2A is ICH E2A; CTR is Regulation (EU) 536/2014, Article 41. Serious (what the event did
or could have done to the person) is not severe (how intense it was).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from trial.partial_dates import PartialDate

# E2A II.B. Each is a column of its own, ``criterion_`` and the code.
CRITERIA: Mapping[str, str] = {
    "death": "Resulted in death",
    "life_threatening": "Was life-threatening: the person could have died at the time",
    "hospitalization": "Led to admission to hospital, or made a stay longer",
    "disability": "Left a lasting or significant disability",
    "congenital": "Is a congenital anomaly or birth defect",
    "important": "Is important medically for another reason",
}
# What is told to the sponsor like a serious event even where no criterion is met: both can harm
# later, or somebody else (ICH E2D 5.4; GVP Module VI.B.6).
NO_SPECIAL, PREGNANCY = "none", "pregnancy"
SPECIALS: Mapping[str, str] = {
    NO_SPECIAL: "None",
    PREGNANCY: "Exposure during pregnancy, of the participant or of a partner",
    "overdose": "Overdose of the study treatment",
}
CAUSALITIES: Mapping[str, str] = {
    "unrelated": "Not related",
    "unlikely": "Unlikely",
    "possible": "Possible",
    "probable": "Probable",
    "definite": "Definite",
}
# A causal relation is a reasonable possibility (E2A II.A.2).
RELATED = frozenset({"possible", "probable", "definite"})
ACTIONS: Mapping[str, str] = {
    "none": "None",
    "watched": "Watched more closely",
    "treated": "Treated, by medicine or procedure",
    "study_treatment": "Study treatment stopped, put off or not given",
    "other": "Other",
}
OUTCOMES: Mapping[str, str] = {
    "recovered": "Recovered",
    "sequelae": "Recovered with sequelae",
    "recovering": "Recovering",
    "not_recovered": "Not recovered",
    "fatal": "Fatal",
    "unknown": "Unknown",
}
# With these the event goes on, so it has no end.
ONGOING = frozenset({"recovering", "not_recovered"})
PHASES: Mapping[str, str] = {
    "pre_infusion": "Before the infusion",
    "treatment_emergent": "From the infusion on",
    "not_infused": "Not infused",
    "unknown": "Date too vague to tell",
}
# CTR 41: the investigator tells the sponsor within 24 hours of becoming aware. The same holds here
# for the special situations.
SAE_LIMIT = timedelta(hours=24)


@dataclass(frozen=True)
class Finding:
    """What cannot be right: the item, and the sentence that belongs beside it."""

    rule: str
    item: str
    message: str
    severity: str = "hard"


def is_serious(criteria: Collection[str]) -> bool:
    """Whether an event is serious: it meets at least one criterion (E2A II.B), and only then.

    Raises:
        ValueError: a code that is no criterion; it must not make an event look harmless.
    """
    unknown = set(criteria) - set(CRITERIA)
    if unknown:
        raise ValueError(f"No criterion of seriousness: {', '.join(sorted(unknown))}.")
    return bool(criteria)


def is_reportable(*, serious: bool, special: str) -> bool:
    """Whether the sponsor is told within ``SAE_LIMIT``, and versions of a report are filed."""
    return serious or special != NO_SPECIAL


def due_at(aware_at: datetime) -> datetime:
    """The last instant, in UTC, to tell the sponsor of an SAE: 24 elapsed hours after awareness.

    Raises:
        ValueError: the time has no zone, so nobody knows which instant it is.
    """
    if aware_at.tzinfo is None:
        raise ValueError("A time of awareness needs its zone.")
    # In UTC, since adding to a local time counts clock faces: 23 or 25 hours at a clock change.
    return aware_at.astimezone(UTC) + SAE_LIMIT


@dataclass(frozen=True)
class Clock:
    """The 24 hours of one SAE: it runs from awareness until the sponsor was informed."""

    aware_at: datetime
    informed_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """The last instant that is in time."""
        return due_at(self.aware_at)

    def state(self, now: datetime) -> str:
        """``running``, ``overdue``, ``met`` or ``missed``; the last instant is in time."""
        if self.informed_at is None:
            return "running" if now <= self.due_at else "overdue"
        return "met" if self.informed_at <= self.due_at else "missed"

    def words(self, now: datetime) -> str:
        """The time left, overdue or taken, for a person to read."""
        if self.informed_at is not None:
            taken = in_words(self.informed_at - self.aware_at)
            return f"sponsor told after {taken}" + (", late" * (self.state(now) == "missed"))
        if now <= self.due_at:
            return f"{in_words(self.due_at - now)} left"
        return f"overdue by {in_words(now - self.due_at)}"


def in_words(span: timedelta) -> str:
    """A span of time: ``3 h 12 min``, from two days on ``2 days 4 h``; never negative."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        days, hours = divmod(hours, 24)
        return f"{days} days" + (f" {hours} h" if hours else "")
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts)


def phase(onset: PartialDate, infused_on: date | None) -> str:
    """Where the onset lies from the infusion: a code of ``PHASES``.

    An onset on the day of the infusion counts as treatment-emergent (the cautious reading); a
    partial date that can mean a day before and a day from the infusion on is ``unknown``.
    """
    if infused_on is None:
        return "not_infused"
    if onset.latest < infused_on:
        return "pre_infusion"
    return "treatment_emergent" if onset.earliest >= infused_on else "unknown"


def days_from_inclusion(onset: PartialDate, consented_on: date) -> int:
    """Days from the consent to the onset, by the earliest day the onset can mean; may be < 0."""
    return (onset.earliest - consented_on).days
