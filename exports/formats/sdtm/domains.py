"""What every SDTM domain is made of: its first variables, its supplement, its place in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from exports.formats.cdisc import dates, terms
from exports.formats.cdisc.model import Dataset, Row, Value, Variable, assigned, derived
from exports.formats.cdisc.persons import Person

STUDY_DAY = "Days from RFSTDTC, which is day 1; the day before it is day -1. There is no day 0."
EPOCH_RULE = (
    "SCREENING before the day of randomization, TREATMENT from it on; empty where the day is not"
    " known."
)
SEQUENCE = "Counts the rows of this domain of one subject from 1."


@dataclass(frozen=True)
class Qualifier:
    """What a domain has no variable for: one row of its SUPP-- where there is a value."""

    name: str
    label: str
    origin: str = "Collected"


@dataclass(frozen=True)
class Domain:
    """A domain about participants: what it is, and the rows of one of them, in their order.

    A row gets the study, the domain, the participant and the sequence number by itself.
    """

    dataset: Dataset
    rows: Callable[[Person], Iterable[Row]]
    qualifiers: tuple[Qualifier, ...] = ()
    tables: frozenset[str] = frozenset()

    @property
    def supplement(self) -> Dataset:
        """Its SUPP--."""
        return supplement(self.dataset)


def identifiers(domain: str, *, sequence: bool = True) -> tuple[Variable, ...]:
    """STUDYID, DOMAIN, USUBJID and the sequence number."""
    first = (
        assigned("STUDYID", "Study Identifier", key=1, mandatory=True),
        assigned("DOMAIN", "Domain Abbreviation", mandatory=True),
        derived(
            "USUBJID", "Unique Subject Identifier", "text",
            "STUDYID, the site and the participant's number with its check digit, with dashes.",
            key=2, mandatory=True,
        ),
    )  # fmt: skip
    if not sequence:
        return first
    number = derived(f"{domain}SEQ", "Sequence Number", "integer", SEQUENCE, key=3, mandatory=True)
    return (*first, number)


def timing(
    domain: str, *, end: bool = False, visit: bool = True, start: str = "ST"
) -> tuple[Variable, ...]:
    """Visit, epoch and days; ``start`` is empty for a finding, which has a day and no start."""
    words = {"ST": "Start Date/Time of", "": "Date/Time of"}[start]
    what = {"ST": "Event", "": "Assessment"}[start]
    begun = "Start of " if start else ""
    visits = (
        derived(
            "VISITNUM", "Visit Number", "float",
            "The visit's place in the protocol; a repeatable visit adds its count in hundredths.",
        ),
        assigned("VISIT", "Visit Name", origin="Protocol"),
    )  # fmt: skip
    days: tuple[Variable, ...] = (
        Variable(f"{domain}{start}DTC", f"{words} {what}", "date"),
        *((Variable(f"{domain}ENDTC", "End Date/Time of Event", "date"),) if end else ()),
        derived(f"{domain}{start}DY", f"Study Day of {begun}{what}", "integer", STUDY_DAY),
        *(
            (derived(f"{domain}ENDY", "Study Day of End of Event", "integer", STUDY_DAY),)
            if end
            else ()
        ),
    )  # fmt: skip
    epoch = derived("EPOCH", "Epoch", "text", EPOCH_RULE, codes=terms.EPOCH)
    return (*(visits if visit else ()), epoch, *days)


def at(person: Person, domain: str, on: str, *, start: str = "ST") -> dict[str, Value]:
    """The day, the study day and the epoch of a row."""
    return {
        f"{domain}{start}DTC": on,
        f"{domain}{start}DY": person.day(on),
        "EPOCH": dates.epoch(on, person.reference),
    }


def visit_of(person: Person, visit: str, occurrence: str) -> dict[str, Value]:
    """VISITNUM and VISIT."""
    return {
        "VISITNUM": person.setting.visit_number(visit, occurrence),
        "VISIT": person.setting.visit_name(visit, occurrence),
    }


def supplement(parent: Dataset) -> Dataset:
    """The SUPP-- of a domain."""
    return Dataset(
        name=f"SUPP{parent.name}",
        label=f"Supplemental Qualifiers for {parent.name}",
        group="RELATIONSHIP",
        structure="One record per qualifier of a record of the domain",
        variables=(
            assigned("STUDYID", "Study Identifier", key=1, mandatory=True),
            assigned("RDOMAIN", "Related Domain Abbreviation", key=2, mandatory=True),
            derived(
                "USUBJID", "Unique Subject Identifier", "text", f"As in {parent.name}.",
                key=3, mandatory=True,
            ),
            assigned("IDVAR", "Identifying Variable", key=4),
            assigned("IDVARVAL", "Identifying Variable Value", key=5),
            assigned("QNAM", "Qualifier Variable Name", key=6, mandatory=True),
            assigned("QLABEL", "Qualifier Variable Label", mandatory=True),
            Variable("QVAL", "Data Value", mandatory=True),
            assigned("QORIG", "Origin", mandatory=True),
            assigned("QEVAL", "Evaluator"),
        ),
    )  # fmt: skip


def numbered(domain: Domain, person: Person, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of one participant with what all rows of a domain have in front."""
    name = domain.dataset.name
    for number, row in enumerate(rows, start=1):
        front: dict[str, Value] = {
            "STUDYID": person.setting.study,
            "DOMAIN": name,
            "USUBJID": person.usubjid,
        }
        if any(one.name == f"{name}SEQ" for one in domain.dataset.variables):
            front[f"{name}SEQ"] = number
        yield {**front, **row}
