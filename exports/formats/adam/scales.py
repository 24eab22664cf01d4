"""One data set a scale: every score at every visit, its baseline and the change from it. Pure.

A parameter has the code of its test in SDTM, by which and by the visit its row is found there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from exports.formats import short_names
from exports.formats.adam.core import TABLES, Analysis, copied, front, of_person
from exports.formats.cdisc import terms
from exports.formats.cdisc.model import Dataset, Row, Variable, assigned, derived
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.cells import Cells
from exports.formats.sdtm.domains import STUDY_DAY
from exports.formats.sdtm.measures import Test, by_domain, measured_on, tests_of

NAMES: Mapping[str, str] = {"barthel": "ADBI", "bi20": "ADBI20"}
_NAME, _LABEL = 8, 40
_VISIT = "VISIT of a visit the protocol schedules; empty for another."
_BASE = "AVAL at the baseline visit of the outcome that the protocol declares."
_CHANGE = "AVAL less BASE, at visits after the baseline."
_FIRST = "Y at the baseline visit."
_ANALYSED = "Y for a complete record at a visit the protocol schedules, of whoever was randomized."


def scales(setting: Setting) -> Iterator[Analysis]:
    """A data set for every form with a score or a declared outcome."""
    found: dict[str, tuple[Test, ...]] = {}
    for domain, forms in by_domain(setting).items():
        for form, tests in tests_of(setting, domain, forms).items():
            if kept := tuple(test for test in tests if _is_parameter(setting, test)):
                found[form] = kept
    forms = [form for form in setting.instruments if form in found]
    wanted = [NAMES.get(form, f"AD{form.upper().replace('_', '')}") for form in forms]
    names = short_names.names(wanted, _NAME)
    for form, name in zip(forms, wanted, strict=True):
        yield _scale(setting, form, names[name], found[form])


def _is_parameter(setting: Setting, test: Test) -> bool:
    declared = {(one.form, one.column) for one in setting.plan.outcomes}
    return test.computed or (test.form, test.column.name) in declared


def _scale(setting: Setting, form: str, name: str, tests: Sequence[Test]) -> Analysis:
    title = setting.instruments[form].short or form
    dataset = Dataset(
        name,
        short_names.cut_short(plain(f"{title} Analysis Dataset"), _LABEL),
        "BASIC DATA STRUCTURE",
        "One record per subject per parameter per visit",
        (*front(setting), *_parameter(name, tests), *_values()),
    )
    return Analysis(dataset, partial(_rows, form, tuple(tests)), TABLES | {form})


def _parameter(name: str, tests: Sequence[Test]) -> tuple[Variable, ...]:
    pairs = [(test.code, parameter(test)) for test in tests]
    codes = terms.own(f"{name}.PARAMCD", "Parameter Code", pairs)
    names = terms.own(f"{name}.PARAM", "Parameter", ((b, a) for a, b in pairs))
    return (
        assigned("PARAMCD", "Parameter Code", codes=codes, key=3, mandatory=True),
        assigned("PARAM", "Parameter", codes=names, mandatory=True),
        derived("AVISIT", "Analysis Visit", "text", _VISIT),
        derived("AVISITN", "Analysis Visit (N)", "float", "VISITNUM where there is AVISIT."),
        copied("VISIT", "Visit Name", "VISIT of the domain"),
        copied("VISITNUM", "Visit Number", "VISITNUM of the domain", "float", key=4),
        derived("ADT", "Analysis Date", "day", "--DTC of the test as a number."),
        derived("ADY", "Analysis Relative Day", "integer", STUDY_DAY),
    )


def _values() -> tuple[Variable, ...]:
    return (
        derived("AVAL", "Analysis Value", "float", "--STRESN of the test with this code."),
        derived("BASE", "Baseline Value", "float", _BASE),
        derived("CHG", "Change from Baseline", "float", _CHANGE),
        derived("ABLFL", "Baseline Record Flag", "text", _FIRST, codes=terms.Y_ONLY),
        derived("ANL01FL", "Analysis Flag 01", "text", _ANALYSED, codes=terms.Y_ONLY),
    )


def parameter(test: Test) -> str:
    """PARAM: what the score is called, with its unit."""
    unit = f" ({test.column.unit})" if test.column.unit else ""
    return plain(f"{test.column.label}{unit}")


def baseline_visit(setting: Setting, test: Test) -> str:
    """The baseline visit of an outcome; of another score that of its form's first outcome."""
    own = [one for one in setting.plan.outcomes if one.form == test.form]
    exact = [one for one in own if one.column == test.column.name]
    return next((one.baseline_visit for one in (*exact, *own)), setting.plan.baseline.code)


def _rows(form: str, tests: tuple[Test, ...], person: Person) -> Iterator[Row]:
    records = person.rows(form)
    for test in tests:
        first = baseline_visit(person.setting, test)
        base = next((row[test.column.name] for row in records if row["visit"] == first), "")
        for row in records:
            if row[test.column.name]:
                yield {
                    **of_person(person),
                    "PARAMCD": test.code,
                    "PARAM": parameter(test),
                    **_when(person, form, row),
                    **_value(person, test, row, base, first),
                }


def _when(person: Person, form: str, row: Cells) -> Row:
    setting = person.setting
    on = measured_on(setting.instruments[form], row)
    number = setting.visit_number(row["visit"], row["occurrence"])
    name = setting.visit_name(row["visit"], row["occurrence"])
    scheduled = not setting.plan.visit(row["visit"]).repeatable
    return {
        "AVISIT": name if scheduled else "",
        "AVISITN": number if scheduled else None,
        "VISIT": name,
        "VISITNUM": number,
        "ADT": on,
        "ADY": person.day(on),
    }


def _value(person: Person, test: Test, row: Cells, base: str, first: str) -> Row:
    setting = person.setting
    order = [one.code for one in setting.plan.visits]
    scheduled = not setting.plan.visit(row["visit"]).repeatable
    later = order.index(row["visit"]) > order.index(first)
    value = float(row[test.column.name])
    counts = scheduled and row["status"] == "complete" and bool(person.reference)
    return {
        "AVAL": value,
        "BASE": float(base) if base else None,
        "CHG": round(value - float(base), 10) if base and later else None,
        "ABLFL": "Y" if row["visit"] == first else "",
        "ANL01FL": "Y" if counts else "",
    }
