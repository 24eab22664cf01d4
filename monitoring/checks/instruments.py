"""The soft rules of the instruments, asked again of complete records nobody confirmed them for.

A complete record was asked at entry and its confirmation is kept. What these find is older than
the rule, or came in by another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from monitoring.checks.facts import Check, Hit, Snapshot
from outcomes.scales import INSTRUMENTS
from outcomes.scales.base import SOFT, Instrument
from outcomes.scales.items import Number
from outcomes.scales.rules import ODD_RULE, CheckContext


def instrument_checks() -> tuple[Check, ...]:
    """One check for every soft rule, and for every number with a usual range."""
    return tuple(check for instrument in INSTRUMENTS.values() for check in _of(instrument))


def _of(instrument: Instrument) -> Iterator[Check]:
    for rule in instrument.rules:
        if rule.severity == SOFT:
            yield _check(instrument, rule.code, rule.message, f"{rule.when} {rule.then}")
    for item in instrument.items:
        if isinstance(item, Number) and (item.usual_minimum, item.usual_maximum) != (None, None):
            usual = f"{item.usual_minimum} to {item.usual_maximum}"
            title = f"{item.label} outside the usual range"
            yield _check(instrument, f"{ODD_RULE}-{item.name}", title, usual)


def _check(instrument: Instrument, rule: str, title: str, declared: str) -> Check:
    return Check(
        code=f"{instrument.code}/{rule}",
        title=f"{instrument.short}: {title}",
        sentence="{message} Correct it, or say that it is right.",
        scope="form",
        severity="odd",
        hangs_on=f"the item of the {instrument.short}",
        predicate=partial(_unconfirmed, instrument, rule),
        origin="the instrument's own rules",
        declared=f"{instrument.version} {title} {declared}",
    )


def _unconfirmed(instrument: Instrument, rule: str, snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        record = visit.complete(instrument.code)
        if record is None or rule in record.confirmed:
            continue
        context = CheckContext(assessed_on=record.assessed_on, inclusion=visit.baseline)
        for found in instrument.check(record.answers, context):
            if (found.rule, found.severity) == (rule, SOFT):
                seen = tuple(record.answers.get(item) for item in found.items)
                words = {"message": found.message.rstrip(".") + "."}
                yield Hit(seen, visit, instrument.code, found.item or "", words=words)
                break
