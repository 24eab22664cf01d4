"""NIH Stroke Scale: fifteen lines scored by a trained examiner, higher is worse."""

from outcomes.scales.base import (
    HARD,
    SOFT,
    Answers,
    CheckContext,
    Cond,
    Item,
    Option,
    Rule,
    Scale,
    Sum,
)

ARM = (
    Option(0, "Holds the position for the full 10 s"),
    Option(1, "Drifts but does not reach the bed within 10 s"),
    Option(2, "Some lift against gravity, sinks to the bed"),
    Option(3, "No lift against gravity, the limb drops"),
    Option(4, "No movement at all"),
)
LEG = (
    Option(0, "Holds 30 degrees for the full 5 s"),
    Option(1, "Drifts by 5 s, does not reach the bed"),
    Option(2, "Some lift against gravity, reaches the bed within 5 s"),
    Option(3, "No lift against gravity, drops at once"),
    Option(4, "No movement at all"),
)
LIMB_LOST = ("amputation", "joint fusion")
SPEECH_BLOCKED = ("intubated", "other physical barrier")
LIMBS = ("arm_left", "arm_right", "leg_left", "leg_right")


def ataxia_in_more_limbs_than_move(answers: Answers, context: CheckContext) -> bool:
    """True when ataxia is scored in more limbs than are able to move.

    A limb that is untestable or scored 4 cannot show ataxia; an unanswered limb leaves it open.
    """
    del context
    ataxia = answers.get("ataxia")
    limbs = {limb: answers.get(limb) for limb in LIMBS}
    untestable = {limb for limb in LIMBS if answers.get(f"{limb}_untestable")}
    if not isinstance(ataxia, int) or any(
        value is None and limb not in untestable for limb, value in limbs.items()
    ):
        return False
    moving = [limb for limb in LIMBS if limb not in untestable and limbs[limb] in {0, 1, 2, 3}]
    return ataxia > len(moving)


NIHSS = Scale(
    code="nihss",
    title="NIH Stroke Scale",
    short="NIHSS",
    version="2003",
    licence="US federal work, treated as public domain; the labels are our own words.",
    citation="Brott T et al. Stroke 1989;20:864-870; Lyden P et al. Stroke 1994;25:2220-2226; "
    "NIH/NINDS 15-line form, 2003 text",
    better="lower",
    drawn=("total", "motor"),
    items=(
        Item(
            "consciousness", "1a", "Level of consciousness", "Consciousness",
            sdtm="NIHSS1A", loinc="70184-7",
            options=(
                Option(0, "Alert"),
                Option(1, "Rouses to a minor stimulus"),
                Option(2, "Needs a repeated or painful stimulus"),
                Option(3, "Reflex responses only, or none"),
            ),
        ),
        Item(
            "questions", "1b", "Answers month and age", "Consciousness",
            sdtm="NIHSS1B", loinc="70185-4",
            options=(
                Option(0, "Both right"),
                Option(1, "One right, or speech blocked by another cause than aphasia"),
                Option(2, "None right, or aphasic or stuporous without comprehension"),
            ),
        ),
        Item(
            "commands", "1c", "Obeys two commands (eyes, grip)", "Consciousness",
            sdtm="NIHSS1C",
            options=(Option(0, "Both done"), Option(1, "One done"), Option(2, "None done")),
        ),
        Item(
            "gaze", "2", "Horizontal gaze", "Vision and face",
            sdtm="NIHSS2", loinc="70187-0",
            options=(
                Option(0, "Normal"),
                Option(1, "Partial palsy, or a deviation that can be overcome"),
                Option(2, "Forced deviation or total palsy"),
            ),
        ),
        Item(
            "visual", "3", "Visual fields", "Vision and face",
            sdtm="NIHSS3",
            options=(
                Option(0, "No loss"),
                Option(1, "Partial hemianopia, a quadrant, or extinction only"),
                Option(2, "Complete hemianopia"),
                Option(3, "Loss on both sides, or blind from any cause"),
            ),
        ),
        Item(
            "face", "4", "Facial palsy", "Vision and face",
            sdtm="NIHSS4", loinc="70189-6",
            options=(
                Option(0, "Symmetric"),
                Option(1, "Minor asymmetry"),
                Option(2, "Lower face paralysed, totally or nearly"),
                Option(3, "Upper and lower face, one or both sides"),
            ),
        ),
        Item(
            "arm_left", "5a", "Motor arm, left", "Limbs", options=ARM,
            sdtm="NIHSS5A", loinc="70190-4", untestable=LIMB_LOST,
        ),
        Item(
            "arm_right", "5b", "Motor arm, right", "Limbs", options=ARM,
            sdtm="NIHSS5B", loinc="70190-4", untestable=LIMB_LOST,
        ),
        Item(
            "leg_left", "6a", "Motor leg, left", "Limbs", options=LEG,
            sdtm="NIHSS6A", loinc="70191-2", untestable=LIMB_LOST,
        ),
        Item(
            "leg_right", "6b", "Motor leg, right", "Limbs", options=LEG,
            sdtm="NIHSS6B", loinc="70191-2", untestable=LIMB_LOST,
        ),
        Item(
            "ataxia", "7", "Limb ataxia", "Limbs",
            sdtm="NIHSS7", loinc="70192-0", untestable=LIMB_LOST,
            options=(
                Option(0, "Absent, also when paralysed or unable to understand"),
                Option(1, "In one limb"),
                Option(2, "In two limbs"),
            ),
        ),
        Item(
            "sensory", "8", "Sensation (pinprick)", "Sensation, language, attention",
            sdtm="NIHSS8", loinc="70193-8",
            options=(
                Option(0, "Normal"),
                Option(1, "Mild to moderate loss"),
                Option(2, "Severe or total loss"),
            ),
        ),
        Item(
            "language", "9", "Best language", "Sensation, language, attention",
            sdtm="NIHSS9", loinc="70194-6",
            options=(
                Option(0, "No aphasia"),
                Option(1, "Mild to moderate aphasia"),
                Option(2, "Severe aphasia"),
                Option(3, "Mute, or global aphasia"),
            ),
        ),
        Item(
            "dysarthria", "10", "Dysarthria", "Sensation, language, attention",
            sdtm="NIHSS10", loinc="70195-3", untestable=SPEECH_BLOCKED,
            options=(
                Option(0, "Normal"),
                Option(1, "Mild to moderate slurring"),
                Option(2, "Unintelligible, mute or anarthric"),
            ),
        ),
        Item(
            "extinction", "11", "Extinction and inattention", "Sensation, language, attention",
            sdtm="NIHSS11", loinc="70196-1",
            options=(
                Option(0, "None"),
                Option(1, "In one modality"),
                Option(2, "Profound, or in more than one modality"),
            ),
        ),
    ),
    scores=(
        Sum("total", label="NIHSS total", sdtm="NIHSSTOT", loinc="72089-6"),
        Sum(
            "motor", LIMBS, "Motor NIHSS, four limbs", "NIHSSMOT",
            note="The published limb motor score (5a + 5b + 6a + 6b); which motor score a trial "
            "uses is the protocol's choice.",
        ),
        Sum("motor_face", ("face", *LIMBS), "Motor NIHSS with facial palsy", "NIHSSMF"),
        Sum("motor_left", ("arm_left", "leg_left"), "Motor NIHSS, left limbs", "NIHSSML"),
        Sum("motor_right", ("arm_right", "leg_right"), "Motor NIHSS, right limbs", "NIHSSMR"),
    ),
    rules=(
        Rule(
            "NIHSS-C1", HARD,
            "Coma (1a is 3): line 8 is 2 and line 9 is 3 by rule.",
            when=(Cond("consciousness", "==", 3),),
            then=(Cond("sensory", "==", 2), Cond("language", "==", 3)),
            origin="NIH text",
        ),
        Rule(
            "NIHSS-C2", SOFT,
            "Coma (1a is 3): the usual default scores differ; confirm or correct. "
            "Lines 2 and 3 are examined, not defaulted.",
            when=(Cond("consciousness", "==", 3),),
            then=(
                Cond("questions", "==", 2),
                Cond("commands", "==", 2),
                Cond("face", "==", 3),
                *(Cond(limb, "==", 4) for limb in LIMBS),
                Cond("ataxia", "==", 0),
                Cond("dysarthria", "==", 2),
                Cond("extinction", "==", 2),
            ),
            exempt_untestable=True,
            origin="convention of published calculators; not automatic in the NIH text",
        ),
        Rule(
            "NIHSS-C3", SOFT,
            "Mute or global aphasia (line 9 is 3) expects no command obeyed (1c is 2).",
            when=(Cond("language", "==", 3),),
            then=(Cond("commands", "==", 2),),
            origin="NIH text",
        ),
        Rule(
            "NIHSS-C4", SOFT,
            "Mute or global aphasia (line 9 is 3) expects 1b to be 2 and line 10 to be 2 "
            "or untestable.",
            when=(Cond("language", "==", 3),),
            then=(Cond("questions", "==", 2), Cond("dysarthria", "==", 2)),
            exempt_untestable=True,
            origin="NIH text",
        ),
        Rule(
            "NIHSS-C5", SOFT,
            "Severe aphasia with total sensory loss: confirm that the loss was clearly shown.",
            when=(Cond("language", ">=", 2), Cond("consciousness", "<", 3)),
            then=(Cond("sensory", "<=", 1),),
            origin="NIH text",
        ),
        Rule(
            "NIHSS-C6", SOFT,
            "Ataxia is scored in more limbs than are able to move.",
            predicate=ataxia_in_more_limbs_than_move,
            about=("ataxia", *LIMBS),
            origin="derived from the NIH text",
        ),
        Rule(
            "NIHSS-C7", SOFT,
            "Mute or global aphasia (line 9 is 3): ataxia is expected to be 0.",
            when=(Cond("language", "==", 3),),
            then=(Cond("ataxia", "==", 0),),
            exempt_untestable=True,
            origin="NIH text",
        ),
        Rule(
            "NIHSS-C8", HARD,
            "Untestable needs a reason and no score, and is allowed on lines 5a, 5b, 6a, 6b, 7 "
            "and 10 only.",
            structure="untestable",
            origin="NIH text",
        ),
    ),
)  # fmt: skip
