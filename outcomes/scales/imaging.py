"""Imaging read-outs: motor-cortex activity in the passive wrist task, and infarct volume."""

from datetime import date

from outcomes.scales.base import (
    HARD,
    SOFT,
    Answers,
    Category,
    CheckContext,
    Choice,
    DateItem,
    Number,
    Rule,
    Sheet,
)
from outcomes.scales.rules import after_death

SIDES = (Category("left", "Left"), Category("right", "Right"))
CONTRAST_ESTIMATE = "contrast estimate (a.u.)"
SIGNAL_CHANGE = "% signal change"
SCANNED_ON = DateItem("scanned_on", "1", "Date of the scan")


def scanned_after_assessment(answers: Answers, context: CheckContext) -> bool:
    """True when the scan is dated after the day its reading was recorded for."""
    scanned = answers.get("scanned_on")
    if not isinstance(scanned, date) or context.assessed_on is None:
        return False
    return scanned > context.assessed_on


def scan_rules(prefix: str) -> tuple[Rule, ...]:
    """The rules of every scan read-out."""
    return (
        Rule(
            f"{prefix}-C1", SOFT,
            "The scan is dated after the assessment.",
            predicate=scanned_after_assessment, about=("scanned_on",),
            origin="ours",
        ),
        Rule(
            f"{prefix}-C2", HARD,
            "The assessment is dated on or after the death of the participant.",
            predicate=after_death, about=("scanned_on",),
            origin="ours",
        ),
    )  # fmt: skip


def passive_wrist(unit: str, limit: int) -> Sheet:
    """Activity of the ipsilesional primary motor cortex, in one unit for the whole trial.

    The published abstract names the regions and the task but not the unit, so a trial states it
    here; values whose size exceeds ``limit`` are asked about, above ten times ``limit`` refused.
    """

    def activity(name: str, code: str, label: str, sdtm: str) -> Number:
        return Number(
            name, code, label, unit=unit, decimals=4, sdtm=sdtm,
            minimum=-10 * limit, maximum=10 * limit, usual_minimum=-limit, usual_maximum=limit,
        )  # fmt: skip

    return Sheet(
        code="fmri",
        title="fMRI, passive wrist task",
        short="fMRI",
        version="1",
        licence="Our own form.",
        citation="Regions and task: Jaillard A et al. Transl Stroke Res 2020;11:910-923, "
        "Hannanu FF et al. 2017 and Cortex 2020 (abstracts). The unit is ours.",
        items=(
            SCANNED_ON,
            Choice("wrist", "2", "Wrist moved (the paretic one)", options=SIDES, sdtm="WRISTLAT"),
            activity("mi_4a", "3", "MI-4a activity, side of the infarct", "MI4A"),
            activity("mi_4p", "4", "MI-4p activity, side of the infarct", "MI4P"),
        ),
        rules=scan_rules("FMRI"),
    )


FMRI = passive_wrist(unit=CONTRAST_ESTIMATE, limit=10)

LESION = Sheet(
    code="lesion",
    title="Lesion volume on MRI",
    short="Lesion",
    version="1",
    licence="Our own form.",
    citation="Practice of the companion imaging studies; unit and limits are ours.",
    items=(
        SCANNED_ON,
        Number(
            "volume_ml", "2", "Infarct volume", unit="mL", decimals=1, sdtm="LESVOL",
            minimum=0, maximum=600, usual_minimum=1, usual_maximum=350,
        ),
    ),
    rules=scan_rules("LESION"),
)  # fmt: skip
