"""ADSL: one row a participant, with the populations and how participation ended. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from exports.formats.adam.core import (
    FLAGS,
    WITHHELD,
    Analysis,
    copied,
    day,
    given,
    of_person,
    treatments,
)
from exports.formats.cdisc import terms
from exports.formats.cdisc.model import Dataset, Row, Variable, derived
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.sdtm.demographics import ended_on
from exports.formats.sdtm.events import completed_on

_WHOLE = " Empty where the day is not known: no date is imputed."
_RANDOMIZED = "Y for whoever was randomized, N otherwise."
_SAFETY = (
    "Y for whoever was randomized, N otherwise: everybody randomized is looked at for safety, by"
    " the treatment received."
)
_RECEIVED = (
    "The arm whose treatment was received: who was allocated to the product and not infused, or not"
    " yet, counts as untreated."
)
_STATUS = (
    "DISCONTINUED after death, withdrawal from follow-up or loss; COMPLETED after the last visit"
    " the protocol schedules; ONGOING otherwise."
)
_REASONS = (
    ("died_on", "DEATH"),
    ("withdrawn_on", "WITHDRAWAL BY SUBJECT"),
    ("lost_on", "LOST TO FOLLOW-UP"),
)


def subjects(setting: Setting) -> Analysis:
    """ADSL."""
    dataset = Dataset(
        "ADSL", "Subject-Level Analysis Dataset", "SUBJECT LEVEL ANALYSIS DATASET",
        "One record per subject", (*_who(), *_treatment(setting), *_populations(), *_end()),
    )  # fmt: skip
    return Analysis(dataset, _rows)


def _who() -> tuple[Variable, ...]:
    return (
        copied("STUDYID", "Study Identifier", "DM.STUDYID", key=1),
        copied("USUBJID", "Unique Subject Identifier", "DM.USUBJID", key=2),
        copied("SUBJID", "Subject Identifier for the Study", "DM.SUBJID"),
        copied("SITEID", "Study Site Identifier", "DM.SITEID"),
        copied("AGE", "Age", "DM.AGE", "integer"),
        copied("AGEU", "Age Units", "DM.AGEU"),
        copied("SEX", "Sex", "DM.SEX"),
        copied("STRATUM", "Stratum of the Randomization", "SUPPDM.QVAL"),
        derived("RFICDT", "Date of Informed Consent", "day", "DM.RFICDTC as a number."),
        derived("RANDDT", "Date of Randomization", "day", "DM.RFSTDTC as a number."),
    )


def _treatment(setting: Setting) -> tuple[Variable, ...]:
    comment = WITHHELD if setting.blinded else ""
    first, last = "DM.RFXSTDTC as a number.", "DM.RFXENDTC as a number."
    (planned,) = treatments(setting, ("TRT01P", "Planned Treatment for Period 01", "DM.ARM"))
    actual = replace(
        planned,
        name="TRT01A",
        label="Actual Treatment for Period 01",
        origin="Derived",
        predecessor="",
        method=_RECEIVED,
    )
    return (
        planned,
        actual,
        derived("TRTSDT", "Date of First Exposure to Treatment", "day", first, comment=comment),
        derived("TRTEDT", "Date of Last Exposure to Treatment", "day", last, comment=comment),
    )


def _populations() -> tuple[Variable, ...]:
    return (
        derived("RANDFL", "Randomized Population Flag", "text", _RANDOMIZED, codes=FLAGS),
        derived("ITTFL", "Intent-To-Treat Population Flag", "text", _RANDOMIZED, codes=FLAGS),
        derived("SAFFL", "Safety Population Flag", "text", _SAFETY, codes=FLAGS),
    )


def _end() -> tuple[Variable, ...]:
    last = "DM.RFPENDTC as a number." + _WHOLE
    why = "Which of death, withdrawal and loss ended it."
    return (
        derived("EOSSTT", "End of Study Status", "text", _STATUS, codes=terms.STATUS),
        derived("EOSDT", "End of Study Date", "day", last),
        derived("DCSREAS", "Reason for Discontinuation from Study", "text", why),
        derived("DTHDT", "Date of Death", "day", "DM.DTHDTC as a number." + _WHOLE),
        derived("DTHFL", "Subject Death Flag", "text", "DM.DTHFL.", codes=terms.Y_ONLY),
    )


def _rows(person: Person) -> Iterator[Row]:
    facts, (planned, actual) = person.facts, given(person)
    infused = person.one("treatment").get("infused_on", "")
    shared = {
        name: value for name, value in of_person(person).items() if name not in {"TRTP", "TRTA"}
    }
    reason = next((words for column, words in _REASONS if facts[column]), "")
    ended = "DISCONTINUED" if reason else "COMPLETED" if completed_on(person) else "ONGOING"
    yield {
        **shared,
        "SUBJID": person.code,
        "AGEU": "YEARS" if facts["age_at_consent"] else "",
        "STRATUM": facts["stratum"],
        "RFICDT": facts["consented_on"],
        "TRT01P": planned,
        "TRT01A": actual,
        "TRTSDT": infused,
        "TRTEDT": infused,
        "RANDFL": "Y" if person.reference else "N",
        "EOSSTT": ended,
        "EOSDT": "" if ended == "ONGOING" else day(ended_on(person, infused)),
        "DCSREAS": reason,
        "DTHDT": day(facts["died_on"]),
        "DTHFL": "Y" if facts["died_on"] else "",
    }
