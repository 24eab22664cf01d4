"""What a safety report says: one frozen snapshot, its canonical form, and its hash.

The fields are those of the CIOMS I form as far as the data hold them. What nobody records in the
trial (products taken beside, the history) is empty, and a document says so. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from safety.rules import NO_SPECIAL, is_reportable


@dataclass(frozen=True)
class Dose:
    """One administration of the product: the day, the amount in words, and its batch."""

    given_on: str
    amount: str
    batch: str


@dataclass(frozen=True)
class Grade:
    """A change of the event's grade."""

    was: str
    became: str
    since: str


@dataclass(frozen=True)
class Content:
    """Everything one version says. Dates are ISO 8601, partial where partial; instants are in UTC.

    Codes are those of ``safety.rules``; ``category_words`` and ``scale`` keep what they meant.
    ``rechallenge`` and ``dechallenge`` are "not applicable" where a product is given once.
    """

    control_number: str
    number: int
    kind: str
    source: str
    news: str
    received_at: str
    zone: str
    trial: str
    registry_id: str
    protocol_version: str
    participant: str
    site: str
    country: str
    sex: str
    age: int
    included_on: str
    index_event: str
    index_on: str
    died_on: str
    cause_of_death: str
    event: int
    term: str
    category: str
    category_words: str
    onset: str
    end: str
    scale: str
    severity: str
    grades: tuple[Grade, ...]
    serious: bool
    serious_on: str
    criteria: tuple[str, ...]
    causality: str
    action: str
    outcome: str
    aware_at: str
    aware_zone: str
    narrative: str
    voided: bool
    product: str
    doses: tuple[Dose, ...]
    route: str
    indication: str
    manufacturer: str
    dechallenge: str = "not applicable"
    rechallenge: str = "not applicable"
    concomitant: str = ""
    history: str = ""
    void_reason: str = ""
    special: str = NO_SPECIAL
    pregnancy_ended: str = ""
    pregnancy_outcome: str = ""

    @property
    def reportable(self) -> bool:
        """Whether the event was one to tell the sponsor at once, as this version has it."""
        return is_reportable(serious=self.serious, special=self.special)

    def as_json(self) -> dict[str, Any]:
        """As stored."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return found

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Content:
        """Read back; a field that did not exist when it was filed keeps its blank."""
        known = {one.name for one in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in stored.items() if name in known}
        values["grades"] = tuple(Grade(**one) for one in stored["grades"])
        values["doses"] = tuple(Dose(**one) for one in stored["doses"])
        values["criteria"] = tuple(stored["criteria"])
        return cls(**values)


def digest(stored: Mapping[str, Any]) -> str:
    """SHA-256 of a stored content: keys sorted, no spaces, UTF-8."""
    text = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
