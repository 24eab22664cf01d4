"""Three snapshots for every edit check: one that raises it, one that does not, one put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from monitoring.checks.facts import EventFacts, RecordFacts, Snapshot, Span, VisitFacts
from outcomes.scales import INSTRUMENTS
from outcomes.scales.items import Number
from tests.builders import lowest_answers

CONSENT = date(2026, 2, 2)
DAY = date(2026, 3, 10)
TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Case:
    """``raises`` breaks the check, ``quiet`` is the nearest that does not, ``right`` the remedy."""

    code: str
    raises: Snapshot
    quiet: Snapshot
    right: Snapshot


def filled(form: str, day: date | None = DAY, confirmed: str = "", **answers: Any) -> RecordFacts:
    """A complete record; scores follow from the answers."""
    given = {**lowest_answers(form, DAY), **answers}
    scores = INSTRUMENTS[form].score(given)
    return RecordFacts(form, "complete", day, given, scores, frozenset({confirmed}))


def scored(form: str, day: date | None = DAY, **scores: int) -> RecordFacts:
    """A complete record of which only the scores matter."""
    return RecordFacts(form, "complete", day, {}, scores)


def visit(key: int, *records: RecordFacts, day: date | None = DAY, **given: Any) -> VisitFacts:
    """A visit in its window, with these records."""
    planned = {
        "code": f"M{key}", "name": f"M{key}", "place": key, "planned_on": DAY,
        "window_from": DAY - timedelta(days=7), "window_to": DAY + timedelta(days=7),
        "status": "done" if day else "planned", "actual_on": day,
    }  # fmt: skip
    return VisitFacts(key, **{**planned, **given}, records={one.form: one for one in records})


def whole(*visits: VisitFacts, **given: Any) -> Snapshot:
    """One participant."""
    return Snapshot(**{"today": TODAY, "consented_on": CONSENT, "visits": visits, **given})


def exactly(day: date) -> Span:
    """A day that is known."""
    return Span(day, day)


def _pair(one: RecordFacts, other: RecordFacts, **given: Any) -> Snapshot:
    return whole(visit(1, one, other, **given))


def _mrs(grade: int) -> RecordFacts:
    return scored("mrs", total=grade)


def _forms() -> Iterator[Case]:
    six = whole(visit(1, _mrs(6)))
    yield Case("MRS-C1", six, replace(six, died=exactly(DAY)), whole(visit(1, _mrs(5))))
    later = whole(visit(1, _mrs(2)), died=exactly(DAY - timedelta(days=1)))
    yield Case(
        "MRS-ALIVE", later, replace(later, died=exactly(DAY)), replace(later, visits=six.visits)
    )
    for code, grade, low, near in (("MRS-C3-LOW", 1, 60, 65), ("MRS-C3-HIGH", 5, 100, 55)):
        yield Case(
            code,
            _pair(_mrs(grade), scored("barthel", total=low)),
            _pair(_mrs(grade), scored("barthel", total=near)),
            _pair(_mrs(3), scored("barthel", total=low)),
        )
    yield Case(
        "MRS-NIHSS",
        _pair(_mrs(5), scored("nihss", total=0)),
        _pair(_mrs(5), scored("nihss", total=1)),
        _pair(_mrs(0), scored("nihss", total=0)),
    )
    yield Case(
        "MRS-C2",
        _pair(_mrs(4), scored("smrsq", grade=2)),
        _pair(_mrs(4), scored("smrsq", grade=3)),
        _pair(_mrs(2), scored("smrsq", grade=2)),
    )
    before = filled("demographics", prestroke_mrs=2)
    yield Case(
        "MRS-C4",
        _pair(before, _mrs(1), baseline=True),
        _pair(before, _mrs(1)),
        _pair(before, _mrs(2), baseline=True),
    )
    yield from _over_time()


def _nihss(first: int, second: int, **given: Any) -> Snapshot:
    one = visit(1, scored("nihss", total=first))
    two = visit(2, scored("nihss", DAY + timedelta(days=30), total=second))
    return whole(one, two, **given)


def _over_time() -> Iterator[Case]:
    yield Case("NIHSS-RISE", _nihss(4, 19), _nihss(4, 18), _nihss(4, 9))
    between = EventFacts(1, 1, Span(date(2026, 3, 1), date(2026, 3, 31)))
    worse = _nihss(4, 8)
    yield Case("NIHSS-C9", worse, _nihss(4, 7), replace(worse, events=(between,)))
    lost = filled(
        "nihss", arm_left=None, arm_left_untestable=True, arm_left_untestable_reason="amputation"
    )
    fused = replace(lost, answers={**lost.answers, "arm_left_untestable_reason": "joint_fusion"})
    scored_again = visit(2, filled("nihss", arm_left=2))
    yield Case(
        "NIHSS-C10",
        whole(visit(1, lost), scored_again),
        whole(visit(1, fused), scored_again),
        whole(visit(1, lost), visit(2, lost)),
    )
    side = visit(1, filled("demographics", infarct_side="right"))
    plegic = filled("nihss", arm_left=4)
    yield Case(
        "FMA-C6",
        whole(side, visit(2, plegic, scored("fma", upper=21))),
        whole(side, visit(2, plegic, scored("fma", upper=20))),
        whole(side, visit(2, filled("nihss", arm_left=3), scored("fma", upper=21))),
    )


def _dates() -> Iterator[Case]:
    barthel = whole(visit(1, scored("barthel", total=50)))
    day_before, day_after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    yield Case(
        "AFTER-DEATH",
        replace(barthel, died=exactly(day_before)),
        replace(barthel, died=Span(date(2026, 3, 1), date(2026, 3, 31))),
        replace(barthel, died=exactly(DAY)),
    )
    late_consent = replace(barthel, consented_on=day_after)
    yield Case("BEFORE-CONSENT", late_consent, replace(barthel, consented_on=DAY), barthel)
    left = replace(barthel, left_on=day_before)
    yield Case("AFTER-LEAVING", left, replace(left, left_on=DAY), replace(left, left_on=day_after))
    yield Case("VISIT-CONSENT", late_consent, replace(barthel, consented_on=DAY), barthel)
    first = visit(1, day=DAY)
    yield Case(
        "VISIT-ORDER",
        whole(first, visit(2, day=day_before)),
        whole(first, visit(2, day=day_before, place=None)),
        whole(first, visit(2, day=DAY)),
    )
    out = visit(1, day=DAY + timedelta(days=8))
    yield Case(
        "VISIT-WINDOW", whole(out), whole(replace(out, place=None)),
        whole(visit(1, day=DAY + timedelta(days=7))),
    )  # fmt: skip
    early = EventFacts(1, 1, Span(date(2026, 1, 1), date(2026, 1, 31)))
    yield Case(
        "AE-CONSENT",
        whole(events=(early,)),
        whole(events=(replace(early, onset=Span(date(2026, 1, 1), date(2026, 12, 31))),)),
        whole(events=(replace(early, onset=exactly(DAY)),)),
    )
    event = EventFacts(1, 1, exactly(DAY))
    yield Case(
        "AE-DEATH",
        whole(events=(event,), died=exactly(day_before)),
        whole(events=(replace(event, onset=Span(DAY - timedelta(days=9), DAY)),),
              died=exactly(day_before)),
        whole(events=(event,), died=exactly(DAY)),
    )  # fmt: skip
    dead = whole(died=exactly(CONSENT - timedelta(days=1)))
    yield Case("DEATH-CONSENT", dead, whole(died=exactly(CONSENT)), whole(died=exactly(DAY)))


def _presence() -> Iterator[Case]:
    owed = visit(1, day=None, required=("mrs",))
    soon = DAY + timedelta(days=21)
    yield Case(
        "NO-VISIT", whole(owed), whole(owed, today=soon), whole(replace(owed, status="missed"))
    )
    there = visit(1, scored("nihss"), required=("nihss", "mrs"))
    draft = RecordFacts("mrs", "draft")
    yield Case(
        "NO-FORM",
        whole(replace(there, records={**there.records, "mrs": draft})),
        whole(replace(there, expected=False)),
        whole(visit(1, scored("nihss"), _mrs(2), required=("nihss", "mrs"))),
    )


COMA = {
    "consciousness": 3, "questions": 2, "commands": 2, "arm_left": 4, "arm_right": 4,
    "leg_left": 4, "leg_right": 4, "sensory": 2, "language": 3, "dysarthria": 2, "extinction": 2,
}  # fmt: skip
MUTE = {"language": 3, "commands": 2, "questions": 2, "dysarthria": 2}
TOMORROW = DAY + timedelta(days=1)
# Answers that break a soft rule of an instrument; the lowest answers keep it, unless given.
BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nihss/NIHSS-C2": ({**COMA, "face": 1}, {}),
    "nihss/NIHSS-C3": ({**MUTE, "commands": 1}, {}),
    "nihss/NIHSS-C4": ({**MUTE, "questions": 0}, {}),
    "nihss/NIHSS-C5": ({**MUTE, "sensory": 2}, {}),
    "nihss/NIHSS-C6": (
        {"arm_left": 4, "arm_right": 4, "leg_left": 4, "leg_right": 4, "ataxia": 1}, {},
    ),
    "nihss/NIHSS-C7": ({**MUTE, "ataxia": 1}, {}),
    "barthel/BIC2": ({"bathing": 5}, {}),
    "barthel/BIC3": ({"transfer": 5, "stairs": 5}, {}),
    "bi20/BCC2": ({"bathing": 1}, {}),
    "bi20/BCC3": ({"transfer": 1, "stairs": 1}, {}),
    "fma/FMA-C4": ({"arm_tremor": 1}, {}),
    "fma/FMA-C5": ({"stands_without_support": 1}, {}),
    "fmri/FMRI-C1": ({"scanned_on": TOMORROW}, {}),
    "lesion/LESION-C1": ({"scanned_on": TOMORROW}, {}),
}  # fmt: skip


def _odd_numbers() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for instrument in INSTRUMENTS.values():
        for item in instrument.items:
            if not isinstance(item, Number):
                continue
            if (item.usual_minimum, item.usual_maximum) == (None, None):
                continue
            odd, usual = _beside(item)
            yield f"{instrument.code}/ODD-{item.name}", {item.name: odd}, {item.name: usual}


def _beside(item: Number) -> tuple[Any, Any]:
    """A possible value outside the usual range, and one inside."""
    step = Decimal(1).scaleb(-item.decimals)
    top = item.usual_maximum
    if top is not None and Decimal(str(top)) < Decimal(str(item.maximum)):
        odd, usual = Decimal(str(top)) + step, Decimal(str(top))
    else:
        usual = Decimal(str(item.usual_minimum))
        odd = usual - step
    return (odd, usual) if item.decimals else (int(odd), int(usual))


def _instruments() -> Iterator[Case]:
    numbers = _odd_numbers()
    broken = [(code, *answers) for code, answers in BROKEN.items()]
    for code, wrong, right in (*broken, *numbers):
        form, rule = code.split("/")
        yield Case(
            code,
            whole(visit(1, filled(form, **wrong))),
            whole(visit(1, filled(form, confirmed=rule, **wrong))),
            whole(visit(1, filled(form, **right))),
        )


CASES = (*_forms(), *_dates(), *_presence(), *_instruments())
