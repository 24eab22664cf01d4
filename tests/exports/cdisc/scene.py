"""A small trial with something of all that CDISC's formats have a place for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from randomization import services as treatment
from safety import services as safety
from tests.builders import enrolled, lowest_answers, saved, visit_of
from tests.exports.trial_data import Trial, make_trial
from tests.people import AT, PASSWORD, People
from tests.randomization.builders import LATER
from tests.safety.reports import reported_sae
from tests.test_second_protocol import LATER as MUCH_LATER
from tests.test_second_protocol import randomized
from trial import services
from trial.models import Participant, Record
from trial.selectors import record_digest

SOON = AT + timedelta(hours=2)
WHY = "Read from the wrong line <of the chart> & corrected"
DIED_ON = "2026-03"
SCANNED_ON = date(2026, 2, 20)


@dataclass(frozen=True)
class Scene:
    """The trial, and the participants by what else happened to them."""

    trial: Trial
    corrected: Participant
    dead: Participant


def furnished(people: People) -> Scene:
    """Somebody infused and seen twice, somebody corrected and signed, and somebody dead."""
    trial = make_trial(people)
    saved(trial.infused, "M1", "nihss", people, at=LATER, face=1)
    saved(trial.infused, "M1", "mrs", people, at=LATER, grade=2)
    saved(trial.infused, "M1", "barthel", people, at=LATER)
    saved(trial.infused, "M1", "fmri", people, at=LATER, scanned_on=SCANNED_ON)
    reported_sae(people, trial.infused)
    corrected = enrolled(people)
    first = saved(corrected, "V0", "vitals", people, systolic=150, diastolic=90)
    kept = saved(corrected, "V0", "mrs", people, grade=3)
    for row in (first, kept):
        _sign(row, people)
    services.save_record(
        visit=visit_of(corrected, "V0"), form="vitals",
        answers=lowest_answers("vitals", systolic=152, diastolic=90),
        assessed_on=first.assessed_on, version=1, complete=True, actor=people.ines, at=SOON,
        reason=WHY,
    )  # fmt: skip
    dead = enrolled(people, sex="M")
    saved(dead, "V0", "nihss", people, arm_left=3)
    services.record_death(
        participant=dead, died_on=DIED_ON, cause="Pneumonia", actor=people.nils, at=LATER
    )
    return Scene(trial, corrected, dead)


def _sign(record: Record, people: People) -> None:
    services.sign_record(
        record=record, password=PASSWORD, seen=record_digest(record), actor=people.ines, at=AT
    )


def another_trial(people: People, seed: int = 5) -> None:
    """The second protocol: three randomized, one with an adverse event; ``seed`` gives the arms."""
    treatment.seal_list(actor=people.uma, at=AT, seed=seed, length=12, purpose="simulated")
    first, *_ = [randomized(people, arm_left=left) for left in (0, 4, 4)]
    saved(first, "W6", "vitals", people, at=MUCH_LATER)
    safety.report_ae(
        participant=first, term="Nausea", category="gut", onset="2026-02-20", end="",
        severity="mild", criteria=(), causality="possible", action="none", outcome="recovered",
        aware_at=None, actor=people.nils, at=MUCH_LATER,
    )  # fmt: skip


def other_arms(people: People) -> None:
    """The second protocol once more, with nothing different but the arms."""
    another_trial(people, seed=6)
