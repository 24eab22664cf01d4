"""A lock and a save at the same time: whichever commits first holds, and no answer slips under."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from audit.acts import act
from config.servers.processes import never, wait_until
from tests.at_once import PATIENCE, Slow, in_a_thread
from tests.builders import NIHSS_12, enrolled, saved
from tests.locking import lock
from tests.people import AT, People
from trial.models import Lock, Record


@pytest.mark.requirement("R-043")
def test_a_lock_waits_for_the_save_that_came_first(committed_people: People) -> None:
    people, participant = committed_people, enrolled(committed_people)
    with ThreadPoolExecutor(2) as pool:
        save = Slow(pool, lambda: saved(participant, "V0", "nihss", people, **NIHSS_12))
        locking = in_a_thread(pool, lambda: lock(people.dora, participant=participant))
        assert not wait_until(locking.done, patience=0.5, cancelled=never)
        save.commits()
        assert locking.result(PATIENCE).lifted_at is None
    assert Record.objects.get(form="nihss").status == "complete"


@pytest.mark.requirement("R-043")
@pytest.mark.parametrize("scope", ["participant", "trial"])
def test_a_save_waits_for_the_lock_that_came_first_and_is_refused(
    committed_people: People, scope: str
) -> None:
    people, participant = committed_people, enrolled(committed_people)
    covered = participant if scope == "participant" else None
    with ThreadPoolExecutor(2) as pool:
        locking = Slow(pool, lambda: lock(people.dora, participant=covered))
        save = in_a_thread(pool, lambda: saved(participant, "V0", "nihss", people, **NIHSS_12))
        assert not wait_until(save.done, patience=0.5, cancelled=never)
        locking.commits()
        with pytest.raises(IntegrityError, match=f"this {scope} is locked"):
            save.result(PATIENCE)
    assert not Record.objects.filter(form="nihss").exists()
    assert Lock.objects.count() == 1


@pytest.mark.requirement("R-043")
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_older_than_the_lock_does_not_write_under_it(
    committed_people: People, isolation: str
) -> None:
    """Raw SQL, the history row with it: what the application's role could send by itself."""
    people, participant = committed_people, enrolled(committed_people)
    record = saved(participant, "V0", "nihss", people, **NIHSS_12)
    with ThreadPoolExecutor(1) as pool:

        def lock_elsewhere() -> None:
            in_a_thread(pool, lambda: lock(people.dora, participant=participant)).result(PATIENCE)

        with pytest.raises(IntegrityError, match="may not see a lock"):
            _write_by_an_old_snapshot(record, people, isolation, lock_elsewhere)
    assert Lock.objects.get().participant == participant
    assert Record.objects.get(pk=record.pk).version == 1


def _write_by_an_old_snapshot(
    record: Record, people: People, isolation: str, meanwhile: Callable[[], None]
) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        assert not Lock.objects.exists()  # the snapshot is taken
        meanwhile()
        with act(actor=people.nils, at=AT):
            record.version += 1
            record.save()
