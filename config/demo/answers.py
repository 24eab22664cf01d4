"""Item-level answers for the simulated trial, coherent with the instruments' own rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from config.demo.plan import Person
from outcomes.scales import INSTRUMENTS
from outcomes.scales.items import Item

OTHER_SIDE = {"left": "right", "right": "left"}
# How much each part of the NIH scale suffers at severity 1, as a share of its maximum.
_NIHSS_WEIGHT = {
    "consciousness": 0.2, "questions": 0.35, "commands": 0.15, "gaze": 0.4, "visual": 0.3,
    "face": 0.8, "ataxia": 0.05, "sensory": 0.6, "language": 0.5, "dysarthria": 0.6,
    "extinction": 0.4,
}  # fmt: skip


def severity_at(person: Person, day: int, *, treated: bool, motor: bool = False) -> float:
    """How disabled the person is on a day after the index event, from 0 to 1.

    Recovery is fast at first and slow later. In the treated the motor deficit recovers a little
    further: a simulated effect, labelled so wherever it is shown.
    """
    reached = 1 - math.exp(-max(day, 0) / 108)
    further = 0.22 if treated and motor and day > 45 else 0.0
    return max(0.02, person.severity * (1 - min(0.95, person.recovery + further) * reached))


def _level(item: Item, share: float, rng: Random) -> int:
    """The level nearest to a share of the item's maximum, with some noise."""
    wanted = max(0.0, min(1.0, share + rng.gauss(0, 0.07))) * item.points[-1]
    return min(item.points, key=lambda point: abs(point - wanted))


def _items(form: str) -> list[Item]:
    return [item for item in INSTRUMENTS[form].items if isinstance(item, Item)]


def nihss(person: Person, severity: float, motor: float, rng: Random) -> dict[str, Any]:
    """Lines of the NIH Stroke Scale: motor loss on the side opposite the infarct."""
    weak = OTHER_SIDE[person.side]
    answers: dict[str, Any] = {}
    for item in _items("nihss"):
        limb, _, side = item.name.partition("_")
        if limb in {"arm", "leg"}:
            share = (1.2 if limb == "arm" else 0.9) * motor if side == weak else 0.0
            answers[item.name] = _level(item, share, rng) if share else 0
        elif item.name == "language" and person.side == "right":
            answers[item.name] = 0
        else:
            answers[item.name] = _level(item, severity * _NIHSS_WEIGHT[item.name], rng)
    answers["consciousness"] = min(answers["consciousness"], 1)
    answers["language"] = min(answers["language"], 2)
    if answers["language"] == 2:
        answers["sensory"] = min(answers["sensory"], 1)
    answers["ataxia"] = 0
    return answers


def inclusion_nihss(person: Person, rng: Random) -> dict[str, Any]:
    """An NIH Stroke Scale at inclusion: within the limits of 7 to 24."""
    severity = person.severity
    while True:
        answers = nihss(person, severity, severity, rng)
        total = INSTRUMENTS["nihss"].score(answers)["total"] or 0
        if 7 <= total <= 24:
            return answers
        severity += 0.03 if total < 7 else -0.03


def barthel(severity: float, rng: Random) -> dict[str, Any]:
    """The ten Barthel items; whoever does not walk takes no stairs."""
    answers: dict[str, Any] = {
        item.name: _level(item, 1.12 - 1.25 * severity, rng) for item in _items("barthel")
    }
    if answers["transfer"] == 0:
        answers.update(mobility=min(answers["mobility"], 5), bathing=0, stairs=0)
    if answers["mobility"] <= 5:
        answers["stairs"] = 0
    return answers


def mrs(severity: float) -> dict[str, Any]:
    """The mRS grade of a living person."""
    return {"grade": max(0, min(5, round(severity * 6.5)))}


def fma(motor: float, rng: Random) -> dict[str, Any]:
    """The 113 Fugl-Meyer items; normal reflexes count only after a full part IV."""
    answers: dict[str, Any] = {}
    for place, item in enumerate(_items("fma"), start=1):
        share = 1.05 - (1.3 if place <= 50 else 0.5) * motor
        answers[item.name] = _level(item, share, rng)
    if {answers[name] for name in _ARM_PART_IV} != {2}:
        answers["arm_normal_reflexes"] = 0
    if {answers[name] for name in _LEG_PART_IV} != {2}:
        answers["leg_normal_reflexes"] = 0
    return answers


_ARM_PART_IV = (
    "shoulder_abduction_to_90", "shoulder_flexion_to_180", "pronation_supination_elbow_straight",
)  # fmt: skip
_LEG_PART_IV = ("standing_knee_flexion", "standing_ankle_dorsiflexion")


def fmri(person: Person, motor: float, rng: Random) -> dict[str, Any]:
    """MI-4a and MI-4p during the passive wrist task; activity returns as the motor deficit goes."""
    return {
        "wrist": OTHER_SIDE[person.side],
        "mi_4a": Decimal(str(round(2.4 - 2.2 * motor + rng.gauss(0, 0.35), 4))),
        "mi_4p": Decimal(str(round(2.0 - 2.0 * motor + rng.gauss(0, 0.3), 4))),
    }


def demographics(person: Person, rng: Random) -> dict[str, Any]:
    """Demographics and stroke history."""
    earlier = rng.random() < 0.1
    return {
        "infarct_side": person.side,
        "territory": "mca",
        "cause": rng.choice(["large_artery", "cardioembolic", "undetermined", "other"]),
        "thrombolysis": rng.random() < 0.4,
        "thrombectomy": rng.random() < 0.1,
        "prestroke_mrs": 1 if rng.random() < 0.15 else 0,
        "handedness": "right" if rng.random() < 0.9 else "left",
        "earlier_stroke": earlier,
        "earlier_deficit": False if earlier else None,
        "earlier_tia": rng.random() < 0.08,
        "hypertension": rng.random() < 0.5,
        "diabetes": rng.random() < 0.15,
        "dyslipidaemia": rng.random() < 0.4,
        "atrial_fibrillation": rng.random() < 0.15,
        "coronary_disease": rng.random() < 0.1,
        "smoking": rng.choice(["never", "former", "current"]),
    }


def vitals(rng: Random) -> dict[str, Any]:
    """Vital signs of someone at rest."""
    systolic = rng.randint(110, 150)
    return {
        "heart_rate": rng.randint(58, 92),
        "systolic": systolic,
        "diastolic": rng.randint(62, 88),
        "temperature": Decimal(str(round(rng.uniform(36.2, 37.4), 1))),
        "oxygen_saturation": rng.randint(95, 99),
        "respiratory_rate": rng.randint(12, 18),
    }


def rehab(severity: float, rng: Random) -> dict[str, Any]:
    """Minutes of therapy a week: more for the more disabled."""
    return {
        "physiotherapy": round(60 + 240 * severity + rng.uniform(0, 60)),
        "occupational_therapy": round(30 + 150 * severity + rng.uniform(0, 40)),
        "speech_therapy": round(120 * severity * rng.random()),
    }


def lesion(person: Person, rng: Random) -> dict[str, Any]:
    """Infarct volume in mL."""
    return {"volume_ml": Decimal(str(round(max(3.0, rng.gauss(130 * person.severity, 30)), 1)))}


def answers_for(
    form: str, person: Person, day: int, *, treated: bool, first: bool, rng: Random
) -> Mapping[str, Any]:
    """The answers of one form on one day after the index event."""
    severity = severity_at(person, day, treated=treated)
    motor = severity_at(person, day, treated=treated, motor=True)
    if form == "nihss" and first:
        return inclusion_nihss(person, rng)
    makers: dict[str, Callable[[], Mapping[str, Any]]] = {
        "nihss": lambda: nihss(person, severity, motor, rng),
        "barthel": lambda: barthel(severity, rng),
        "mrs": lambda: mrs(severity),
        "fma": lambda: fma(motor, rng),
        "fmri": lambda: fmri(person, motor, rng),
        "lesion": lambda: lesion(person, rng),
        "rehab": lambda: rehab(severity, rng),
        "demographics": lambda: demographics(person, rng),
        "vitals": lambda: vitals(rng),
    }
    return makers[form]()
