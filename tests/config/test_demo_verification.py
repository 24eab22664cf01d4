"""The simulated monitor leaves verified forms, one change after it, and certificates behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from config.demo import monitoring_verification
from config.demo.people import Cast
from monitoring import certificates
from monitoring.changes import changes, lost
from tests.builders import enrolled, saved
from tests.people import People
from trial.models import Record

TODAY = datetime.now(tz=UTC).date()


def test_the_demo_is_verified_in_part_and_one_change_waits_for_the_monitor(people: People) -> None:
    cast = Cast(
        site=people.grenoble, investigator=people.ines, nurse=people.nils, assessor=people.otto,
        cell_therapy=people.tess, monitor=people.mona, data_manager=people.dora,
        statistician=people.stan, unblinded=people.uma, safety_desk=people.sara, dsmb=people.dag,
    )  # fmt: skip
    participant = enrolled(people)
    for visit in ("V0", "M1"):
        for form in ("nihss", "barthel"):
            saved(participant, visit, form, people)

    # The delegations begin ten days before the opening
    monitoring_verification.certify(cast, date(2020, 2, 11), TODAY)
    monitoring_verification.verify_some(cast, [participant], TODAY)

    (line,) = changes(lost(Record.objects.all()))
    assert "tairs" in line.label
    (one,) = certificates.expiring(people.otto, TODAY)
    assert one.last_day == TODAY + timedelta(days=12)
