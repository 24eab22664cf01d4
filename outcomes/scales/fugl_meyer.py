"""Fugl-Meyer Assessment of sensorimotor recovery, affected side: 113 items, higher is better.

Motor 100 (upper 66, lower 34), sensation 24, balance 14, joint motion 44, joint pain 44. The motor
part is what the trial needs; each other part may be left out as a whole. Prorating is not allowed.
"""

from outcomes.scales.base import HARD, SOFT, Cond, Item, Option, Rule, Scale, Sum

REFLEX = (Option(0, "No reflex"), Option(2, "Reflex elicited"))
MOVEMENT = (Option(0, "None"), Option(1, "Partial"), Option(2, "Full"))
NORMAL_REFLEXES = (
    Option(0, "Not eligible, or 2-3 reflexes markedly hyperactive"),
    Option(1, "1 markedly hyperactive, or at least 2 lively"),
    Option(2, "At most 1 lively, none hyperactive"),
)
TREMOR = (Option(0, "Marked"), Option(1, "Slight"), Option(2, "None"))
DYSMETRIA = (
    Option(0, "Pronounced or unsystematic"),
    Option(1, "Slight and systematic"),
    Option(2, "None"),
)
TIME = (
    Option(0, "6 s or more slower than the other side"),
    Option(1, "2 s to under 6 s slower"),
    Option(2, "Less than 2 s slower"),
)
TOUCH = (
    Option(0, "Absent"),
    Option(1, "Changed: less, or abnormal"),
    Option(2, "Same as the other side"),
)
POSITION = (
    Option(0, "Absent: under 3/4 correct"),
    Option(1, "3/4 correct, or a clear side difference"),
    Option(2, "All correct, little difference"),
)
BALANCE = (
    Option(0, "Cannot"),
    Option(1, "Partly, with help, or for a short time"),
    Option(2, "Fully"),
)
JOINT_MOTION = (Option(0, "Only a few degrees"), Option(1, "Reduced"), Option(2, "Normal"))
JOINT_PAIN = (
    Option(0, "Marked pain during or at the end of the movement"),
    Option(1, "Some pain"),
    Option(2, "No pain"),
)


def part(
    first: int, section: str, options: tuple[Option, ...], *names: tuple[str, str]
) -> tuple[Item, ...]:
    """Items scored alike, numbered from ``first``; each name is (column, label)."""
    return tuple(
        Item(name, str(number), label, section, options=options, sdtm=f"FMA{number:02d}")
        for number, (name, label) in enumerate(names, start=first)
    )


def movements(first: int, section: str, options: tuple[Option, ...], prefix: str, *moves: str
) -> tuple[Item, ...]:  # fmt: skip
    """Items named after a movement: ``motion`` + ``elbow flexion``: ``motion_elbow_flexion``."""
    names = ((f"{prefix}_{move.replace(' ', '_')}", move.capitalize()) for move in moves)
    return part(first, section, options, *names)


ARM_JOINTS = (
    "shoulder flexion", "shoulder abduction", "shoulder external rotation",
    "shoulder internal rotation", "elbow flexion", "elbow extension", "forearm pronation",
    "forearm supination", "wrist flexion", "wrist extension", "finger flexion", "finger extension",
)  # fmt: skip
LEG_JOINTS = (
    "hip flexion", "hip abduction", "hip external rotation", "hip internal rotation",
    "knee flexion", "knee extension", "ankle dorsiflexion", "ankle plantar flexion",
    "foot pronation", "foot supination",
)  # fmt: skip

SHOULDER_ELBOW = (
    *part(1, "A.I Arm: reflexes", REFLEX,
        ("biceps_reflex", "Flexor reflex (biceps)"),
        ("triceps_reflex", "Extensor reflex (triceps)")),
    *part(3, "A.II Arm: flexor synergy", MOVEMENT,
        ("scapular_retraction", "Scapular retraction"),
        ("scapular_elevation", "Scapular elevation"),
        ("shoulder_abduction", "Shoulder abduction"),
        ("shoulder_external_rotation", "Shoulder external rotation"),
        ("elbow_flexion", "Elbow flexion"),
        ("forearm_supination", "Forearm supination")),
    *part(9, "A.II Arm: extensor synergy", MOVEMENT,
        ("shoulder_adduction", "Shoulder adduction and internal rotation"),
        ("elbow_extension", "Elbow extension"),
        ("forearm_pronation", "Forearm pronation")),
    *part(12, "A.III Arm: mixing synergies", MOVEMENT,
        ("hand_to_lumbar_spine", "Hand to the lumbar spine"),
        ("shoulder_flexion_to_90", "Shoulder flexion 0-90, elbow straight"),
        ("pronation_supination_elbow_bent", "Pronation-supination, elbow at 90, shoulder at 0")),
    *part(15, "A.IV Arm: out of synergy", MOVEMENT,
        ("shoulder_abduction_to_90", "Shoulder abduction 0-90, elbow straight, pronated"),
        ("shoulder_flexion_to_180", "Shoulder flexion 90-180"),
        ("pronation_supination_elbow_straight",
         "Pronation-supination, elbow straight, shoulder at 30-90")),
    *part(18, "A.V Arm: normal reflexes", NORMAL_REFLEXES,
        ("arm_normal_reflexes", "Normal reflex activity, arm")),
)  # fmt: skip
WRIST = part(
    19, "B Wrist", MOVEMENT,
    ("wrist_stability_elbow_bent", "Wrist stability, elbow at 90"),
    ("wrist_motion_elbow_bent", "Wrist flexion-extension, elbow at 90"),
    ("wrist_stability_elbow_straight", "Wrist stability, elbow at 0"),
    ("wrist_motion_elbow_straight", "Wrist flexion-extension, elbow at 0"),
    ("wrist_circumduction", "Wrist circumduction"),
)  # fmt: skip
HAND = part(
    24, "C Hand", MOVEMENT,
    ("mass_finger_flexion", "Mass finger flexion"),
    ("mass_finger_extension", "Mass finger extension"),
    ("hook_grasp", "Hook grasp"),
    ("thumb_adduction", "Thumb adduction (paper)"),
    ("pincer_grasp", "Pincer grasp (pencil)"),
    ("cylinder_grasp", "Cylinder grasp (can)"),
    ("spherical_grasp", "Spherical grasp (ball)"),
)  # fmt: skip
ARM_COORDINATION = (
    *part(31, "D Arm: coordination and speed", TREMOR, ("arm_tremor", "Tremor, finger-nose")),
    *part(32, "D Arm: coordination and speed", DYSMETRIA,
        ("arm_dysmetria", "Dysmetria, finger-nose")),
    *part(33, "D Arm: coordination and speed", TIME, ("arm_time", "Time, finger-nose five times")),
)  # fmt: skip
HIP_KNEE_ANKLE = (
    *part(34, "E.I Leg: reflexes", REFLEX,
        ("achilles_reflex", "Knee-flexor or Achilles reflex"),
        ("patellar_reflex", "Patellar reflex")),
    *part(36, "E.II Leg: flexor synergy", MOVEMENT,
        ("hip_flexion", "Hip flexion in synergy"),
        ("knee_flexion", "Knee flexion in synergy"),
        ("ankle_dorsiflexion", "Ankle dorsiflexion in synergy")),
    *part(39, "E.II Leg: extensor synergy", MOVEMENT,
        ("hip_extension", "Hip extension"),
        ("hip_adduction", "Hip adduction"),
        ("knee_extension", "Knee extension"),
        ("ankle_plantar_flexion", "Ankle plantar flexion")),
    *part(43, "E.III Leg: mixing synergies", MOVEMENT,
        ("sitting_knee_flexion", "Sitting: knee flexion past 90"),
        ("sitting_ankle_dorsiflexion", "Sitting: ankle dorsiflexion")),
    *part(45, "E.IV Leg: out of synergy", MOVEMENT,
        ("standing_knee_flexion", "Standing: knee flexion to 90, hip straight"),
        ("standing_ankle_dorsiflexion", "Standing: ankle dorsiflexion")),
    *part(47, "E.V Leg: normal reflexes", NORMAL_REFLEXES,
        ("leg_normal_reflexes", "Normal reflex activity, leg")),
)  # fmt: skip
LEG_COORDINATION = (
    *part(48, "F Leg: coordination and speed", TREMOR, ("leg_tremor", "Tremor, heel-shin")),
    *part(49, "F Leg: coordination and speed", DYSMETRIA,
        ("leg_dysmetria", "Dysmetria, heel-shin")),
    *part(50, "F Leg: coordination and speed", TIME, ("leg_time", "Time, heel-shin five times")),
)  # fmt: skip
LIGHT_TOUCH = part(
    51, "H Sensation: light touch", TOUCH,
    ("touch_arm", "Light touch, upper arm and forearm"),
    ("touch_palm", "Light touch, palm"),
    ("touch_leg", "Light touch, thigh and leg"),
    ("touch_sole", "Light touch, sole"),
)  # fmt: skip
POSITION_SENSE = movements(
    55, "H Sensation: position", POSITION, "position",
    "shoulder", "elbow", "wrist", "thumb", "hip", "knee", "ankle", "great toe",
)  # fmt: skip
STANDING = part(
    63, "G Balance", BALANCE,
    ("sits_without_support", "Sits without support"),
    ("parachute_unaffected", "Parachute reaction, unaffected side"),
    ("parachute_affected", "Parachute reaction, affected side"),
    ("stands_with_support", "Stands with support"),
    ("stands_without_support", "Stands without support"),
    ("stands_on_unaffected_leg", "Stands on the unaffected leg"),
    ("stands_on_affected_leg", "Stands on the affected leg"),
)  # fmt: skip
MOTION = (
    *movements(70, "J Passive joint motion: arm", JOINT_MOTION, "motion", *ARM_JOINTS),
    *movements(82, "J Passive joint motion: leg", JOINT_MOTION, "motion", *LEG_JOINTS),
)
PAIN = (
    *movements(92, "J Joint pain on passive motion: arm", JOINT_PAIN, "pain", *ARM_JOINTS),
    *movements(104, "J Joint pain on passive motion: leg", JOINT_PAIN, "pain", *LEG_JOINTS),
)


def names(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The column names of some items."""
    return tuple(item.name for item in items)


FMA = Scale(
    code="fma",
    title="Fugl-Meyer Assessment",
    short="Fugl-Meyer",
    version="1975",
    licence="Free for non-profit use (University of Gothenburg); a commercial sponsor should ask. "
    "The labels are our own words.",
    citation="Fugl-Meyer AR et al. Scand J Rehabil Med 1975;7:13-31; training version "
    "Sullivan KJ et al. Stroke 2011;42:427-432",
    better="higher",
    items=(
        *SHOULDER_ELBOW, *WRIST, *HAND, *ARM_COORDINATION, *HIP_KNEE_ANKLE, *LEG_COORDINATION,
        *LIGHT_TOUCH, *POSITION_SENSE, *STANDING, *MOTION, *PAIN,
    ),
    scores=(
        Sum("shoulder_elbow", names(SHOULDER_ELBOW), "A Shoulder, elbow, forearm", "FMAUEA"),
        Sum("wrist", names(WRIST), "B Wrist", "FMAUEB"),
        Sum("hand", names(HAND), "C Hand", "FMAUEC"),
        Sum("arm_coordination", names(ARM_COORDINATION), "D Arm coordination", "FMAUED"),
        Sum("upper", ("shoulder_elbow", "wrist", "hand", "arm_coordination"),
            "Upper-extremity motor", "FMAUE"),
        Sum("hip_knee_ankle", names(HIP_KNEE_ANKLE), "E Hip, knee, ankle", "FMALEE"),
        Sum("leg_coordination", names(LEG_COORDINATION), "F Leg coordination", "FMALEF"),
        Sum("lower", ("hip_knee_ankle", "leg_coordination"), "Lower-extremity motor", "FMALE"),
        Sum("motor", ("upper", "lower"), "Motor Fugl-Meyer", "FMAMOT",
            note="Upper plus lower extremity, 0-100: the motor score of the companion papers."),
        Sum("light_touch", names(LIGHT_TOUCH), "Light touch", "FMASENLT"),
        Sum("position_sense", names(POSITION_SENSE), "Position sense", "FMASENPO"),
        Sum("sensation", ("light_touch", "position_sense"), "Sensation", "FMASEN"),
        Sum("balance", names(STANDING), "Balance", "FMABAL"),
        Sum("joint_motion", names(MOTION), "Passive joint motion", "FMAPJM"),
        Sum("joint_pain", names(PAIN), "Joint pain (44 is free of pain)", "FMAPAI"),
        Sum("total", ("motor", "sensation", "balance", "joint_motion", "joint_pain"),
            "Fugl-Meyer total", "FMATOT"),
    ),
    drawn=("motor",),
    optional=("sensation", "balance", "joint_motion", "joint_pain"),
    rules=(
        Rule(
            "FMA-C1", HARD, "A reflex is scored 0 or 2, never 1.",
            then=tuple(
                Cond(name, "in", (0, 2))
                for name in ("biceps_reflex", "triceps_reflex", "achilles_reflex",
                             "patellar_reflex")
            ),
            origin="scale",
        ),
        Rule(
            "FMA-C2", HARD,
            "Points for normal arm reflexes need the full 6 points of part A.IV.",
            when=(Cond("arm_normal_reflexes", ">=", 1),),
            then=(
                Cond("shoulder_abduction_to_90", "==", 2),
                Cond("shoulder_flexion_to_180", "==", 2),
                Cond("pronation_supination_elbow_straight", "==", 2),
            ),
            origin="Gothenburg protocol; a US training sheet asks for all earlier items in full",
        ),
        Rule(
            "FMA-C3", HARD,
            "Points for normal leg reflexes need the full 4 points of part E.IV.",
            when=(Cond("leg_normal_reflexes", ">=", 1),),
            then=(
                Cond("standing_knee_flexion", "==", 2),
                Cond("standing_ankle_dorsiflexion", "==", 2),
            ),
            origin="Gothenburg lower-extremity protocol",
        ),
        Rule(
            "FMA-C4", SOFT,
            "No elbow movement, yet arm coordination is scored.",
            when=(Cond("elbow_flexion", "==", 0), Cond("elbow_extension", "==", 0)),
            then=tuple(Cond(name, "==", 0) for name in names(ARM_COORDINATION)),
            origin="ours",
        ),
        Rule(
            "FMA-C5", SOFT,
            "Cannot stand with support, yet stands without it.",
            when=(Cond("stands_with_support", "==", 0),),
            then=tuple(
                Cond(name, "==", 0)
                for name in ("stands_without_support", "stands_on_unaffected_leg",
                             "stands_on_affected_leg")
            ),
            origin="ours",
        ),
    ),
)  # fmt: skip
