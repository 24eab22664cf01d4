"""``manifest.json``: what a cut says about itself, and about the protocol it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from audit.models import Seal
from exports.models import DataCut
from exports.output import WrittenFile
from trial import protocol
from trial.models import Lock
from trial.protocol import Protocol

NAME = "manifest.json"
SCHEMA = "hermes-cut/1"


@dataclass(frozen=True)
class Seen:
    """What is true besides the tables at the instant of a cut, read in the same snapshot.

    ``seal`` is the trail's newest, ``commitment`` the hash the allocation list was sealed with,
    empty before one is. ``plan`` is the analysis plan as the first database lock found it,
    ``lock`` the standing lock of the trial that a final cut belongs to.
    """

    as_of: datetime
    seal: Seal | None
    commitment: str
    plan: Mapping[str, Any] | None = None
    lock: Lock | None = None


def describe(plan: Protocol, *, blinded: bool) -> dict[str, Any]:
    """The part of the protocol an analysis needs; without the visits of some arms if blinded.

    Days count from the index event; a visit counted from another day, or unscheduled, has none.
    """
    return {
        "code": plan.code,
        "title": plan.title,
        "version": plan.version,
        "arms": [
            {"code": arm.code, "label": arm.label, "experimental": arm.experimental}
            for arm in plan.arms
        ],
        "ratio": {arm.code: arm.ratio for arm in plan.arms},
        "planned": plan.planned,
        "index_event": plan.index_event,
        "visits": [
            {
                "code": visit.code,
                "label": visit.label,
                "day": visit.day if visit.anchor == "index" else None,
            }
            for visit in plan.visits
            if not (blinded and visit.reveals_arm)
        ],
        "horizons": [{"label": span.label, "days": span.days} for span in plan.horizons],
        "outcomes": [
            {
                "code": outcome.code,
                "table": f"{outcome.form}.csv",
                "column": outcome.column,
                "label": outcome.label,
                "minimum": outcome.minimum,
                "maximum": outcome.maximum,
                "better": outcome.better,
                "baseline_visit": outcome.baseline_visit,
            }
            for outcome in plan.outcomes
        ],
        "product": None if blinded else _product(plan),
    }


def _product(plan: Protocol) -> dict[str, Any] | None:
    """The protocol's limits of what is given; days count from the index event."""
    if plan.product is None:
        return None
    return {
        "doses_millions": list(plan.product.doses_millions),
        "latest_day": plan.product.latest_day,
        "maximum_volume_ml": plan.product.maximum_volume_ml,
        "minimum_viability_percent": plan.product.minimum_viability_percent,
    }


def build(
    cut: DataCut,
    *,
    seen: Seen,
    made_at: datetime,
    tables: Iterable[WrittenFile],
    files: Iterable[WrittenFile],
    counts: Mapping[str, int],
) -> dict[str, Any]:
    """The manifest of a cut of these ``tables`` in CSV and these other ``files``.

    ``forms`` and ``sites`` are empty for all of them; ``cut_off`` is the last day, null for the
    instant ``as_of``; ``final`` names the lock a final cut was made under.
    """
    return {
        "schema": SCHEMA,
        "cut": cut.code,
        "as_of": _utc(seen.as_of),
        "made_at": _utc(made_at),
        "made_by": cut.requested_by.full_name,
        "purpose": cut.purpose,
        "blinded": cut.blinded,
        "final": _final(seen.lock),
        "forms": list(cut.forms),
        "population": cut.population,
        "sites": list(cut.sites),
        "cut_off": cut.cut_off.isoformat() if cut.cut_off else None,
        "simulated": settings.HERMES_ENVIRONMENT != "production",
        "application": f"hermes-ecrf {settings.VERSION}",
        "seal": {"number": seen.seal.number, "hash": seen.seal.hash} if seen.seal else None,
        "allocation_commitment": seen.commitment,
        "analysis_plan": seen.plan,
        "protocol": describe(protocol.current(), blinded=cut.blinded),
        "tables": [_listed(file) for file in tables],
        "formats": list(cut.formats),
        "files": [_listed(file) for file in files],
        "counts": dict(counts),
    }


def _listed(file: WrittenFile) -> dict[str, str | int | None]:
    return {"file": file.name, "rows": file.rows, "sha256": file.sha256, "bytes": file.bytes}


def _final(lock: Lock | None) -> dict[str, str] | None:
    """The lock behind a final cut; null for every other."""
    if lock is None:
        return None
    by = lock.locked_by.full_name
    return {"lock": lock.code, "locked_at": _utc(lock.locked_at), "locked_by": by}


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """The exact content of the file; its SHA-256 names the cut."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
