"""Two forms that cannot both be right, or a form and a fact of the participant.

Limits without a source are ours and stand here as names.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.checks.facts import Check, Hit, Snapshot, VisitFacts

DEAD = 6
# Grades with hardly any disability, and the Barthel total that speaks against them.
MILD_MRS, LOW_BARTHEL = 1, 60
SEVERE_MRS, HIGH_BARTHEL = 5, 60
SMRSQ_APART = 2
NIHSS_RISE = 15
NIHSS_WORSENING = 4
PLEGIC, ARM_MOVES = 4, 20
LIMBS = ("arm_left", "arm_right", "leg_left", "leg_right")
OTHER_SIDE = {"left": "right", "right": "left"}


def _mrs(visit: VisitFacts) -> int | None:
    return visit.score("mrs")


def _dead_without_death(snapshot: Snapshot) -> Iterator[Hit]:
    if snapshot.died is None:
        for visit in snapshot.visits:
            if _mrs(visit) == DEAD:
                yield Hit((DEAD, "no death"), visit, "mrs", "grade")


def _alive_after_death(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        record, grade = visit.complete("mrs"), _mrs(visit)
        if snapshot.died is None or record is None or record.assessed_on is None:
            continue
        if record.assessed_on > snapshot.died.latest and grade not in (None, DEAD):
            yield Hit((grade, snapshot.died.latest), visit, "mrs", "grade", words={"grade": grade})


def _mild_and_dependent(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        grade, barthel = _mrs(visit), visit.score("barthel")
        if grade is None or barthel is None:
            continue
        if grade <= MILD_MRS and barthel <= LOW_BARTHEL:
            yield _mrs_and("Barthel", barthel, grade, visit)


def _bedridden_and_independent(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        grade, barthel = _mrs(visit), visit.score("barthel")
        if grade == SEVERE_MRS and barthel is not None and barthel >= HIGH_BARTHEL:
            yield _mrs_and("Barthel", barthel, grade, visit)


def _bedridden_without_deficit(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        grade, nihss = _mrs(visit), visit.score("nihss")
        if grade == SEVERE_MRS and nihss == 0:
            yield _mrs_and("NIHSS", nihss, grade, visit)


def _mrs_and(scale: str, total: int, grade: int, visit: VisitFacts) -> Hit:
    words = {"grade": grade, "total": total, "scale": scale}
    return Hit((grade, total), visit, "mrs", "grade", words=words)


def _structured_grade_apart(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        grade, aid = _mrs(visit), visit.score("smrsq", "grade")
        if grade is not None and aid is not None and abs(grade - aid) >= SMRSQ_APART:
            yield _mrs_and("smRSq", aid, grade, visit)


def _better_than_before(snapshot: Snapshot) -> Iterator[Hit]:
    for visit in snapshot.visits:
        before, grade = visit.answer("demographics", "prestroke_mrs"), _mrs(visit)
        if visit.baseline and before is not None and grade is not None and before > grade:
            words = {"before": before, "grade": grade}
            yield Hit((before, grade), visit, "mrs", "grade", words=words)


def _nihss_leaps(snapshot: Snapshot) -> Iterator[Hit]:
    yield from _rises(snapshot, NIHSS_RISE)


def _worse_without_event(snapshot: Snapshot) -> Iterator[Hit]:
    for hit in _rises(snapshot, NIHSS_WORSENING):
        before, after = hit.words["since"], hit.words["until"]
        told = any(
            event.onset.latest >= before and event.onset.earliest <= after  # type: ignore[operator]  # both are dates
            for event in snapshot.events
        )
        if before and after and not told:
            yield hit


def _rises(snapshot: Snapshot, by: int) -> Iterator[Hit]:
    for earlier, later in snapshot.pairs("nihss"):
        was, now = earlier.score("nihss"), later.score("nihss")
        if was is not None and now is not None and now - was >= by:
            words = {
                "was": was,
                "now": now,
                "visit": earlier.name,
                "since": earlier.records["nihss"].assessed_on,
                "until": later.records["nihss"].assessed_on,
            }
            yield Hit((was, now), later, "nihss", words=words)


def _amputated_limb_scored(snapshot: Snapshot) -> Iterator[Hit]:
    lost: dict[str, str] = {}
    for visit in snapshot.visits:
        if visit.complete("nihss") is None:
            continue
        for limb in LIMBS:
            if limb in lost and visit.answer("nihss", limb) is not None:
                words = {"limb": limb.replace("_", ", "), "visit": lost[limb]}
                score = visit.answer("nihss", limb)
                yield Hit((score, lost[limb]), visit, "nihss", limb, words=words)
            if visit.answer("nihss", f"{limb}_untestable_reason") == "amputation":
                lost.setdefault(limb, visit.name)


def _plegic_and_moving(snapshot: Snapshot) -> Iterator[Hit]:
    sides = [visit.answer("demographics", "infarct_side") for visit in snapshot.visits]
    affected = next((OTHER_SIDE[side] for side in sides if side in OTHER_SIDE), "")
    for visit in snapshot.visits:
        arm, upper = visit.answer("nihss", f"arm_{affected}"), visit.score("fma", "upper")
        if arm == PLEGIC and upper is not None and upper > ARM_MOVES:
            item = f"arm_{affected}"
            yield Hit((arm, upper), visit, "nihss", item, words={"upper": upper})


FORMS: tuple[Check, ...] = (
    Check(
        "MRS-C1", "mRS 6 without a death",
        "mRS is 6 (dead) and no death is recorded. Record the death, or correct the grade.",
        "participant", "contradiction", "the grade of the mRS", _dead_without_death,
    ),
    Check(
        "MRS-ALIVE", "mRS below 6 after the death",
        "mRS is {grade} on a day after the recorded death. Correct the grade or the dates.",
        "participant", "contradiction", "the grade of the mRS", _alive_after_death,
    ),
    Check(
        "MRS-C3-LOW", "mRS 0 or 1 with a low Barthel Index",
        "mRS {grade} says hardly any disability; the {scale} is {total}. Which is right?",
        "visit", "contradiction", "the grade of the mRS", _mild_and_dependent,
    ),
    Check(
        "MRS-C3-HIGH", "mRS 5 with a high Barthel Index",
        "mRS {grade} says bedridden; the {scale} is {total}. Which is right?",
        "visit", "contradiction", "the grade of the mRS", _bedridden_and_independent,
    ),
    Check(
        "MRS-NIHSS", "mRS 5 with NIHSS 0",
        "mRS {grade} says bedridden; the {scale} is {total}. Which is right, or what else "
        "disables the participant?",
        "visit", "odd", "the grade of the mRS", _bedridden_without_deficit,
    ),
    Check(
        "MRS-C2", "mRS and its structured aid differ",
        "mRS is {grade} and the {scale} gives {total}: two grades or more apart.",
        "visit", "odd", "the grade of the mRS", _structured_grade_apart,
    ),
    Check(
        "MRS-C4", "Better after the stroke than before",
        "mRS before the stroke is {before} and {grade} now. Please check both.",
        "visit", "odd", "the grade of the mRS at inclusion", _better_than_before,
    ),
    Check(
        "NIHSS-RISE", f"NIHSS rises by {NIHSS_RISE} or more",
        "NIHSS rises from {was} at {visit} to {now}. Is the score right? What happened?",
        "participant", "odd", "the NIHSS of the later visit", _nihss_leaps,
    ),
    Check(
        "NIHSS-C9", "NIHSS worsens and no adverse event is recorded",
        "NIHSS rises from {was} at {visit} to {now}, and no adverse event began in between. "
        "Is one missing?",
        "participant", "odd", "the NIHSS of the later visit", _worse_without_event,
    ),
    Check(
        "NIHSS-C10", "An amputated limb is scored",
        "{limb} was untestable for amputation at {visit} and is scored here.",
        "participant", "contradiction", "the limb's line of the NIHSS", _amputated_limb_scored,
    ),
    Check(
        "FMA-C6", "Plegic arm with a moving Fugl-Meyer",
        "The affected arm scores 4 (no movement) on the NIHSS and {upper} of 66 on the "
        "Fugl-Meyer. Which is right?",
        "visit", "contradiction", "the arm's line of the NIHSS", _plegic_and_moving,
    ),
)  # fmt: skip
