"""The table of adverse events: columns from the rules and the protocol, rows from safety."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exports.tables import Column, Kind, Row, Table
from safety import rules
from safety.blinding import WITHHELD, WITHHELD_WORDS
from safety.coding.exported import coded_row, codes_of_events
from safety.coding.grouping import COLUMNS as CODES
from safety.grading import GRADINGS
from safety.selectors import EXPORTED, rows_for_export
from safety.wording import label
from trial.protocol import Protocol

_KINDS: Mapping[str, Kind] = {
    "term": "text",
    "onset": "partial",
    "end": "partial",
    "serious_on": "partial",
    "pregnancy_ended": "partial",
    "pregnancy_outcome": "text",
    "aware_at": "datetime",
    "serious": "boolean",
    "narrative": "text",
}

SCALE = Column(
    "severity_scale",
    "Scale of the severity, with its version",
    "choice",
    values=tuple((one.code, one.label) for one in GRADINGS.values()),
)


def adverse_events(plan: Protocol, *, blinded: bool) -> Table:
    """``adverse_events.csv``; in a blinded cut what might tell an arm reads ``withheld``."""

    def read() -> Iterator[Row]:
        codes = codes_of_events()
        found = rows_for_export(blinded=blinded)
        found.sort(key=lambda row: (row["participant"], row["ae_number"]))
        return (coded_row(row, codes, blinded=blinded) for row in found)

    phase = Column(
        "phase", "Where the onset lies from the infusion", "choice", values=_codes(rules.PHASES)
    )
    return Table(
        "adverse_events.csv",
        "Adverse events",
        (
            Column("participant", "Participant code"),
            Column("ae_number", "Number of the event of this participant", "integer"),
            *(_column(item, plan, blinded=blinded) for item in EXPORTED),
            SCALE,
            Column(
                "days_from_inclusion",
                "Onset, days from inclusion, by the earliest reading of a partial date",
                "integer",
                "days",
            ),
            *(() if blinded else (phase,)),
            *(Column(name, words) for name, words in CODES.items()),
        ),
        read,
        lambda: len(rows_for_export(blinded=blinded)),
    )


def _column(item: str, plan: Protocol, *, blinded: bool) -> Column:
    codes = {
        "category": plan.ae_categories,
        "severity": GRADINGS[plan.safety.grading].grades,
        "special": rules.SPECIALS,
        "causality": rules.CAUSALITIES,
        "action": rules.ACTIONS,
        "outcome": rules.OUTCOMES,
    }.get(item)
    if codes is None:
        kind = "boolean" if item.startswith("criterion_") else _KINDS[item]
        return Column(item, label(item), kind)
    held_back = ((WITHHELD, WITHHELD_WORDS),) if blinded else ()
    return Column(item, label(item), "choice", values=(*_codes(codes), *held_back))


def _codes(words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(words.items())
