"""What was given: cells, viability and volume, how late, and where it fell short of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from analysis.baseline import Measured, measured_rows
from analysis.columns import flags, numbers, texts
from analysis.cut import Cut
from analysis.manifest import Product, Protocol
from analysis.people import Participant
from analysis.sets import AnalysisSet, Group
from analysis.tables import NOT_AVAILABLE, Table, fixed

WEIGHT = "weight_kg"
LEAST_SHARE = 80.0
"""Percent of the dose ordered: fewer cells are a shortfall, as the release test has it."""


@dataclass(frozen=True)
class Given:
    """One infusion. Cells and dose in millions, viability in percent, volume in mL, weight in kg.

    `whole` is whether the whole dose was given. Whatever the cut does not tell is None.
    """

    person: Participant
    cells: float | None
    dose: float | None
    viability: float | None
    volume: float | None
    weight: float | None
    whole: bool | None

    @property
    def per_kg(self) -> float | None:
        """Millions of cells for each kilogram of the participant."""
        return self.cells / self.weight if self.cells is not None and self.weight else None

    @property
    def share(self) -> float | None:
        """Cells given, in percent of the dose ordered."""
        return 100 * self.cells / self.dose if self.cells is not None and self.dose else None

    def days_since(self, start: date | None) -> int | None:
        """Days from a day to the infusion."""
        if self.person.infused_on is None or start is None:
            return None
        return (self.person.infused_on - start).days


def read_exposure(cut: Cut, people: Sequence[Participant]) -> tuple[Given, ...]:
    """Every infusion of the cut, by participant; none in a blinded one.

    Raises:
        CutRefused: a cell that does not parse.
    """
    if cut.manifest.blinded:
        return ()
    frame = cut.table("treatment.csv", "participant")
    codes, weights = texts(frame, "participant"), _weights(cut)
    told = {
        name: dict(zip(codes, numbers(frame, name), strict=True)) if name in frame.columns else {}
        for name in ("cells_millions", "dose_millions", "viability_percent", "volume_ml")
    }
    known = flags(frame, "complete") if "complete" in frame.columns else []
    whole = dict(zip(codes, known, strict=False))
    return tuple(
        Given(
            person=person,
            cells=told["cells_millions"].get(person.code),
            dose=told["dose_millions"].get(person.code),
            viability=told["viability_percent"].get(person.code),
            volume=told["volume_ml"].get(person.code),
            weight=weights.get(person.code),
            whole=whole.get(person.code),
        )
        for person in people
        if person.infused_on is not None
    )


def _weights(cut: Cut) -> Mapping[str, float]:
    """The first weight of each participant, from the first table that has such a column."""
    for name in sorted(cut.tables):
        frame = cut.tables[name]
        if WEIGHT in frame.columns and "participant" in frame.columns:
            pairs = zip(texts(frame, "participant"), numbers(frame, WEIGHT), strict=True)
            found: dict[str, float] = {}
            for code, weight in pairs:
                if weight is not None and weight > 0:
                    found.setdefault(code, weight)
            return found
    return {}


def shortfalls(given: Given, protocol: Protocol) -> tuple[str, ...]:
    """In sentences, where an infusion fell short of the order or the protocol's limits."""
    found = []
    if given.whole is False:
        found.append("Not the whole dose was given.")
    if given.share is not None and given.share < LEAST_SHARE:
        found.append(f"{fixed(given.share, 1)} % of the dose ordered.")
    if protocol.product is not None:
        found += _outside(given, protocol.product, protocol.index_event)
    return tuple(found)


def _outside(given: Given, limits: Product, event: str) -> Iterator[str]:
    if given.viability is not None and given.viability < limits.minimum_viability_percent:
        least = f"{limits.minimum_viability_percent:g}"
        yield f"Viability {given.viability:g} %, at least {least} % asked for."
    if given.volume is not None and given.volume > limits.maximum_volume_ml:
        yield f"Volume {given.volume:g} mL, at most {limits.maximum_volume_ml:g} mL allowed."
    day = given.days_since(given.person.index_on)
    if day is not None and day > limits.latest_day:
        yield f"Day {day} from {event}, at the latest day {limits.latest_day} allowed."


def measures(given: Sequence[Given], event: str) -> list[Measured]:
    """What is told of the infusions, by participant; what the cut tells of none is left out."""
    found = [
        Measured("Cells given, millions", {g.person.code: g.cells for g in given}, 1),
        Measured("Dose ordered, millions", {g.person.code: g.dose for g in given}, 0),
        Measured("Given of the dose ordered, %", {g.person.code: g.share for g in given}, 1),
        Measured("Cells per kg, millions", {g.person.code: g.per_kg for g in given}, 2),
        Measured("Viability, %", {g.person.code: g.viability for g in given}, 1),
        Measured("Volume, mL", {g.person.code: g.volume for g in given}, 1),
        _delays(f"From {event} to infusion, days", given, "index_on"),
        _delays("From consent to infusion, days", given, "consented_on"),
        _delays("From randomization to infusion, days", given, "randomized_on"),
    ]
    return [one for one in found if any(value is not None for value in one.values.values())]


def _delays(label: str, given: Sequence[Given], start: str) -> Measured:
    days = {one.person.code: one.days_since(getattr(one.person, start)) for one in given}
    return Measured(label, {c: None if d is None else float(d) for c, d in days.items()}, 1)


def infused_groups(sets: Sequence[AnalysisSet], given: Sequence[Given]) -> tuple[Group, ...]:
    """Of each analysis set the groups with an infusion, reduced to the infused."""
    infused = {one.person.code for one in given}
    found = []
    for chosen in sets:
        for group in chosen.groups:
            members = tuple(code for code in group.members if code in infused)
            if members:
                label = f"{chosen.title}, {group.label}"
                found.append(replace(group, label=label, members=members))
    return tuple(found)


def exposure_table(given: Sequence[Given], sets: Sequence[AnalysisSet], event: str) -> Table:
    """The infusions as mean (SD), median [quartiles] and range, the analysis sets side by side."""
    groups = infused_groups(sets, given)
    rows = [row for one in measures(given, event) for row in measured_rows(one, groups, two=False)]
    told = {one.label for one in measures(given, event)}
    missing = [
        words
        for label, words in (
            ("Cells per kg, millions", "cells per kg (no weight)"),
            ("Dose ordered, millions", "dose ordered"),
        )
        if label not in told
    ]
    notes = ["n: participants with an infusion; by allocation of those allocated to the group."]
    if missing:
        notes.append(f"Not told by this cut: {', '.join(missing)}.")
    return Table(
        "exposure",
        "Exposure: what the infused were given, and when",
        ("Measure", *(f"{group.label} (n = {group.size})" for group in groups)),
        tuple(rows),
        tuple(notes),
    )


def listing_table(given: Sequence[Given], protocol: Protocol) -> Table:
    """Each infusion with its shortfalls."""
    return Table(
        "exposure_listing",
        "Each infusion",
        (
            *("Participant", "Cells, millions", "Dose, millions", "Viability, %", "Volume, mL"),
            *(f"Days from {protocol.index_event}", "Days from randomization", "Shortfalls"),
        ),
        tuple(
            (
                *(one.person.code, *(_plain(v) for v in _amounts(one))),
                _plain(one.days_since(one.person.index_on)),
                _plain(one.days_since(one.person.randomized_on)),
                " ".join(shortfalls(one, protocol)) or "none",
            )
            for one in given
        ),
        (
            f"Shortfalls: not the whole dose, under {LEAST_SHARE:g} % of the dose ordered"
            + (", or outside the protocol's limits." if protocol.product else ".")
            + ("" if protocol.product else " This cut does not tell the protocol's limits."),
        ),
    )


def _amounts(one: Given) -> tuple[float | None, ...]:
    return one.cells, one.dose, one.viability, one.volume


def _plain(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else f"{value:g}"
