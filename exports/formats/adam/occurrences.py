"""ADAE: one row an adverse event, its days as numbers, and whether treatment came first. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from exports.formats.adam.core import TABLES, Analysis, copied, day, front, of_person
from exports.formats.cdisc import terms
from exports.formats.cdisc.model import SUPPLEMENT, Dataset, Row, derived
from exports.formats.cdisc.persons import Person, Setting
from exports.formats.sdtm import events
from exports.formats.sdtm.domains import STUDY_DAY, numbered

_AS_NUMBER = "{} as a number. Empty where the day is not known: no date is imputed."
_EMERGENT = "Y for an event that began on the day of the infusion or later."
# What is taken over from AE: its name, its label and its kind.
_FROM_AE = (
    ("AETERM", "Reported Term for the Adverse Event"),
    ("AEDECOD", "Dictionary-Derived Term"),
    ("AEBODSYS", "Body System or Organ Class"),
    ("AECAT", "Category for Adverse Event"),
    ("AESER", "Serious Event"),
    ("AEREL", "Causality"),
    ("AEOUT", "Outcome of Adverse Event"),
    ("AESTDTC", "Start Date/Time of Event"),
    ("AEENDTC", "End Date/Time of Event"),
)


def adverse_events(setting: Setting) -> Analysis:
    """ADAE; a blinded one without the flag of treatment-emergent events."""
    three = setting.plan.safety.grading == "three"
    intensity = ("AESEV", "Severity/Intensity") if three else ("AETOXGR", "Standard Toxicity Grade")
    emergent = () if setting.blinded else (
        derived("TRTEMFL", "Treatment Emergent Analysis Flag", "text", _EMERGENT,
                codes=terms.Y_ONLY),
    )  # fmt: skip
    variables = (
        *front(setting),
        copied("AESEQ", "Sequence Number", "AE.AESEQ", "integer", key=3),
        *(copied(name, label, f"AE.{name}") for name, label in (*_FROM_AE, intensity)),
        derived("ASTDT", "Analysis Start Date", "day", _AS_NUMBER.format("AE.AESTDTC")),
        derived("ASTDY", "Analysis Start Relative Day", "integer", STUDY_DAY),
        derived("AENDT", "Analysis End Date", "day", _AS_NUMBER.format("AE.AEENDTC")),
        derived("AENDY", "Analysis End Relative Day", "integer", STUDY_DAY),
        *emergent,
    )
    dataset = Dataset(
        "ADAE", "Adverse Events Analysis Dataset", "OCCURRENCE DATA STRUCTURE",
        "One record per subject per adverse event", variables, subclass="ADVERSE EVENT",
    )  # fmt: skip
    domain = events.adverse_events(setting)
    taken = [one.name for one in variables]

    def rows(person: Person) -> Iterator[Row]:
        for row in numbered(domain, person, domain.rows(person)):
            found = {
                **of_person(person),
                **{name: row[name] for name in taken if name in row and name.startswith("AE")},
                "ASTDT": day(str(row["AESTDTC"] or "")),
                "ASTDY": row["AESTDY"],
                "AENDT": day(str(row["AEENDTC"] or "")),
                "AENDY": row["AEENDY"],
            }
            if not setting.blinded:
                found["TRTEMFL"] = row[f"{SUPPLEMENT}.AETRTEM"]
            yield found

    return Analysis(dataset, rows, TABLES | {"adverse_events"})
