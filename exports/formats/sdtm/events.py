"""AE, DS and DV: what happened to the participants. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from exports.formats.cdisc import terms
from exports.formats.cdisc.model import SUPPLEMENT, Dataset, Row, Value, Variable, assigned, derived
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.cdisc.words import plain
from exports.formats.cells import Cells
from exports.formats.sdtm.domains import (
    Domain,
    Qualifier,
    at,
    identifiers,
    timing,
    visit_of,
)

WITHHELD = "withheld"
OUTCOMES = {
    "recovered": "RECOVERED/RESOLVED",
    "sequelae": "RECOVERED/RESOLVED WITH SEQUELAE",
    "recovering": "RECOVERING/RESOLVING",
    "not_recovered": "NOT RECOVERED/NOT RESOLVED",
    "fatal": "FATAL",
    "unknown": "UNKNOWN",
}
# Each criterion of seriousness with its variable.
CRITERIA = (
    ("AESCONG", "Congenital Anomaly or Birth Defect", "criterion_congenital"),
    ("AESDISAB", "Persist or Signif Disability/Incapacity", "criterion_disability"),
    ("AESDTH", "Results in Death", "criterion_death"),
    ("AESHOSP", "Requires or Prolongs Hospitalization", "criterion_hospitalization"),
    ("AESLIFE", "Is Life Threatening", "criterion_life_threatening"),
    ("AESMIE", "Other Medically Important Serious Event", "criterion_important"),
)
_CODED = (
    ("AELLT", "Lowest Level Term", "llt"),
    ("AEDECOD", "Dictionary-Derived Term", "pt"),
    ("AEBODSYS", "Body System or Organ Class", "soc"),
    ("AESOC", "Primary System Organ Class", "soc"),
)
_CODES = (
    ("AELLTCD", "Lowest Level Term Code", "llt_code"),
    ("AEPTCD", "Preferred Term Code", "pt_code"),
    ("AEBDSYCD", "Body System or Organ Class Code", "soc_code"),
    ("AESOCCD", "Primary System Organ Class Code", "soc_code"),
)


def adverse_events(setting: Setting) -> Domain:
    """AE. What a blinded reader may not see reads WITHHELD where a value must stand."""
    blank = "Empty: withheld in a blinded cut." if setting.blinded else ""
    coded = (*(assigned(name, label) for name, label, _ in _CODED),)
    numbers = (*(assigned(name, label, "integer") for name, label, _ in _CODES),)
    severity = (
        (Variable("AESEV", "Severity/Intensity", codes=terms.SEVERITY),)
        if setting.plan.safety.grading == "three"
        else (Variable("AETOXGR", "Standard Toxicity Grade"),)
    )
    variables = (
        *identifiers("AE"),
        assigned("AESPID", "Sponsor-Defined Identifier"),
        Variable("AETERM", "Reported Term for the Adverse Event", mandatory=True),
        *coded,
        *numbers,
        Variable("AECAT", "Category for Adverse Event"),
        *severity,
        Variable("AESER", "Serious Event", codes=terms.NY),
        Variable(
            "AEACN", "Action Taken with Study Treatment", origin="Not Available", source="Sponsor",
            comment="Not collected in CDISC's terms; what was done stands in AEACNOTH.",
        ),
        Variable("AEACNOTH", "Other Action Taken", comment=blank),
        Variable("AEREL", "Causality", comment=blank),
        Variable("AEOUT", "Outcome of Adverse Event", codes=terms.OUTCOME),
        *(Variable(name, label, codes=terms.NY) for name, label, _ in CRITERIA),
        *timing("AE", end=True, visit=False),
    )  # fmt: skip
    dataset = Dataset(
        "AE", "Adverse Events", "EVENTS", "One record per adverse event per subject", variables
    )
    qualifiers = (
        Qualifier("AEAWARE", "Sponsor or Site Aware At (UTC)"),
        Qualifier("AESERON", "Serious Since"),
        Qualifier("AESPEC", "Special Situation"),
        Qualifier("AETRTEM", "Treatment Emergent Flag", "Derived"),
    )
    return Domain(dataset, _events, qualifiers, frozenset({"participants", "adverse_events"}))


def _events(person: Person) -> Iterator[Row]:
    for row in person.rows("adverse_events"):
        yield {
            "AESPID": row["ae_number"],
            "AETERM": _shown(row["term"]),
            **{name: _kept(row[column]) for name, _, column in _CODED},
            **{name: _number(row[column]) for name, _, column in _CODES},
            "AECAT": _shown(_category(person, row["category"])),
            **_severity(row["severity"]),
            "AESER": _yes(row["serious"]),
            "AEACNOTH": _kept(row["action"]).upper().replace("_", " "),
            "AEREL": _kept(row["causality"]).upper(),
            "AEOUT": OUTCOMES[row["outcome"]],
            **{name: _yes(row[column]) for name, _, column in CRITERIA},
            **at(person, "AE", row["onset"]),
            "AEENDTC": row["end"],
            "AEENDY": person.day(row["end"]),
            **{f"{SUPPLEMENT}.{name}": value for name, value in _beside(row).items()},
        }


def _beside(row: Cells) -> dict[str, Value]:
    special = _kept(row["special"])
    return {
        "AEAWARE": row["aware_at"],
        "AESERON": row["serious_on"],
        "AESPEC": "" if special == "none" else special.upper(),
        "AETRTEM": "Y" if row.get("phase") == "treatment_emergent" else "",
    }


def _severity(code: str) -> dict[str, Value]:
    if code.startswith("grade"):
        return {"AETOXGR": code.removeprefix("grade")}
    return {"AESEV": code.upper()}


def _category(person: Person, code: str) -> str:
    return code if code == WITHHELD else plain(person.setting.plan.ae_categories.get(code, code))


def _shown(text: str) -> str:
    return WITHHELD.upper() if text == WITHHELD else text


def _kept(text: str) -> str:
    return "" if text == WITHHELD else text


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _yes(cell: str) -> str:
    return {"1": "Y", "0": "N"}.get(cell, "")


def disposition() -> Domain:
    """DS: consent, randomization, and how participation ended."""
    variables = (
        *identifiers("DS"),
        assigned("DSTERM", "Reported Term for the Disposition Event", mandatory=True),
        assigned(
            "DSDECOD", "Standardized Disposition Term", codes=terms.DISPOSITION, mandatory=True
        ),
        assigned("DSCAT", "Category for Disposition Event", codes=terms.DISPOSITION_CATEGORY),
        *timing("DS", visit=False),
    )
    dataset = Dataset(
        "DS", "Disposition", "EVENTS",
        "One record per disposition status or protocol milestone per subject", variables,
    )  # fmt: skip
    return Domain(dataset, _dispositions, tables=frozenset({"participants", "visits"}))


def _dispositions(person: Person) -> Iterator[Row]:
    facts = person.facts
    milestone, event = "PROTOCOL MILESTONE", "DISPOSITION EVENT"
    for category, term, on in (
        (milestone, "INFORMED CONSENT OBTAINED", facts["consented_on"]),
        (milestone, "RANDOMIZED", facts["randomized_on"]),
        (event, "DEATH", facts["died_on"]),
        (event, "WITHDRAWAL BY SUBJECT", facts["withdrawn_on"]),
        (event, "LOST TO FOLLOW-UP", facts["lost_on"]),
        (event, "COMPLETED", completed_on(person)),
    ):
        if on:
            yield {"DSTERM": term, "DSDECOD": term, "DSCAT": category, **at(person, "DS", on)}


def completed_on(person: Person) -> str:
    """The day of the last visit the protocol schedules, of whoever did not leave before."""
    facts = person.facts
    if facts["died_on"] or facts["withdrawn_on"] or facts["lost_on"]:
        return ""
    last = [one.code for one in person.setting.visits if not one.repeatable][-1]
    return next((row["actual_on"] for row in person.rows("visits") if row["visit"] == last), "")


def deviations() -> Domain:
    """DV: visits missed or outside their window, and randomization against the criteria."""
    codes = terms.own(
        "DVDECOD",
        "Protocol Deviation",
        (
            ("ELIGIBILITY CRITERIA NOT MET", "Randomized against a criterion"),
            ("VISIT MISSED", "A planned visit did not take place"),
            ("VISIT OUTSIDE WINDOW", "A visit took place outside its window"),
        ),
    )
    variables = (
        *identifiers("DV"),
        derived("DVTERM", "Protocol Deviation Term", "text", "What was found.", mandatory=True),
        derived("DVDECOD", "Protocol Deviation Coded Term", "text", "Its kind.", codes=codes),
        *timing("DV"),
    )  # fmt: skip
    dataset = Dataset(
        "DV", "Protocol Deviations", "EVENTS",
        "One record per protocol deviation per subject", variables,
    )  # fmt: skip
    return Domain(
        dataset,
        _deviations,
        (Qualifier("DVREASON", "Reason the Visit Was Missed"),),
        frozenset({"participants", "visits"}),
    )


def _deviations(person: Person) -> Iterator[Row]:
    facts = person.facts
    if facts["randomized_on"] and facts["eligible"] == "0":
        yield {
            "DVTERM": "Randomized though a criterion of eligibility is not met",
            "DVDECOD": "ELIGIBILITY CRITERIA NOT MET",
            **at(person, "DV", facts["randomized_on"]),
        }
    for row in person.rows("visits"):
        where = visit_of(person, row["visit"], row["occurrence"])
        if row["status"] == "missed":
            yield {
                "DVTERM": f"Visit missed: {where['VISIT']}",
                "DVDECOD": "VISIT MISSED",
                **where,
                **at(person, "DV", row["planned_on"]),
                f"{SUPPLEMENT}.DVREASON": row["missed_reason"],
            }
        elif row["out_of_window"] == "1":
            yield {
                "DVTERM": f"Visit outside its window: {where['VISIT']}",
                "DVDECOD": "VISIT OUTSIDE WINDOW",
                **where,
                **at(person, "DV", row["actual_on"]),
            }
