"""Barthel Index: what the person does in daily life, ten items, higher is better.

Two weightings of the same ten items: 0-100 (1965) and 0-20 (1988), five points to one.
"""

from outcomes.scales.base import HARD, SOFT, Cond, Item, Option, Rule, Scale, Sum
from outcomes.scales.rules import after_death

SELF_CARE, MOBILITY = "Self-care", "Mobility"
LICENCE = (
    "Copyright Maryland State Medical Society; free for non-commercial use with citation, "
    "permission needed to modify or for commercial use. The labels are our own words."
)

# name, test code without its prefix, label, section, then the levels from 0 upwards
ACTIVITIES = (
    ("feeding", "FEED", "Feeding", SELF_CARE,
     "Cannot feed self", "Needs help, for example cutting", "Independent"),
    ("bathing", "BATH", "Bathing", SELF_CARE,
     "Needs help", "Independent, bath or shower"),
    ("grooming", "GROOM", "Grooming", SELF_CARE,
     "Needs help", "Independent: face, hair, teeth, shaving"),
    ("dressing", "DRESS", "Dressing", SELF_CARE,
     "Dependent", "Helped, does about half", "Independent, with fastenings and shoes"),
    ("bowels", "BOWEL", "Bowels", SELF_CARE,
     "Incontinent, or needs enemas", "Occasional accident", "Continent"),
    ("bladder", "BLADD", "Bladder", SELF_CARE,
     "Incontinent, or catheter managed by others", "Occasional accident",
     "Continent, or manages own device"),
    ("toilet", "TOIL", "Toilet use", SELF_CARE,
     "Dependent", "Some help", "Independent: on and off, clothes, wiping"),
    ("transfer", "TRANS", "Bed-chair transfer", MOBILITY,
     "Unable, no sitting balance", "Major help, can sit", "Minor help or prompting",
     "Independent"),
    ("mobility", "MOBIL", "Walking on the level, or wheelchair", MOBILITY,
     "Immobile, or less than 45 m (50 yards)",
     "Independent in a wheelchair; only if unable to walk",
     "Walks with one helper", "Walks alone, aids allowed"),
    ("stairs", "STAIR", "Stairs", MOBILITY,
     "Unable", "Needs help", "Independent up and down"),
)  # fmt: skip


def barthel_items(prefix: str, step: int) -> tuple[Item, ...]:
    """The ten items, each level worth ``step`` points more than the one before."""
    return tuple(
        Item(
            name, str(number), label, section, sdtm=f"{prefix}{test}",
            options=tuple(Option(step * level, words) for level, words in enumerate(levels)),
        )
        for number, (name, test, label, section, *levels) in enumerate(ACTIVITIES, start=1)
    )  # fmt: skip


def barthel_rules(prefix: str, step: int) -> tuple[Rule, ...]:
    """The rules of one weighting; ``prefix`` is BIC (0-100) or BCC (0-20)."""
    wheelchair = step
    return (
        Rule(
            f"{prefix}2", SOFT,
            "No sitting balance, yet walks, bathes alone or climbs stairs.",
            when=(Cond("transfer", "==", 0),),
            then=(
                Cond("mobility", "<=", wheelchair),
                Cond("bathing", "==", 0),
                Cond("stairs", "==", 0),
            ),
            origin="ours",
        ),
        Rule(
            f"{prefix}3", SOFT,
            "Not walking, yet stairs are scored.",
            when=(Cond("mobility", "<=", wheelchair),),
            then=(Cond("stairs", "==", 0),),
            origin="ours",
        ),
        Rule(
            f"{prefix}5", HARD,
            "The assessment is dated on or after the death of the participant.",
            predicate=after_death, about=("feeding",),
            origin="ours",
        ),
    )  # fmt: skip


BI100 = Scale(
    code="barthel",
    title="Barthel Index, 0-100",
    short="Barthel",
    version="1965",
    licence=LICENCE,
    citation="Mahoney FI, Barthel DW. Md State Med J 1965;14:61-65",
    better="higher",
    items=barthel_items("BI", step=5),
    scores=(Sum("total", label="Barthel total", sdtm="BITOT"),),
    rules=barthel_rules("BIC", step=5),
)

BI20 = Scale(
    code="bi20",
    title="Barthel Index, 0-20",
    short="Barthel 20",
    version="1988",
    licence=LICENCE,
    citation="Collin C et al. Int Disabil Stud 1988;10:61-63",
    better="higher",
    items=barthel_items("BC", step=1),
    scores=(Sum("total", label="Barthel total (0-20)", sdtm="BCTOT"),),
    rules=barthel_rules("BCC", step=1),
)
