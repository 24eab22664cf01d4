"""The simulated safety desk leaves assessments, one SUSAR submitted, and nothing overdue."""

from __future__ import annotations

from datetime import date

from config.demo import safety_reports
from config.demo.people import Cast
from safety.desk import presenters, selectors
from safety.models import Submission
from tests.people import AT, People
from tests.randomization.builders import infused, ready
from tests.safety.reports import later, reported_sae


def test_the_demo_has_assessments_and_a_submitted_susar(people: People) -> None:
    cast = Cast(
        site=people.grenoble, investigator=people.ines, nurse=people.nils, assessor=people.otto,
        cell_therapy=people.tess, monitor=people.mona, data_manager=people.dora,
        statistician=people.stan, unblinded=people.uma, safety_desk=people.sara, dsmb=people.dag,
    )  # fmt: skip
    treated, product = ready(people)
    infused(treated, product, people)
    day = treated.infusion.infused_on.isoformat()
    reported_sae(people, treated, causality="unrelated", onset=day, at=AT)
    safety_reports.assess_and_submit(cast, date(2020, 2, 11), later(days=30).date())
    (line,) = presenters.lines(selectors.reported_events(), later(days=30))
    assert (line.susar, line.open, line.sponsor) == (True, False, "Possible")
    assert Submission.objects.get().complete
    (told,) = (line.told,)
    assert told is not None
    assert told.code == "complete"
