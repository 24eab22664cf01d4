"""What every analysis data set carries of a participant. Pure.

In a blinded cut planned and actual treatment are empty, for everybody alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from exports.formats.cdisc import terms
from exports.formats.cdisc.dates import is_full
from exports.formats.cdisc.model import Dataset, Kind, Row, Value, Variable
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.sdtm.demographics import arm_lists

WITHHELD = "Empty for everybody: this cut is blinded."
TABLES = frozenset({"participants", "visits", "allocation", "treatment"})


@dataclass(frozen=True)
class Analysis:
    """An analysis data set: what it is, and the rows of one participant, in their order."""

    dataset: Dataset
    rows: Callable[[Person], Iterable[Row]]
    tables: frozenset[str] = TABLES


def copied(name: str, label: str, source: str, kind: Kind = "text", *, key: int = 0) -> Variable:
    """A variable that is a copy of another data set's."""
    return Variable(
        name, label, kind, "Predecessor", "Sponsor", key=key, mandatory=bool(key),
        predecessor=source,
    )  # fmt: skip


def treatments(setting: Setting, *names: tuple[str, str, str]) -> tuple[Variable, ...]:
    """Treatment variables: each its name, its label, and what it is a copy of."""
    lists = None if setting.blinded else arm_lists(setting)[0]
    return tuple(
        Variable(
            name, label, "text", "Predecessor", "Sponsor", lists, predecessor=source,
            comment=WITHHELD if setting.blinded else "",
        )
        for name, label, source in names
    )  # fmt: skip


def front(setting: Setting) -> tuple[Variable, ...]:
    """The first variables of every data set but ADSL."""
    return (
        copied("STUDYID", "Study Identifier", "ADSL.STUDYID", key=1),
        copied("USUBJID", "Unique Subject Identifier", "ADSL.USUBJID", key=2),
        copied("SITEID", "Study Site Identifier", "ADSL.SITEID"),
        copied("AGE", "Age", "ADSL.AGE", "integer"),
        copied("SEX", "Sex", "ADSL.SEX"),
        *treatments(
            setting,
            ("TRTP", "Planned Treatment", "ADSL.TRT01P"),
            ("TRTA", "Actual Treatment", "ADSL.TRT01A"),
        ),
        copied("ITTFL", "Intent-To-Treat Population Flag", "ADSL.ITTFL"),
        copied("SAFFL", "Safety Population Flag", "ADSL.SAFFL"),
        copied("RANDDT", "Date of Randomization", "ADSL.RANDDT", "day"),
    )


def of_person(person: Person) -> dict[str, Value]:
    """The values of these variables."""
    facts, (planned, actual) = person.facts, given(person)
    randomized = "Y" if person.reference else "N"
    return {
        "STUDYID": person.setting.study,
        "USUBJID": person.usubjid,
        "SITEID": facts["site"],
        "AGE": int(facts["age_at_consent"]) if facts["age_at_consent"] else None,
        "SEX": facts["sex"],
        "TRTP": planned,
        "TRTA": actual,
        "ITTFL": randomized,
        "SAFFL": randomized,
        "RANDDT": person.reference,
    }


def given(person: Person) -> tuple[str, str]:
    """Planned and actual treatment: the arm allocated, and the arm whose treatment was received."""
    plan = person.setting.plan
    allocated = person.one("allocation").get("arm", "")
    received = person.one("treatment").get("received", "")
    return (
        plain(plan.arm(allocated).label) if allocated else "",
        plain(plan.arm(received).label) if received else "",
    )


def day(on: str) -> str:
    """A date that is known to the day; nothing for one that is not, since none is imputed."""
    return on if is_full(on) else ""


FLAGS = terms.NY
