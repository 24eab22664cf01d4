"""Demographics and stroke history, asked once at inclusion.

Sex, year of birth and the date of the stroke belong to the participant and are not asked again.
"""

from outcomes.scales.base import Category, Choice, Cond, Item, Sheet, TextItem, YesNo
from outcomes.scales.imaging import SIDES
from outcomes.scales.mrs import DEAD, GRADES

THIS_STROKE, BEFORE, RISK = "This stroke", "Before this stroke", "Risk factors"

TERRITORIES = (
    Category("mca", "Middle cerebral artery"),
    Category("aca", "Anterior cerebral artery"),
    Category("mca_aca", "Middle and anterior cerebral arteries"),
    Category("choroidal", "Anterior choroidal artery"),
    Category("other", "Other"),
)
CAUSES = (
    Category("large_artery", "Large-artery atherosclerosis"),
    Category("cardioembolic", "Cardioembolism"),
    Category("small_vessel", "Small-vessel occlusion"),
    Category("other", "Other determined cause"),
    Category("undetermined", "Undetermined cause"),
)
HANDS = (
    Category("right", "Right-handed"),
    Category("left", "Left-handed"),
    Category("both", "Ambidextrous"),
)
SMOKING = (
    Category("never", "Never"),
    Category("former", "Former"),
    Category("current", "Current"),
)
LIVING_GRADES = tuple(grade for grade in GRADES if grade.value != DEAD)

DEMOGRAPHICS = Sheet(
    code="demographics",
    title="Demographics and stroke history",
    short="History",
    version="1",
    licence="Our own form.",
    citation="Ours; cause of stroke as in TOAST (Adams HP et al. Stroke 1993;24:35-41).",
    items=(
        Choice("infarct_side", "1", "Side of the infarct", THIS_STROKE, options=SIDES),
        Choice("territory", "2", "Arterial territory", THIS_STROKE, options=TERRITORIES),
        TextItem(
            "territory_other", "2a", "Which territory", THIS_STROKE, max_length=80,
            ask_if=Cond("territory", "==", "other"),
            hint="Anatomy only; nothing that could identify a person.",
        ),
        Choice("cause", "3", "Cause of the stroke (TOAST)", THIS_STROKE, options=CAUSES),
        YesNo("thrombolysis", "4", "Intravenous thrombolysis", THIS_STROKE),
        YesNo("thrombectomy", "5", "Mechanical thrombectomy", THIS_STROKE),
        Item(
            "prestroke_mrs", "6", "mRS grade before this stroke", BEFORE,
            options=LIVING_GRADES, sdtm="PREMRS",
        ),
        Choice("handedness", "7", "Handedness", BEFORE, options=HANDS),
        YesNo("earlier_stroke", "8", "Earlier stroke", BEFORE),
        YesNo(
            "earlier_deficit", "8a", "Deficit left by the earlier stroke", BEFORE,
            ask_if=Cond("earlier_stroke", "==", True),
        ),
        YesNo("earlier_tia", "9", "Earlier transient ischaemic attack", BEFORE),
        YesNo("hypertension", "10", "Hypertension", RISK),
        YesNo("diabetes", "11", "Diabetes", RISK),
        YesNo("dyslipidaemia", "12", "Dyslipidaemia", RISK),
        YesNo("atrial_fibrillation", "13", "Atrial fibrillation", RISK),
        YesNo("coronary_disease", "14", "Coronary artery disease", RISK),
        Choice("smoking", "15", "Smoking", RISK, options=SMOKING),
    ),
)  # fmt: skip
