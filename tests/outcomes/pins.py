"""Pins: the structure of every released instrument, so that it cannot change by an edit.

A pin holds what scores and stored data depend on; wording is free to be corrected. To release a
new instrument, or a new version of one, write its pin:

    python -m tests.outcomes.pins CODE

It refuses to replace a pin whose structure differs while the version is the same. A new version
that is stored beside the old one is a new form code (and so a new table and a new pin).
"""

import json
import sys
from pathlib import Path
from typing import Any

from outcomes.scales import INSTRUMENTS
from outcomes.scales.base import Branch, Instrument, Scale, Score, Tree

PINS = Path(__file__).parent.parent / "pins"
COMMAND = "python -m tests.outcomes.pins"


class Pinned(Exception):  # noqa: N818  it names the state of the instrument
    """The instrument is released under this version with another structure."""


def structure(instrument: Instrument) -> dict[str, Any]:
    """What must not change within a version: columns, their values and limits, and the scores."""
    return {
        "code": instrument.code,
        "version": instrument.version,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "code": instrument.item(column.item).code,
                "sdtm": column.sdtm,
                "unit": column.unit,
                "values": [value for value, _ in column.values],
                "limits": [str(limit) for limit in (column.minimum, column.maximum)],
                "decimals": column.decimals,
                "max_length": column.max_length,
            }
            for column in instrument.columns()
        ],
        "scores": [_score(score, instrument) for score in instrument.scores],
    }


def pin_path(code: str) -> Path:
    """Where the pin of an instrument lies."""
    return PINS / f"{code}.json"


def difference(instrument: Instrument) -> str:
    """Why the instrument does not match its pin, as a sentence; empty when it does."""
    path = pin_path(instrument.code)
    if not path.exists():
        return f"{instrument.code} has no pin; write one: {COMMAND} {instrument.code}"
    pinned, now = json.loads(path.read_text("utf-8")), structure(instrument)
    if pinned == now:
        return ""
    if pinned["version"] != now["version"]:
        return f"{instrument.code} {now['version']} is new; write its pin: {COMMAND} {now['code']}"
    parts = ", ".join(key for key in now if pinned.get(key) != now[key])
    return (
        f"{instrument.code} {now['version']} is released and its {parts} changed. "
        "Data already entered were scored the old way: make a new version instead."
    )


def write(instrument: Instrument) -> Path:
    """Write the pin. Raises Pinned when this version is already released otherwise."""
    path = pin_path(instrument.code)
    sentence = difference(instrument)
    if path.exists() and "make a new version" in sentence:
        raise Pinned(sentence)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(structure(instrument), indent=1) + "\n", "utf-8")
    return path


def _score(score: Score, instrument: Instrument) -> dict[str, Any]:
    assert isinstance(instrument, Scale)
    made_of: Any = [item.name for item in instrument.items_of(score.name)]
    return {
        "name": score.name,
        "sdtm": score.sdtm,
        "made_of": _tree(score.root) if isinstance(score, Tree) else made_of,
        "range": list(instrument.range_of(score.name)),
    }


def _tree(node: Branch | int) -> Any:
    if isinstance(node, int):
        return node
    return {"item": node.item, "yes": _tree(node.yes), "no": _tree(node.no)}


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        try:
            print(f"wrote {write(INSTRUMENTS[wanted]).name}")
        except Pinned as refusal:
            sys.exit(str(refusal))
