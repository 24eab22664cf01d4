"""ISIS-HERMES (NCT00875654): the whole trial on one page, to be read aloud.

Sources: REG the public registry record; ABS the abstract of Jaillard et al. 2020
(doi 10.1007/s12975-020-00787-z). ``ours`` marks what neither says and this product decided;
docs/trial-facts.md gives the reasons.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from trial.allocation_plan import PermutedBlocks
from trial.conditions import AGE, DAYS, Between
from trial.enrolment_plan import EnrolmentPlan
from trial.protocol import (
    EVERY_ITEM,
    Arm,
    ConsentVersion,
    Criterion,
    FormPlan,
    Horizon,
    Outcome,
    ProductPlan,
    Protocol,
    ReleaseTest,
    SdvPlan,
    VisitPlan,
    VitalTime,
    Window,
    frozen,
)
from trial.safety_plan import SafetyPlan
from trial.stopping_plan import StoppingRule
from trial.watch_plan import Watch

# Parameters the registry leaves open or words ambiguously.
AGE_MINIMUM, AGE_MAXIMUM = 18, 70
ONSET_MAXIMUM_DAYS = 14
NIHSS_MINIMUM, NIHSS_MAXIMUM = 7, 24
# The registry excludes "Rankin < 3 before stroke"; read literally that excludes the healthy.
PRESTROKE_MRS_EXCLUDED_FROM = 3
# The paper does not define motor-NIHSS: the four limb lines (0-16) are our default.
MOTOR_NIHSS = "motor"
# The registry planned to start in August 2010 and to end in August 2014: less two years of
# follow-up that leaves two years of inclusion. Our default.
ENROLMENT_MONTHS = 24
# No protocol says when a slip of the finger is one; a quarter of an hour is our default.
SLIP_MINUTES = 15
# No source names the release tests, their limits or the shelf life: all of this is ours.
MINIMUM_VIABILITY_PERCENT = 70
RELEASE_TESTS = (
    ReleaseTest("viability", "Viability", unit="%", minimum=MINIMUM_VIABILITY_PERCENT, maximum=100),
    ReleaseTest("count", "Cell count", unit="× 10⁶", minimum=80, maximum=120, of_dose=True),
    ReleaseTest(
        "sterility", "Sterility",
        readings=(("negative", "No growth"), ("positive", "Growth")), passing=("negative",),
    ),
    ReleaseTest("endotoxin", "Endotoxin", unit="EU/mL", maximum=5),
    ReleaseTest(
        "karyotype", "Karyotype",
        readings=(("normal", "Normal"), ("abnormal", "Abnormal")), passing=("normal",),
    ),
    ReleaseTest(
        "identity", "Identity (surface markers)",
        readings=(("conforms", "As declared"), ("differs", "Not as declared")),
        passing=("conforms",),
    ),
)  # fmt: skip


def _inclusion(code: str, text: str, computed: Between | None = None) -> Criterion:
    return Criterion(code, "inclusion", text, "REG inclusion", computed)


def _exclusion(
    code: str, text: str, computed: Between | None = None, *, ours: bool = False
) -> Criterion:
    return Criterion(code, "exclusion", text, "REG exclusion", computed, ours)


CRITERIA = (
    _inclusion(
        "I1",
        f"Aged {AGE_MINIMUM} to {AGE_MAXIMUM} years",
        Between(AGE, at_least=AGE_MINIMUM, at_most=AGE_MAXIMUM),
    ),
    _inclusion(
        "I2",
        f"Stroke onset within the last {ONSET_MAXIMUM_DAYS} days",
        Between(DAYS, at_least=0, at_most=ONSET_MAXIMUM_DAYS),
    ),
    _inclusion("I3", "Right or left carotid ischaemic stroke, confirmed by MRI"),
    _inclusion(
        "I4", f"NIHSS of {NIHSS_MINIMUM} or more", Between("nihss.total", at_least=NIHSS_MINIMUM)
    ),
    _inclusion("I5", "On optimal medical treatment (antithrombotic, antihypertensive, statin)"),
    _inclusion("I6", "Fit for a rehabilitation programme"),
    _inclusion("I7", "Able to consent personally"),
    _exclusion("E1", "Extensive stroke that threatens life"),
    _exclusion(
        "E2", f"NIHSS above {NIHSS_MAXIMUM}", Between("nihss.total", at_least=NIHSS_MAXIMUM + 1)
    ),
    _exclusion(
        "E3",
        f"Disabled before the stroke (mRS {PRESTROKE_MRS_EXCLUDED_FROM} or more)",
        Between("demographics.prestroke_mrs", at_least=PRESTROKE_MRS_EXCLUDED_FROM),
        ours=True,
    ),
    _exclusion("E4", "Serious psychiatric disease"),
    _exclusion("E5", "Myocardial infarction in the last 3 months"),
    _exclusion("E6", "Thromboembolic disease, recurrent or in the last 6 months"),
    _exclusion("E7", "Organ transplant"),
    _exclusion("E8", "HIV, HTLV, hepatitis B or hepatitis C infection"),
    _exclusion("E9", "Immunosuppressive or immunomodulating treatment"),
    _exclusion("E10", "Cancer or chemotherapy at any time"),
    _exclusion("E11", "Chronic kidney failure (creatinine clearance below 90 mL/min/1.73 m²)"),
    _exclusion("E12", "Liver failure (prothrombin fall not corrected by vitamin K)"),
    _exclusion("E13", "Obesity that prevents aspiration at the iliac crest"),
    _exclusion("E14", "Disease that threatens life within 3 months"),
    _exclusion("E15", "Pregnant, in labour, breast-feeding, or without contraception"),
    _exclusion("E16", "In another therapeutic trial, or in its exclusion period"),
    _exclusion("E17", "Deprived of liberty"),
    _exclusion("E18", "Cannot undergo MRI", ours=True),
)


def _forms(*codes: str, optional: tuple[str, ...] = ()) -> tuple[FormPlan, ...]:
    return tuple(FormPlan(code) for code in codes) + tuple(
        FormPlan(code, required=False) for code in optional
    )


CLINICAL = ("nihss", "mrs", "barthel")
CELLS = ("cells",)
SCHEDULE = "REG time points; windows ours"

VISITS = (
    VisitPlan(
        "V0",
        "Inclusion",
        7,
        Window(7, 7),
        _forms("demographics", *CLINICAL, optional=("fma", "vitals")),
        section=SCHEDULE,
    ),
    VisitPlan(
        "BMA",
        "Marrow aspiration",
        12,
        Window(12, 5),
        _forms("vitals"),
        only_arms=CELLS,
        section=SCHEDULE,
    ),
    VisitPlan(
        "M1",
        "1 month, baseline",
        30,
        Window(7, 7),
        _forms(*CLINICAL, "fma", "fmri", "lesion", "rehab"),
        section=SCHEDULE,
    ),
    VisitPlan(
        "INF",
        "Infusion",
        35,
        Window(7, 7),
        _forms("vitals"),
        only_arms=CELLS,
        section=SCHEDULE,
    ),
    VisitPlan(
        "INF7",
        "Infusion + 7 days",
        7,
        Window(2, 2),
        _forms("vitals"),
        anchor="infusion",
        only_arms=CELLS,
        section=SCHEDULE,
    ),
    VisitPlan("M2", "2 months", 60, Window(7, 7), _forms(*CLINICAL, "rehab"), section=SCHEDULE),
    VisitPlan("M4", "4 months", 120, Window(14, 14), _forms(*CLINICAL, "rehab"), section=SCHEDULE),
    VisitPlan(
        "M6",
        "6 months",
        180,
        Window(21, 21),
        _forms(*CLINICAL, "fma", "fmri", "rehab"),
        section=SCHEDULE,
    ),
    VisitPlan(
        "M12",
        "12 months",
        365,
        Window(30, 30),
        _forms(*CLINICAL, "fma", "rehab"),
        section=SCHEDULE,
    ),
    VisitPlan(
        "M24",
        "24 months",
        730,
        Window(45, 45),
        _forms(*CLINICAL, "fma", "fmri", "rehab"),
        section=SCHEDULE,
    ),
    VisitPlan(
        "UNS",
        "Unscheduled",
        None,
        Window(0, 0),
        _forms(optional=(*CLINICAL, "fma", "vitals")),
        repeatable=True,
    ),
)

# Neither source says what is verified. Ours: whatever an outcome is counted from, in every record;
# of the other records every fifth, drawn by a fixed seed.
SDV = SdvPlan(
    critical={
        "nihss": (EVERY_ITEM,),
        "barthel": (EVERY_ITEM,),
        "mrs": (EVERY_ITEM,),
        "fma": (EVERY_ITEM,),
        "fmri": ("scanned_on", "mi_4a", "mi_4p"),
        "demographics": ("infarct_side", "territory", "prestroke_mrs"),
    },
    share_percent=20,
    seed="isis-hermes-sdv-1",
)

# Neither source gives stopping rules. Ours: 30 days from the infusion; the null rates are what
# people with strokes of this severity meet anyway in a month, one to two months after it.
EVENTS_OF_SPECIAL_INTEREST = frozenset(
    {"infusion_reaction", "aspiration_site", "thromboembolism", "infection", "seizure", "cardiac"}
    | {"neoplasm", "recurrent_stroke", "haemorrhage", "death"}
)
STOPPING = (
    StoppingRule(
        "death", "Death from any cause", 30, Fraction(3, 100), Fraction(5, 100),
        death=True, at_least=2,
    ),
    StoppingRule(
        "related_sae", "Serious adverse event possibly related or more", 30,
        Fraction(5, 100), Fraction(5, 100), serious=True, related=True, at_least=2,
    ),
    StoppingRule(
        "special_interest", "Serious event of special interest", 30,
        Fraction(15, 100), Fraction(5, 100), categories=EVENTS_OF_SPECIAL_INTEREST, serious=True,
        at_least=2,
    ),
)  # fmt: skip

PROTOCOL = Protocol(
    code="ISIS-HERMES",
    title="Intravenous autologous mesenchymal stem cells after ischaemic stroke",
    version="1.0",
    registry_id="NCT00875654",
    index_event="stroke onset",
    planned=30,
    arms=(
        Arm("cells", "Mesenchymal stem cells", 2, experimental=True, product=True),
        Arm("control", "Usual care without cells", 1),
    ),
    allocation=PermutedBlocks((3, 6)),
    factors=(),
    criteria=CRITERIA,
    visits=VISITS,
    consents=(ConsentVersion("1.0", date(2010, 6, 1)), ConsentVersion("2.0", date(2012, 3, 1))),
    horizons=(Horizon("6 months", 183), Horizon("2 years", 731)),
    outcomes=(
        Outcome("nihss", "NIHSS total", "nihss", "total", 0, 42, "lower", "V0"),
        Outcome("motor_nihss", "Motor NIHSS", "nihss", MOTOR_NIHSS, 0, 16, "lower", "V0"),
        Outcome("barthel", "Barthel Index", "barthel", "total", 0, 100, "higher", "V0"),
        Outcome("mrs", "Modified Rankin Scale", "mrs", "total", 0, 6, "lower", "V0"),
        Outcome("motor_fma", "Motor Fugl-Meyer", "fma", "motor", 0, 100, "higher", "M1"),
        Outcome("mi4a", "fMRI activity, MI-4a", "fmri", "mi_4a", None, None, "higher", "M1"),
        Outcome("mi4p", "fMRI activity, MI-4p", "fmri", "mi_4p", None, None, "higher", "M1"),
    ),
    screen_failures=frozen(
        age="Outside the age limits",
        onset="Too late after the stroke",
        mild="NIHSS below 7",
        severe="NIHSS above 24 or life-threatening stroke",
        territory="Not a carotid ischaemic stroke",
        prior_disability="Disabled before the stroke",
        medical="Excluding illness or treatment",
        mri="Cannot undergo MRI",
        cannot_consent="Unable to consent personally",
        declined="Declined to take part",
        other="Other reason",
    ),
    not_treated_reasons=frozen(
        poor_growth="Poor cell growth",
        contamination="Microbial contamination",
        karyotype="Abnormal karyotype",
        release_failed="Release test failed",
        aspiration_failed="Marrow aspiration failed or insufficient",
        deterioration="Clinical deterioration",
        consent_withdrawn="Consent withdrawn",
        too_late="Past the last day for the infusion",
        other="Other reason",
    ),
    ae_categories=frozen(
        infection="Infection",
        thromboembolism="Venous thrombosis or pulmonary embolism",
        seizure="Seizure or epilepsy",
        recurrent_stroke="Recurrent stroke or TIA",
        haemorrhage="Haemorrhagic transformation or bleeding",
        fall="Fall or fracture",
        depression="Depression",
        pain="Shoulder pain, CRPS or spasticity",
        infusion_reaction="Infusion reaction",
        aspiration_site="Aspiration-site pain or haematoma",
        cardiac="Cardiac event",
        neoplasm="Neoplasm",
        death="Death",
        other="Other",
    ),
    # Controls have neither infusion nor aspiration.
    revealing_categories=frozenset({"infusion_reaction", "aspiration_site"}),
    slip_minutes=SLIP_MINUTES,
    # No source says under which law: cultured cells are an advanced-therapy medicine, so ours.
    safety=SafetyPlan(
        regime="eu_ctr",
        grading="three",
        zone="Europe/Paris",
        product="Autologous mesenchymal stem cells, bone marrow",
        indication="Ischaemic stroke",
        route="Intravenous",
        manufacturer="CHU Grenoble Alpes, cell-therapy unit",
        # The receiver for tests of the European database; the sponsor names the real one.
        sender="CHU Grenoble Alpes",
        sender_id="CHUGA",
        receiver_id="EVCTMTEST",
    ),
    # No source says what a monitor finds unusual: ours.
    watch=Watch(late_entry_days=5, night=(22, 6), burst_saves=15, burst_minutes=10),
    product=ProductPlan(
        doses_millions=(100, 300),
        latest_day=42,
        maximum_volume_ml=100,
        minimum_viability_percent=MINIMUM_VIABILITY_PERCENT,
        shelf_life_hours=24,
        tests=RELEASE_TESTS,
        vital_times=(
            VitalTime("start", "At the start", 0),
            VitalTime("min15", "15 minutes", 15),
            VitalTime("min30", "30 minutes", 30),
            VitalTime("min60", "60 minutes", 60),
            VitalTime("h2", "2 hours", 120),
            VitalTime("h24", "24 hours", 1440),
        ),
    ),
    sdv=SDV,
    # Ours: the scales that are rated by training and hands, not by asking.
    certified_forms=frozenset({"nihss", "mrs", "fma"}),
    stopping=STOPPING,
    enrolment=EnrolmentPlan(ENROLMENT_MONTHS),
)
