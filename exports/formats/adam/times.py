"""ADTTE: time from randomization to death, and to the first serious adverse event. Pure.

A day that is not known is not imputed: the event counts, its time is empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from exports.formats.adam.core import TABLES, Analysis, day, front, of_person
from exports.formats.cdisc import terms
from exports.formats.cdisc.dates import is_full, study_day
from exports.formats.cdisc.model import Dataset, Row, Variable, assigned, derived
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.sdtm.demographics import ended_on

PARAMETERS = (
    ("DEATH", "Time to Death from Any Cause (Days)"),
    ("SAE1", "Time to First Serious Adverse Event (Days)"),
)
_VALUE = "ADT less STARTDT, plus 1; empty where the day of the event is not known."
_DATE = "The day of the event, or the last day of participation of whoever is censored."
_SERIOUS = "The first serious event that began on the day of randomization or later."


def times(setting: Setting) -> Analysis:
    """ADTTE: the randomized alone."""
    variables = (*front(setting), *_parameter())
    dataset = Dataset(
        "ADTTE", "Time-to-Event Analysis Dataset", "BASIC DATA STRUCTURE",
        "One record per subject per parameter", variables, subclass="TIME-TO-EVENT",
    )  # fmt: skip
    return Analysis(dataset, _rows, TABLES | {"adverse_events"})


def _parameter() -> tuple[Variable, ...]:
    codes = terms.own("ADTTE.PARAMCD", "Parameter Code", PARAMETERS)
    names = terms.own("ADTTE.PARAM", "Parameter", ((b, a) for a, b in PARAMETERS))
    return (
        assigned("PARAMCD", "Parameter Code", codes=codes, key=3, mandatory=True, comment=_SERIOUS),
        assigned("PARAM", "Parameter", codes=names, mandatory=True),
        derived("STARTDT", "Time-to-Event Origin Date for Subject", "day", "ADSL.RANDDT"),
        derived("ADT", "Analysis Date", "day", _DATE),
        derived("AVAL", "Analysis Value", "integer", _VALUE),
        derived("CNSR", "Censor", "integer", "0 for an event, 1 for whoever had none."),
        assigned("EVNTDESC", "Event or Censoring Description"),
    )


def _rows(person: Person) -> Iterator[Row]:
    if not person.reference:
        return
    last = ended_on(person, person.one("treatment").get("infused_on", ""))
    known = {
        "DEATH": (person.facts["died_on"], "Death"),
        "SAE1": (first_serious(person), "Serious adverse event"),
    }
    for code, label in PARAMETERS:
        on, words = known[code]
        at = day(on or last)
        yield {
            **of_person(person),
            "PARAMCD": code,
            "PARAM": label,
            "STARTDT": person.reference,
            "ADT": at,
            "AVAL": study_day(at, person.reference),
            "CNSR": 0 if on else 1,
            "EVNTDESC": words if on else "Last known to take part",
        }


def first_serious(person: Person) -> str:
    """The onset of the first serious event from randomization on, as far as it is known."""
    begun = [
        row["onset"]
        for row in person.rows("adverse_events")
        if row["serious"] == "1" and row["onset"] >= person.reference[: len(row["onset"])]
    ]
    return min((on for on in begun if is_full(on)), default=min(begun, default=""))
