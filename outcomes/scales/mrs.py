"""Modified Rankin Scale, and the five questions that suggest its grade; higher is worse."""

from outcomes.scales.base import (
    HARD,
    Answers,
    Branch,
    CheckContext,
    Cond,
    Item,
    Option,
    Rule,
    Scale,
    Sum,
    Tree,
)

DEAD = 6
GRADES = (
    Option(0, "No symptoms"),
    Option(1, "Symptoms, but all usual activities done"),
    Option(2, "Some past activities lost, manages own affairs alone"),
    Option(3, "Needs some help, walks without a helper"),
    Option(4, "Cannot walk or meet bodily needs without a helper"),
    Option(5, "Bed-bound, constant care"),
    Option(DEAD, "Dead"),
)
NO_YES = (Option(0, "No"), Option(1, "Yes"))


def grade_contradicts_death(answers: Answers, context: CheckContext) -> bool:
    """True for grade 6 without a death, or a living grade when death came first.

    A known death with an unknown assessment date leaves it open.
    """
    grade, died, assessed = answers.get("grade"), context.died_on, context.assessed_on
    if grade is None:
        return False
    if died is None:
        return grade == DEAD
    if assessed is None:
        return False
    return (grade == DEAD) != (died <= assessed)


MRS = Scale(
    code="mrs",
    title="Modified Rankin Scale",
    short="mRS",
    version="1988",
    licence="Believed to be in the public domain by CDISC; the labels are our own words.",
    citation="van Swieten JC et al. Stroke 1988;19:604-607; grade 6 for death",
    better="lower",
    items=(
        Item(
            "grade", "1", "Global disability grade", options=GRADES,
            sdtm="MRS0101", loinc="75859-9",
        ),
    ),
    scores=(Sum("total", label="mRS grade", sdtm="MRSTOT"),),
    rules=(
        Rule(
            "MRS-C1", HARD,
            "Grade 6 needs a recorded death on or before the assessment, and after a death "
            "no other grade is possible.",
            predicate=grade_contradicts_death, about=("grade",),
            origin="ours",
        ),
    ),
)  # fmt: skip

SMRSQ = Scale(
    code="smrsq",
    title="Simplified mRS questionnaire",
    short="smRSq",
    version="2011",
    licence="Unknown; a published algorithm, asked in our own words.",
    citation="Bruno A et al. Stroke 2010;41:1048-1050; Stroke 2011;42:2276-2279",
    better="lower",
    drawn=("grade",),
    items=(
        Item(
            "lives_alone", "1", "Could live alone without any help",
            options=NO_YES, sdtm="SMRSQ1",
        ),
        Item(
            "former_activities", "2",
            "Can do everything done just before the stroke, even if slower",
            options=NO_YES, sdtm="SMRSQ2", ask_if=Cond("lives_alone", "==", 1),
        ),
        Item(
            "former_self", "3", "Completely back to the self of before the stroke",
            options=NO_YES, sdtm="SMRSQ3", ask_if=Cond("former_activities", "==", 1),
        ),
        Item(
            "walks", "4", "Walks between rooms without a helper",
            options=NO_YES, sdtm="SMRSQ4", ask_if=Cond("lives_alone", "==", 0),
        ),
        Item(
            "sits", "5", "Sits up in bed without help",
            options=NO_YES, sdtm="SMRSQ5", ask_if=Cond("walks", "==", 0),
        ),
    ),
    scores=(
        Tree(
            "grade",
            Branch(
                "lives_alone",
                yes=Branch(
                    "former_activities",
                    yes=Branch("former_self", yes=0, no=1),
                    no=2,
                ),
                no=Branch("walks", yes=3, no=Branch("sits", yes=4, no=5)),
            ),
            label="mRS grade suggested by the questionnaire",
            sdtm="SMRSQTOT",
        ),
    ),
    rules=(
        Rule(
            "SMRSQ-C1", HARD,
            "A question that is not asked has an answer.",
            structure="branching",
            origin="branching of the questionnaire",
        ),
    ),
)  # fmt: skip
