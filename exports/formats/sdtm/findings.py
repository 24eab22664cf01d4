"""RS, QS, FT, VS, NV and the sponsor's own findings: one row an answer, score or measure. Pure.

The answer in words is the original result, its code the standard one, in characters and as a
number. What could not be tested, or was not done at all, has a row that says so and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from exports.formats.cdisc import terms
from exports.formats.cdisc.model import CodeList, Dataset, Row, Value, Variable, assigned, derived
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.cells import Cells
from exports.formats.sdtm.domains import Domain, at, identifiers, timing, visit_of
from exports.formats.sdtm.measures import Test, by_domain, measured_on, tests_of

LABELS: Mapping[str, str] = {
    "VS": "Vital Signs",
    "RS": "Disease Response and Clin Classification",
    "QS": "Questionnaires",
    "FT": "Functional Tests",
    "NV": "Nervous System Findings",
    "ZR": "Rehabilitation and Other Own Findings",
}
OWN = frozenset({"ZR"})
Tests = Mapping[str, tuple[Test, ...]]


def domains(setting: Setting) -> Iterator[Domain]:
    """Every findings domain the cut's forms fill."""
    for name, forms in by_domain(setting).items():
        tests = tests_of(setting, name, forms)
        yield Domain(
            _dataset(name, tests),
            partial(_rows, name, tests),
            tables=frozenset({"participants", *forms}),
        )


def _dataset(name: str, tests: Tests) -> Dataset:
    variables = (
        *identifiers(name),
        *_what(name, tests),
        *_results(name, tests),
        *_flags(name),
        *timing(name, start=""),
    )
    return Dataset(
        name,
        LABELS[name],
        "FINDINGS",
        "One record per test per visit per subject",
        variables,
        standard=name not in OWN,
    )


def _what(name: str, tests: Tests) -> tuple[Variable, ...]:
    codes, names = terms.VITAL_CODES, terms.VITAL_NAMES
    if name != "VS":
        every = [test for of_form in tests.values() for test in of_form]
        own = sorted([*((test.code, test.name) for test in every), (f"{name}ALL", _all(name))])
        codes = terms.own(f"{name}TESTCD", f"{LABELS[name]} Test Code", own)
        names = terms.own(f"{name}TEST", f"{LABELS[name]} Test Name", [(b, a) for a, b in own])
    comment = "Codes of the sponsor's own; MRS0101 is CDISC's." if name == "RS" else ""
    return (
        assigned(
            f"{name}TESTCD", "Short Name of Test", codes=codes, key=4, mandatory=True,
            comment=comment,
        ),
        assigned(f"{name}TEST", "Name of Test", codes=names, mandatory=True),
        assigned(f"{name}CAT", "Category"),
    )  # fmt: skip


def _results(name: str, tests: Tests) -> tuple[Variable, ...]:
    units: CodeList | None = terms.VITAL_RESULT_UNITS
    if name != "VS":
        found = {unit(name, test) for of_form in tests.values() for test in of_form} - {""}
        words = ((one, one) for one in sorted(found))
        units = terms.own(f"{name}ORRESU", "Original Units", words) if found else None
    coded = "The code of the answer; the measure as given; the answer in words without a code."
    number = f"{name}STRESC as a number, where it is one."
    standard = (
        "Character Result/Finding in Std Format",
        "Numeric Result/Finding in Standard Units",
    )
    return (
        Variable(f"{name}ORRES", "Result or Finding in Original Units"),
        Variable(f"{name}ORRESU", "Original Units", codes=units),
        derived(f"{name}STRESC", standard[0], "text", coded),
        derived(f"{name}STRESN", standard[1], "float", number),
        assigned(f"{name}STRESU", "Standard Units", codes=units),
        Variable(f"{name}STAT", "Completion Status", codes=terms.NOT_DONE),
        Variable(f"{name}REASND", "Reason Not Done"),
    )


def _flags(name: str) -> tuple[Variable, ...]:
    first = "Y at the visit the protocol declares as the baseline of an outcome from this form."
    score = "Y for a score the system computes."
    return (
        derived(f"{name}BLFL", "Baseline Flag", "text", first, codes=terms.Y_ONLY),
        derived(f"{name}DRVFL", "Derived Flag", "text", score, codes=terms.Y_ONLY),
    )


def _all(name: str) -> str:
    return f"All Tests of {name}"


def unit(domain: str, test: Test) -> str:
    """The unit of a test, in CDISC's spelling where it is a vital sign."""
    if domain == "VS":
        return terms.VITAL_UNITS.get(test.column.unit, (test.column.unit, ""))[0]
    return test.column.unit


def _rows(domain: str, tests: Tests, person: Person) -> Iterator[Row]:
    baseline = {(one.form, one.baseline_visit) for one in person.setting.plan.outcomes}
    for form, of_form in tests.items():
        instrument = person.setting.instruments[form]
        for row in person.rows(form):
            on = measured_on(instrument, row)
            place = {
                **visit_of(person, row["visit"], row["occurrence"]),
                **at(person, domain, on, start=""),
                f"{domain}BLFL": "Y" if (form, row["visit"]) in baseline else "",
            }
            if row["status"] == "not_done":
                yield _not_done(domain, of_form, row, place)
                continue
            for test in of_form:
                if result := _result(domain, test, row):
                    yield {**place, **result}


def _not_done(
    domain: str, of_form: tuple[Test, ...], row: Cells, place: Mapping[str, Value]
) -> Row:
    return {
        **place,
        f"{domain}TESTCD": f"{domain}ALL",
        f"{domain}TEST": _all(domain),
        f"{domain}CAT": of_form[0].category,
        f"{domain}STAT": "NOT DONE",
        f"{domain}REASND": row["not_done_reason"],
        f"{domain}BLFL": "",
    }


def _result(domain: str, test: Test, row: Cells) -> dict[str, Value]:
    """The result of one test, or why there is none; nothing where it was not answered."""
    cell = row[test.column.name]
    found: dict[str, Value] = {
        f"{domain}TESTCD": test.code,
        f"{domain}TEST": test.name,
        f"{domain}CAT": test.category,
    }
    if not cell:
        if test.untestable and row[test.untestable] == "1":
            why = {f"{domain}STAT": "NOT DONE", f"{domain}REASND": row[test.reason]}
            return {**found, **why, f"{domain}BLFL": ""}
        return {}
    words = {str(value): plain(label) for value, label in test.column.values}
    if test.column.kind == "boolean":
        words = {"1": "Y", "0": "N"}
    numeric = test.column.kind in {"integer", "decimal"}
    measured = unit(domain, test)
    return {
        **found,
        f"{domain}ORRES": words.get(cell, cell),
        f"{domain}ORRESU": measured,
        f"{domain}STRESC": cell if numeric else words.get(cell, cell),
        f"{domain}STRESN": float(cell) if numeric else None,
        f"{domain}STRESU": measured,
        f"{domain}DRVFL": "Y" if test.computed else "",
    }
