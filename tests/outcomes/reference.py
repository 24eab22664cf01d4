"""The reference the declarations are compared with, and worked scorings, read from tests/data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from outcomes.scales import INSTRUMENTS, SCALES
from outcomes.scales.base import CheckContext, Item, Scale, Value

DATA = Path(__file__).parent.parent / "data"
FORM_CODES = {
    "NIHSS": "nihss", "MRS": "mrs", "SMRSQ": "smrsq", "BI100": "barthel", "BI20": "bi20",
    "FMA": "fma",
}  # fmt: skip


@cache
def reference() -> dict[str, Any]:
    """Facts of every instrument, by form code."""
    found = json.loads((DATA / "instruments.json").read_text("utf-8"))["instruments"]
    return {FORM_CODES[instrument["id"]]: instrument for instrument in found}


@cache
def examples() -> list[dict[str, Any]]:
    """Worked scorings with the expected totals and rule hits."""
    found: list[dict[str, Any]] = json.loads((DATA / "scoring_examples.json").read_text("utf-8"))[
        "examples"
    ]
    return found


def scale_of(instrument: str) -> Scale:
    """The declared scale of a reference instrument id."""
    scale = INSTRUMENTS[FORM_CODES[instrument]]
    assert isinstance(scale, Scale)
    return scale


def by_sdtm(scale: Scale) -> dict[str, Item]:
    """The items of a scale by their test code."""
    return {item.sdtm: item for item in scale.items}


def answers_of(example: Mapping[str, Any]) -> dict[str, Value]:
    """The example's answers, keyed by column."""
    items = by_sdtm(scale_of(example["instrument"]))
    reasons = example.get("context", {}).get("un_reasons", {})
    answers: dict[str, Value] = {}
    for code, value in example["items"].items():
        item = items[code]
        answers[item.name] = None if value == "UN" else value
        if value == "UN":
            answers[item.untestable_column] = True
            answers[item.reason_column] = reasons.get(code, "")
    return answers


def rules_hit(scale: Scale, answers: Mapping[str, Value], context: CheckContext) -> set[str]:
    """The ids of the rules the answers break."""
    return {finding.rule for finding in scale.check(answers, context)}


def lowest(scale: Scale) -> dict[str, Value]:
    """Every item at its lowest level."""
    return {item.name: item.points[0] for item in scale.items}


def highest(scale: Scale) -> dict[str, Value]:
    """Every item at its highest level."""
    return {item.name: item.points[-1] for item in scale.items}


SCALE_IDS = [scale.code for scale in SCALES]
