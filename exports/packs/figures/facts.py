"""What a cut holds, as the packs count it; and the same cut behind the veil of the blinded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from analysis.columns import dates, flags, numbers, partial_dates, texts
from analysis.cut import Cut
from analysis.labels import VALUE_LABELS, labelled
from analysis.manifest import Manifest
from analysis.people import Participant, read_people
from safety.blinding import SPECIAL
from safety.coding.grouping import COLUMNS as CODES
from safety.coding.grouping import Group, group_of
from safety.stopping import Happened
from trial.partial_dates import PartialDate
from trial.stopping_plan import StoppingRule

WITHHELD = "withheld"
LEVELS = ("soc", "pt")
EVENTS, QUERIES, MARKS = "adverse_events.csv", "queries.csv", "sdv.csv"
# What the open pack reads beside the visits and the forms: no other table gets behind the veil.
POOLED = frozenset({"screening.csv", "participants.csv", EVENTS, VALUE_LABELS})


@dataclass(frozen=True)
class Setting:
    """What of the protocol the packs need and a manifest does not say.

    ``hidden_visits`` exist for some arms only, ``revealing`` are AE categories only some can have;
    ``forms`` are the required forms by visit, ``titles`` their words; ``masks`` gives each arm its
    letter. ``months`` is the planned time of enrolment, ``ours`` whether that is this product's
    default; ``laboratory`` names the forms of laboratory values.
    """

    hidden_visits: frozenset[str] = frozenset()
    revealing: frozenset[str] = frozenset()
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[StoppingRule, ...] = ()
    special: frozenset[str] = frozenset()
    masks: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    months: int | None = None
    ours: bool = True
    laboratory: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """One adverse event as the cut has it; ``code`` is the category's, the rest is in words.

    ``soc`` and ``pt`` are empty while it is not coded, and in a cut made before there were codes.
    """

    participant: str
    number: str
    term: str
    code: str
    category: str
    onset: str
    first: date
    severity: str
    serious: bool
    causality: str
    relation: str
    outcome: str
    death: bool
    narrative: str
    soc: str = ""
    pt: str = ""

    def group(self, category: str) -> Group:
        """Under what a table counts it; ``category`` is that as the reader may see it."""
        return group_of({"soc": self.soc, "pt": self.pt, "category": self.code}, category)


@dataclass(frozen=True)
class Visit:
    """One planned visit of one participant."""

    participant: str
    code: str
    window_to: date
    status: str
    late: bool


@dataclass(frozen=True)
class Query:
    """One query: the days it was opened and came into its present state."""

    opened: date
    since: date
    closed: bool


@dataclass(frozen=True)
class Mark:
    """One record: how many of its items the plan asks to verify, and how many of them are."""

    planned: int
    verified: int


@dataclass(frozen=True)
class Facts:
    """A cut, read once; ``queries`` and ``marks`` are None in one made before it had them."""

    cut: Cut
    as_of: date
    people: tuple[Participant, ...]
    events: tuple[Event, ...]
    visits: tuple[Visit, ...]
    queries: tuple[Query, ...] | None = None
    marks: tuple[Mark, ...] | None = None

    @property
    def manifest(self) -> Manifest:
        """What the cut says of itself."""
        return self.cut.manifest

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades of severity in words, the mildest first, as the cut declares them."""
        frame = self.cut.table(VALUE_LABELS, "table", "column", "label")
        mine = (frame["column"] == "severity") & frame["table"].isin([EVENTS, EVENTS[:-4]])
        return tuple(word for word in texts(frame[mine], "label") if not word.startswith(WITHHELD))

    @property
    def randomized(self) -> tuple[Participant, ...]:
        """Everybody randomized: the denominator of most tables."""
        return tuple(person for person in self.people if person.randomized)


def read_facts(cut: Cut) -> Facts:
    """Everything the packs count.

    Raises:
        CutRefused: a table, column or cell cannot be read.
    """
    return Facts(
        cut,
        date.fromisoformat(cut.manifest.as_of[:10]),
        read_people(cut),
        _events(cut),
        _visits(cut),
        _queries(cut) if QUERIES in cut.tables else None,
        _marks(cut) if MARKS in cut.tables else None,
    )


def behind_the_veil(cut: Cut, setting: Setting) -> Cut:
    """The cut as a blinded one of the same instant would be: nothing in it tells an arm.

    The open pack is made from this and from nothing else, but for the pooled exposure.
    """
    tables = {
        name: _veiled(name, frame, setting)
        for name, frame in cut.tables.items()
        if name in POOLED or "visit" in frame.columns
    }
    return Cut(replace(cut.manifest, blinded=True), tables)


def _veiled(name: str, frame: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    if name == EVENTS:
        return _veiled_events(frame, setting)
    if name == QUERIES:
        frame = frame[frame["tells_arm"] != "1"].drop(columns="tells_arm")
    if "visit" in frame.columns:
        return frame[~frame["visit"].isin(setting.hidden_visits)].reset_index(drop=True)
    return frame


def _veiled_events(frame: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    found = frame.drop(columns="phase")
    found[["narrative", "pregnancy_outcome"]] = WITHHELD
    if setting.revealing:
        found[["causality", "action", *SPECIAL]] = WITHHELD
        hidden = found["category"].isin(setting.revealing | {"other"})
        words = [one for one in ("term", "category", *CODES) if one in found.columns]
        found.loc[hidden, words] = WITHHELD
    return found


def _events(cut: Cut) -> tuple[Event, ...]:
    columns = ("participant", "ae_number", "term", "category", "onset", "serious", "causality")
    frame = cut.table(EVENTS, *columns, "criterion_death", "narrative")
    rows = zip(
        texts(frame, "participant"),
        texts(frame, "ae_number"),
        texts(frame, "term"),
        texts(frame, "category"),
        labelled(cut, EVENTS, "category"),
        texts(frame, "onset"),
        partial_dates(frame, "onset"),
        labelled(cut, EVENTS, "severity"),
        flags(frame, "serious"),
        texts(frame, "causality"),
        labelled(cut, EVENTS, "causality"),
        labelled(cut, EVENTS, "outcome"),
        flags(frame, "criterion_death"),
        texts(frame, "narrative"),
        *(texts(frame, name) if name in frame.columns else [""] * len(frame) for name in LEVELS),
        strict=True,
    )
    return tuple(
        Event(
            who, number, term, code, category, onset, span.earliest, severity, bool(serious),
            causality, relation, outcome, bool(death), narrative, soc, pt,
        )
        for who, number, term, code, category, onset, span, severity, serious, causality,
        relation, outcome, death, narrative, soc, pt in rows
        if span is not None
    )  # fmt: skip


def _visits(cut: Cut) -> tuple[Visit, ...]:
    columns = ("participant", "visit", "window_to", "status", "out_of_window")
    frame = cut.table("visits.csv", *columns)
    rows = zip(*(texts(frame, column) for column in columns), strict=True)
    return tuple(
        Visit(who, code, date.fromisoformat(to), status, late == "1")
        for who, code, to, status, late in rows
    )


def _queries(cut: Cut) -> tuple[Query, ...]:
    frame = cut.table(QUERIES, "opened_at", "since", "status")
    rows = zip(
        dates(frame, "opened_at"), dates(frame, "since"), texts(frame, "status"), strict=True
    )
    return tuple(
        Query(opened, since, status == "closed")
        for opened, since, status in rows
        if opened is not None and since is not None
    )


def _marks(cut: Cut) -> tuple[Mark, ...]:
    frame = cut.table(MARKS, "planned", "verified")
    rows = zip(numbers(frame, "planned"), numbers(frame, "verified"), strict=True)
    return tuple(Mark(round(planned or 0), round(verified or 0)) for planned, verified in rows)


def happened(facts: Facts) -> tuple[Happened, ...]:
    """Events and deaths as the stopping rules ask for them, keyed by the place in ``people``."""
    keys = {person.code: place for place, person in enumerate(facts.people)}
    frame = facts.cut.table("participants.csv", "participant", "died_on")
    deaths = zip(texts(frame, "participant"), texts(frame, "died_on"), strict=True)
    return (
        *(
            Happened(
                keys[event.participant], PartialDate.parse(event.onset), category=event.code,
                serious=event.serious, causality=event.causality, death=event.death,
            )
            for event in facts.events
        ),
        *(
            Happened(keys[code], PartialDate.parse(day), serious=True, death=True)
            for code, day in deaths
            if day
        ),
    )  # fmt: skip
