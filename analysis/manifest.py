"""What a data cut says about itself: `manifest.json`, read strictly into frozen facts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from analysis.errors import CutRefused
from analysis.plan_words import digest

SCHEMA = "hermes-cut/1"
MANIFEST_NAME = "manifest.json"

SHA256 = re.compile(r"[0-9a-f]{64}")
FILE_WORD = re.compile(r"[A-Za-z0-9_-]{1,60}")
"""What an outcome code may look like: it becomes part of a file name."""
T = TypeVar("T")


@dataclass(frozen=True)
class FileEntry:
    """One file of the cut as the manifest lists it; `rows` is None for a file that is no table.

    `name` is its path in the cut: a plain name for the tables, one in one folder for the files
    of other formats (`parquet/nihss.parquet`).
    """

    name: str
    rows: int | None
    sha256: str
    size: int


@dataclass(frozen=True)
class Arm:
    """An arm of the trial; `experimental` separates the product from the control."""

    code: str
    label: str
    experimental: bool


@dataclass(frozen=True)
class PlannedVisit:
    """A protocol visit; `day` counts from the index event, None where the protocol has none."""

    code: str
    label: str
    day: float | None


@dataclass(frozen=True)
class Horizon:
    """A counting horizon for adverse events, in days from inclusion, its last day included."""

    label: str
    days: int


@dataclass(frozen=True)
class Outcome:
    """One number followed over visits: where it is in the cut, its published range, its baseline.

    `minimum` and `maximum` are None for a measurement without a published range. `better` is
    "lower" or "higher". The plan adds its role, whether it is shown by its grades, and whether
    death is the worst of them.
    """

    code: str
    table: str
    column: str
    label: str
    minimum: float | None
    maximum: float | None
    better: str
    baseline_visit: str
    role: str = "secondary"
    ordinal: bool = False
    death_is_worst: bool = False

    @property
    def worst(self) -> float | None:
        """The worst value of the published range."""
        return self.maximum if self.better == "lower" else self.minimum


@dataclass(frozen=True)
class Product:
    """The protocol's limits of what is infused; days count from the index event."""

    doses_millions: tuple[float, ...]
    latest_day: int
    maximum_volume_ml: float
    minimum_viability_percent: float


@dataclass(frozen=True)
class Protocol:
    """The part of the protocol the analysis needs, as frozen with the cut."""

    code: str
    title: str
    version: str
    arms: tuple[Arm, ...]
    ratio: Mapping[str, int]
    planned: int | None
    index_event: str
    visits: tuple[PlannedVisit, ...]
    horizons: tuple[Horizon, ...]
    outcomes: tuple[Outcome, ...]
    product: Product | None = None

    def visit(self, code: str) -> PlannedVisit | None:
        """The planned visit with this code, or None (an unscheduled visit has no plan)."""
        return next((visit for visit in self.visits if visit.code == code), None)


@dataclass(frozen=True)
class LockedPlan:
    """The analysis plan as the first database lock found it: its digest, when, and the plan."""

    digest: str
    locked_at: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Manifest:
    """A cut's identity and list of files. `sha256` is the hash of `manifest.json` itself.

    `seal` is the newest seal of the audit trail when the cut was made, as `number:hash`; empty
    where the cut names none. `locked_plan` is None before a database lock.
    """

    cut: str
    as_of: str
    made_by: str
    purpose: str
    application: str
    seal: str
    blinded: bool
    simulated: bool
    protocol: Protocol
    files: tuple[FileEntry, ...]
    sha256: str
    locked_plan: LockedPlan | None = None

    @property
    def name(self) -> str:
        """The line every output carries: cut, instant, manifest hash."""
        return f"{self.cut} · as of {self.as_of} · manifest {self.sha256}"


def parse_manifest(content: bytes) -> Manifest:
    """Read the bytes of `manifest.json`.

    Raises:
        CutRefused: not JSON, another schema, or a fact missing or of the wrong kind.
    """
    try:
        data = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CutRefused(f"{MANIFEST_NAME} is not readable JSON: {error}.") from error
    if not isinstance(data, dict):
        raise CutRefused(f"{MANIFEST_NAME} holds no object.")
    if data.get("schema") != SCHEMA:
        raise CutRefused(
            f"This cut has the schema {data.get('schema')!r}; this module reads only {SCHEMA!r}."
        )
    return Manifest(
        cut=_get(data, "cut", str),
        as_of=_get(data, "as_of", str),
        made_by=_get(data, "made_by", str),
        purpose=_get(data, "purpose", str),
        application=_get(data, "application", str),
        seal=_seal(data.get("seal")),
        blinded=_get(data, "blinded", bool),
        simulated=_get(data, "simulated", bool),
        protocol=parse_protocol(_get(data, "protocol", dict)),
        files=tuple(
            _file(entry)
            for entry in (*_objects(data, "tables"), *_objects({"files": []} | data, "files"))
        ),
        sha256=hashlib.sha256(content).hexdigest(),
        locked_plan=_locked_plan(data.get("analysis_plan")),
    )


def _locked_plan(entry: object) -> LockedPlan | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise CutRefused(f"{MANIFEST_NAME} has no usable 'analysis_plan' (an object or null).")
    plan = _get(entry, "plan", dict)
    stated = _get(entry, "digest", str)
    if digest(plan) != stated:
        raise CutRefused(f"{MANIFEST_NAME}: the plan of the lock is not that of its digest.")
    return LockedPlan(stated, _get(entry, "locked_at", str), plan)


def _seal(entry: object) -> str:
    if entry is None:
        return ""
    if not isinstance(entry, dict):
        raise CutRefused(f"{MANIFEST_NAME} has no usable 'seal' (an object or null expected).")
    digest = _get(entry, "hash", str)
    if not SHA256.fullmatch(digest):
        raise CutRefused(f"{MANIFEST_NAME}: the hash of the seal is no SHA-256.")
    return f"{_get(entry, 'number', int)}:{digest}"


def _get(data: Mapping[str, Any], key: str, kind: type[T]) -> T:
    value = data.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise CutRefused(f"{MANIFEST_NAME} has no usable {key!r} ({kind.__name__} expected).")
    return value


def _number(data: Mapping[str, Any], key: str) -> float | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CutRefused(f"{MANIFEST_NAME} has no usable {key!r} (number or null expected).")
    return float(value)


def _objects(data: Mapping[str, Any], key: str) -> Iterable[Mapping[str, Any]]:
    for entry in _get(data, key, list):
        if not isinstance(entry, dict):
            raise CutRefused(f"{MANIFEST_NAME}: {key!r} must list objects.")
        yield entry


def _file(entry: Mapping[str, Any]) -> FileEntry:
    rows = entry.get("rows")
    return FileEntry(
        name=_get(entry, "file", str),
        rows=None if rows is None else _get(entry, "rows", int),
        sha256=_get(entry, "sha256", str).lower(),
        size=_get(entry, "bytes", int),
    )


def parse_protocol(data: Mapping[str, Any]) -> Protocol:
    """The protocol of a manifest.

    Raises:
        CutRefused: a fact missing or of the wrong kind, or a code twice.
    """
    protocol = Protocol(
        code=_get(data, "code", str),
        title=_get(data, "title", str),
        version=_get(data, "version", str),
        arms=tuple(_arm(entry) for entry in _objects(data, "arms")),
        ratio=_ratio(_get(data, "ratio", dict)),
        planned=None if data.get("planned") is None else _get(data, "planned", int),
        index_event=_get(data, "index_event", str),
        visits=tuple(_visit(entry) for entry in _objects(data, "visits")),
        horizons=tuple(
            Horizon(_get(entry, "label", str), _get(entry, "days", int))
            for entry in _objects(data, "horizons")
        ),
        outcomes=tuple(_outcome(entry) for entry in _objects(data, "outcomes")),
        product=_product(data.get("product")),
    )
    _refuse_repeats("arms", [arm.code for arm in protocol.arms])
    _refuse_repeats("visits", [visit.code for visit in protocol.visits])
    _refuse_repeats("outcomes", [outcome.code for outcome in protocol.outcomes])
    return protocol


def _ratio(shares: Mapping[str, Any]) -> dict[str, int]:
    return {str(arm): _get(shares, arm, int) for arm in shares}


def _product(entry: object) -> Product | None:
    """The limits; None where the trial has no product, or the cut is from before they were told."""
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise CutRefused(f"{MANIFEST_NAME} has no usable 'product' (an object or null expected).")
    doses = [_number({"dose": dose}, "dose") for dose in _get(entry, "doses_millions", list)]
    return Product(
        doses_millions=tuple(dose for dose in doses if dose is not None),
        latest_day=_get(entry, "latest_day", int),
        maximum_volume_ml=float(_get(entry, "maximum_volume_ml", int)),
        minimum_viability_percent=float(_get(entry, "minimum_viability_percent", int)),
    )


def _refuse_repeats(what: str, codes: list[str]) -> None:
    if len(set(codes)) != len(codes):
        raise CutRefused(f"{MANIFEST_NAME} lists a code twice among the {what}.")


def _arm(entry: Mapping[str, Any]) -> Arm:
    return Arm(
        _get(entry, "code", str), _get(entry, "label", str), _get(entry, "experimental", bool)
    )


def _visit(entry: Mapping[str, Any]) -> PlannedVisit:
    return PlannedVisit(_get(entry, "code", str), _get(entry, "label", str), _number(entry, "day"))


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    code = _get(entry, "code", str)
    if not FILE_WORD.fullmatch(code):
        raise CutRefused(f"{MANIFEST_NAME}: the outcome code {code!r} cannot name a file.")
    return Outcome(
        code=code,
        table=_get(entry, "table", str),
        column=_get(entry, "column", str),
        label=_get(entry, "label", str),
        minimum=_number(entry, "minimum"),
        maximum=_number(entry, "maximum"),
        better=_get(entry, "better", str),
        baseline_visit=_get(entry, "baseline_visit", str),
    )
