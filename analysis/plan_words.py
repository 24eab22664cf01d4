"""A plan as plain data, its digest, the whole of it in words, and what changed between two.

Words are made from the plain data and not from the classes: a plan written down years ago, in a
vocabulary that has changed since, is still printed and compared in full.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from analysis.plan import Plan

Data = Mapping[str, Any]

KIND = "kind"
NAMES = ("code", "label")
HEADS = {
    "": "Plan",
    "questions": "Question",
    "parts": "Description",
    "sets": "Analysis set",
    "horizons": "Horizon",
    "models": "Model",
    "outcomes": "Outcome",
    "families": "Family of tests",
    "sensitivities": "Sensitivity analysis",
    "simulation": "Simulation",
}
ITEMS = {
    "alpha": "level of the tests",
    "better": "better is",
    "df": "degrees of freedom",
    "lost": "share lost by the last visit",
    "model": "model",
    "per": "effect per, in units of the column",
    "sets": "analysis sets",
    "terms": "fixed effects",
    "within": "shift up to, in baseline SDs",
    KIND: "what it is",
}
VALUES = {
    "satterthwaite": "Satterthwaite",
    "kenward_roger": "Kenward and Roger",
    "holm": "Holm",
    "Feasibility": "share of those allocated to the product who received it, exact interval",
    "Safety": "adverse events by horizon, counted from inclusion",
    "OtherCovariances": "the same models with other covariances of the visits",
    "OrdinalShift": "proportional odds over the grades at each visit",
    "DoseResponse": "the amount given in place of the group",
    "TimeAsSlope": "months as a number in place of the visit",
    "TippingPoint": "missing readings of the experimental groups shifted until the conclusion "
    "changes",
}
UNSAID = frozenset(
    {"Plan", "AnalysisSet", "Horizon", "Model", "Outcome", "Family", "Simulation", "SimulatedVisit"}
)
"""The kinds that the heading names already."""
ORDER, SAID, ABSENT = "order of the entries", "in the plan", "not in the plan"


@dataclass(frozen=True)
class Line:
    """One thing that a plan says: under which heading, of what, which property, and its value."""

    head: str
    of: str
    item: str
    said: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same thing in another plan."""
        return self.head, self.of, self.item


@dataclass(frozen=True)
class Change:
    """One thing that two plans say differently; empty where one of them says nothing of it."""

    head: str
    of: str
    item: str
    was: str
    now: str

    @property
    def sentence(self) -> str:
        """ "Outcome mrs, baseline visit: V0 → M1"."""
        place = f"{self.head} {self.of}".strip()
        return f"{place}, {self.item}: {self.was or ABSENT} → {self.now or ABSENT}"


def as_data(plan: Plan) -> dict[str, Any]:
    """The plan as JSON would hold it, the kind of each part named."""
    found = _plain(plan)
    return found if isinstance(found, dict) else {}


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {KIND: type(value).__name__, **held}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def digest(data: Data) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no blanks, UTF-8."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def lines(data: Data) -> tuple[Line, ...]:
    """Everything the plan says, a line each."""
    return tuple(_told(data, ""))


def changes(was: Data, now: Data) -> tuple[Change, ...]:
    """What differs, in the order of the newer plan, then what is gone from it.

    An entry that only one of the two has is one change, not one for each of its properties.
    """
    old = {line.key: line.said for line in lines(was)}
    new = {line.key: line.said for line in lines(now)}
    entries = {key[:2] for key in old} ^ {key[:2] for key in new}
    found: dict[tuple[str, str, str], Change] = {}
    for key in [*new, *(key for key in old if key not in new)]:
        if key[:2] in entries:
            place = (*key[:2], "the whole entry")
            found[place] = Change(*place, *((SAID, "") if key in old else ("", SAID)))
        elif old.get(key) != new.get(key):
            found[key] = Change(*key, old.get(key, ""), new.get(key, ""))
    if not found and digest(was) != digest(now):
        return (Change(HEADS[""], "", ORDER, "another", "this"),)
    return tuple(found.values())


def _told(data: Data, head: str, of: str = "") -> Iterator[Line]:
    """The lines of one object; an object inside another is told under the outer one's name."""
    title = HEADS.get(head, head.replace("_", " "))
    for name, value in data.items():
        if (name == KIND and value in UNSAID) or (name in NAMES and str(value) == of):
            continue
        if isinstance(value, Mapping):
            inner = head or name
            yield from _told(value, inner, f"{of}, {_item(name)}" if head else "")
        elif _objects(value):
            yield from _listed(name, head, of, value)
        else:
            yield Line(title, of, _item(name), _said(value))


def _listed(name: str, head: str, of: str, items: Sequence[Data]) -> Iterator[Line]:
    for position, item in enumerate(items, start=1):
        own = next((str(item[key]) for key in NAMES if key in item), str(position))
        if head:
            yield from _told(item, head, f"{of} {_item(name)} {own}".strip())
        else:
            yield from _told(item, name, own)


def _objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _item(name: str) -> str:
    return ITEMS.get(name, name.replace("_", " "))


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return VALUES.get(text, text)
