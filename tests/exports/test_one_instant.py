"""A cut shows one instant: what is committed while it is made is not in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError

from exports import services, snapshot
from exports.claims import Claim, claimed
from exports.models import DataCut
from tests.builders import enrolled
from tests.exports.trial_data import Trial
from tests.people import AT, People
from trial.models import Participant, Site


def _enrol_elsewhere(people: People) -> None:
    """Another session enrols somebody and commits."""

    def work() -> None:
        try:
            enrolled(people)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


class Meddling(Claim):
    """A claim during which somebody enrols a participant: after the count, before the tables."""

    people: People

    def expect(self, rows: int) -> None:
        super().expect(rows)
        _enrol_elsewhere(self.people)


@pytest.mark.requirement("R-060")
def test_it_holds_nothing_that_was_committed_meanwhile(
    trial: Trial, committed_people: People, tmp_path: Path
) -> None:
    cut = services.request_cut(purpose="x", blinded=True, actor=committed_people.stan, at=AT)
    DataCut.objects.filter(pk=cut.pk).update(status="running")
    folder = tmp_path / "files"
    folder.mkdir()
    with claimed(cut, wait=False) as claim:
        meddling = Meddling(cut, claim.session)
        meddling.people = committed_people
        written = snapshot.write(cut, folder, meddling)
    assert Participant.objects.count() == 4
    counts = written.manifest["counts"]
    assert counts["participants"] == 3
    assert counts["visits"] == len((folder / "visits.csv").read_text().splitlines()) - 1
    cut.refresh_from_db()
    assert meddling.done == cut.rows_total


def test_it_sees_everything_committed_by_its_instant(committed_people: People) -> None:
    enrolled(committed_people)
    with snapshot.one_instant() as as_of:
        assert isinstance(as_of, datetime)
        assert Participant.objects.count() == 1
        _enrol_elsewhere(committed_people)
        assert Participant.objects.count() == 1
    assert Participant.objects.count() == 2


def test_it_can_write_nothing_inside(committed_people: People) -> None:
    with pytest.raises(InternalError, match="read-only transaction"), snapshot.one_instant():
        Site.objects.filter(code="GRE").update(name="Elsewhere")


def test_it_refuses_to_start_inside_a_transaction(committed: None) -> None:
    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match="durable"),
        snapshot.one_instant(),
    ):
        pass
