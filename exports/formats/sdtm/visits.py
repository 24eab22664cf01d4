"""SV and MH: the visits that took place or were missed, and what was before. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from exports.formats import short_names
from exports.formats.cdisc import terms
from exports.formats.cdisc.model import SUPPLEMENT, Dataset, Row, Value, Variable, assigned
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.cells import Cells
from exports.formats.sdtm.domains import Domain, Qualifier, at, identifiers, timing, visit_of
from outcomes.scales.base import YesNo
from outcomes.scales.demographics import THIS_STROKE
from outcomes.scales.items import Question

HISTORY = "demographics"
_LONGEST_LABEL, _LONGEST_NAME = 40, 8


def visits() -> Domain:
    """SV: visits that took place, and planned ones that were missed."""
    variables = (
        *identifiers("SV"),
        assigned("SVPRESP", "Pre-specified", codes=terms.Y_ONLY, origin="Protocol"),
        Variable("SVOCCUR", "Occurrence", codes=terms.NY),
        Variable("SVREASOC", "Reason for Occur Value"),
        *timing("SV", end=True),
    )  # fmt: skip
    dataset = Dataset(
        "SV", "Subject Visits", "SPECIAL PURPOSE",
        "One record per actual or missed visit per subject", variables,
    )  # fmt: skip
    return Domain(dataset, _visits, tables=frozenset({"participants", "visits"}))


def _visits(person: Person) -> Iterator[Row]:
    for row in person.rows("visits"):
        if row["status"] == "planned":
            continue
        repeatable = person.setting.plan.visit(row["visit"]).repeatable
        on = row["actual_on"]
        yield {
            **visit_of(person, row["visit"], row["occurrence"]),
            "SVPRESP": "" if repeatable else "Y",
            "SVOCCUR": "" if repeatable else "Y" if on else "N",
            "SVREASOC": row["missed_reason"],
            **at(person, "SV", on),
            "SVENDTC": on,
            "SVENDY": person.day(on),
        }


def history(setting: Setting) -> Domain:
    """MH: the index event, and the illnesses that were asked about."""
    variables = (
        *identifiers("MH"),
        Variable("MHTERM", "Reported Term for the Medical History", mandatory=True),
        assigned("MHCAT", "Category for Medical History"),
        assigned("MHPRESP", "Medical History Event Pre-Specified", codes=terms.Y_ONLY),
        Variable("MHOCCUR", "Medical History Occurrence", codes=terms.NY),
        Variable("MHDTC", "Date/Time of History Collection", "date"),
        *timing("MH", visit=False),
    )
    dataset = Dataset(
        "MH", "Medical History", "EVENTS",
        "One record per medical history event per subject", variables,
    )  # fmt: skip
    return Domain(
        dataset,
        _history,
        qualifiers(setting, of_the_event=True),
        frozenset({"participants", HISTORY}),
    )


def _questions(setting: Setting) -> tuple[Question, ...]:
    instrument = setting.instruments.get(HISTORY)
    return () if instrument is None else instrument.items


def _is_illness(question: Question) -> bool:
    return isinstance(question, YesNo) and question.section != THIS_STROKE


def qualifiers(setting: Setting, *, of_the_event: bool) -> tuple[Qualifier, ...]:
    """The answers that go beside the index event (SUPPMH), or beside the person (SUPPDM)."""
    return tuple(
        Qualifier(name, short_names.cut_short(plain(question.label), _LONGEST_LABEL))
        for question, name in _named(setting)
        if (question.section == THIS_STROKE) == of_the_event
    )


def answers(setting: Setting, row: Cells, *, of_the_event: bool) -> dict[str, Value]:
    """The values of these qualifiers in a row of the history, in words."""
    if not row:
        return {}
    return {
        f"{SUPPLEMENT}.{name}": _in_words(question, row[question.name])
        for question, name in _named(setting)
        if (question.section == THIS_STROKE) == of_the_event
    }


def _named(setting: Setting) -> list[tuple[Question, str]]:
    asked = [one for one in _questions(setting) if not _is_illness(one)]
    wanted = [one.sdtm or one.name.replace("_", "").upper() for one in asked]
    short = short_names.names(wanted, _LONGEST_NAME)
    return [(one, short[name]) for one, name in zip(asked, wanted, strict=True)]


def _in_words(question: Question, cell: str) -> str:
    if not cell:
        return ""
    column = question.columns()[0]
    if column.kind == "boolean":
        return {"1": "Y", "0": "N"}[cell]
    return {str(value): plain(label) for value, label in column.values}.get(cell, cell)


def _history(person: Person) -> Iterator[Row]:
    asked = person.one(HISTORY)
    index = person.facts["index_on"]
    yield {
        "MHTERM": plain(person.setting.plan.index_event.capitalize()),
        "MHCAT": "INDEX EVENT",
        **at(person, "MH", index),
        **answers(person.setting, asked, of_the_event=True),
    }
    for question in _questions(person.setting):
        if asked and _is_illness(question) and asked[question.name]:
            yield {
                "MHTERM": plain(question.label),
                "MHCAT": "MEDICAL HISTORY",
                "MHPRESP": "Y",
                "MHOCCUR": "Y" if asked[question.name] == "1" else "N",
                "MHDTC": asked["assessed_on"],
            }
