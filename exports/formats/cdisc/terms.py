"""The codes CDISC publishes that a cut can hold, with the concept codes of NCI. Pure.

Only what is certain stands here; a list or a term of the sponsor's own has no code and is marked so
in define.xml. ``TERMINOLOGY`` is the version of CDISC's package for
SDTM, ``ANALYSIS_TERMINOLOGY`` of that for ADaM.
"""

from __future__ import annotations

from collections.abc import Iterable

from exports.formats.cdisc.model import CodeList, Term

TERMINOLOGY = "2024-09-27"
ANALYSIS_TERMINOLOGY = "2022-06-24"


def _list(name: str, title: str, code: str, *terms: tuple[str, str, str]) -> CodeList:
    return CodeList(name, title, tuple(Term(*term) for term in terms), code)


NY = _list("NY", "No Yes Response", "C66742", ("N", "No", "C49487"), ("Y", "Yes", "C49488"))
Y_ONLY = _list("NY_Y", "No Yes Response (Yes only)", "C66742", ("Y", "Yes", "C49488"))
SEX = _list("SEX", "Sex", "C66731", ("F", "Female", "C16576"), ("M", "Male", "C20197"))
AGEU = _list("AGEU", "Age Unit", "C66781", ("YEARS", "Years", "C29848"))
NOT_DONE = _list("ND", "Not Done", "C66789", ("NOT DONE", "Not Done", "C49484"))
SEVERITY = _list(
    "AESEV", "Severity/Intensity Scale for Adverse Events", "C66769",
    ("MILD", "Mild", "C41338"), ("MODERATE", "Moderate", "C41339"), ("SEVERE", "Severe", "C41340"),
)  # fmt: skip
OUTCOME = _list(
    "OUT", "Outcome of Event", "C66768",
    ("FATAL", "Fatal", "C48275"),
    ("NOT RECOVERED/NOT RESOLVED", "Not recovered", "C49494"),
    ("RECOVERED/RESOLVED", "Recovered", "C49498"),
    ("RECOVERED/RESOLVED WITH SEQUELAE", "Recovered with sequelae", "C49495"),
    ("RECOVERING/RESOLVING", "Recovering", "C49496"),
    ("UNKNOWN", "Unknown", "C17998"),
)  # fmt: skip
DISPOSITION_CATEGORY = _list(
    "DSCAT", "Category of Disposition Event", "C74558",
    ("DISPOSITION EVENT", "Disposition Event", "C74590"),
    ("PROTOCOL MILESTONE", "Protocol Milestone", "C74588"),
)  # fmt: skip
# Of two published lists, milestones (C114118) and how participation ended (C66727), so of neither.
DISPOSITION = CodeList(
    "DSDECOD",
    "Protocol Milestone; Completion/Reason for Non-Completion",
    (
        Term("COMPLETED", "Completed", "C25250"),
        Term("DEATH", "Death", "C28554"),
        Term("INFORMED CONSENT OBTAINED", "Informed Consent Obtained", "C16735"),
        Term("LOST TO FOLLOW-UP", "Lost To Follow-Up", "C48227"),
        Term("RANDOMIZED", "Randomized", "C114209"),
        Term("WITHDRAWAL BY SUBJECT", "Withdrawal by Subject", "C49634"),
    ),
)
CRITERION_CATEGORY = _list(
    "IECAT", "Category of Inclusion/Exclusion", "C66797",
    ("EXCLUSION", "Exclusion", "C25370"), ("INCLUSION", "Inclusion", "C25532"),
)  # fmt: skip
EPOCH = _list(
    "EPOCH", "Epoch", "C99079",
    ("SCREENING", "Screening", "C48262"), ("TREATMENT", "Treatment", "C101526"),
)  # fmt: skip
VITAL_TESTS = (
    ("DIABP", "Diastolic Blood Pressure", "C25299"),
    ("HR", "Heart Rate", "C49677"),
    ("OXYSAT", "Oxygen Saturation", "C60832"),
    ("RESP", "Respiratory Rate", "C49678"),
    ("SYSBP", "Systolic Blood Pressure", "C25298"),
    ("TEMP", "Temperature", "C174446"),
)
# The last is ours: none of the tests was done.
_NO_VITALS = ("VSALL", "All Tests of VS", "")
VITAL_CODES = _list("VSTESTCD", "Vital Signs Test Code", "C66741", *VITAL_TESTS, _NO_VITALS)
VITAL_NAMES = _list(
    "VSTEST", "Vital Signs Test Name", "C67153",
    *((name, code, concept) for code, name, concept in (*VITAL_TESTS, _NO_VITALS)),
)  # fmt: skip
# Our unit, CDISC's, and the concept code.
VITAL_UNITS = {
    "beats/min": ("beats/min", "C49673"),
    "mmHg": ("mmHg", "C49670"),
    "°C": ("C", "C42559"),
    "%": ("%", "C25613"),
    "breaths/min": ("breaths/min", "C49674"),
}
VITAL_RESULT_UNITS = _list(
    "VSRESU", "Units for Vital Signs Results", "C66770",
    *((unit, unit, concept) for unit, concept in sorted(VITAL_UNITS.values())),
)  # fmt: skip
ROUTES = {"INTRAVENOUS": "C38276", "ORAL": "C38288", "SUBCUTANEOUS": "C38299"}
ARM_NULL = _list(
    "ARMNULRS", "Arm Null Reason", "C142179",
    ("ASSIGNED, NOT TREATED", "Assigned, Not Treated", "C142238"),
    ("NOT ASSIGNED", "Not Assigned", "C142239"),
    ("SCREEN FAILURE", "Screen Failure", "C49628"),
)  # fmt: skip

STATUS = CodeList(
    "SBJTSTAT",
    "Subject Trial Status",
    (
        Term("COMPLETED", "Completed", "C25250"),
        Term("DISCONTINUED", "Discontinued", "C25484"),
        Term("ONGOING", "Ongoing", "C53279"),
    ),
    "C124296",
    "ADaM",
)


def own(name: str, title: str, terms: Iterable[tuple[str, str]]) -> CodeList:
    """A list of the sponsor's own: no concept codes."""
    return CodeList(name, title, tuple(Term(value, decode) for value, decode in terms))


def route(words: str) -> CodeList:
    """The one route of a trial: CDISC's term where it is one, the sponsor's otherwise."""
    value = words.upper()
    return CodeList(
        "ROUTE",
        "Route of Administration",
        (Term(value, words, ROUTES.get(value, "")),),
        "C66729",
    )
