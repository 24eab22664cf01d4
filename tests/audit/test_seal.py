"""The seal: whatever a superuser does to a copy with every trigger off is found and located."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test.utils import override_settings
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from audit import seal_log, sealing
from audit.findings import Finding, Kind
from audit.seal_log import Noted
from tests.audit.sealed import Sealed, Tampered, copy_of, tampered
from tests.audit.whole_trial import commit_whole_trial
from tests.conftest import Rows, put_back
from tests.people import make_people


@pytest.fixture(scope="module")
def sealed(
    superuser_dsn: str,
    _first_rows: Rows,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sealed]:
    """A whole trial under a chain of seals, made once and then only copied."""
    state = tmp_path_factory.mktemp("state")
    with django_db_blocker.unblock(), override_settings(STATE_DIR=state):
        name = str(connection.settings_dict["NAME"])
        with transaction.atomic():
            people = make_people()
        sealing.seal(at=timezone.now())
        commit_whole_trial(people)
        sealing.seal(at=timezone.now(), rows_per_seal=50)
        noted = tuple(seal_log.lines(seal_log.path()))
        connections.close_all()
        with copy_of(superuser_dsn, name, f"{name}_sealed"):
            put_back(superuser_dsn, _first_rows)
            yield Sealed(superuser_dsn, f"{name}_sealed", noted)


@pytest.fixture
def copy(sealed: Sealed) -> Iterator[Tampered]:
    with tampered(sealed) as found:
        yield found


def told(found: list[Finding]) -> list[tuple[str, str, int | str | None, str]]:
    """Kind, table, row and field of each."""
    return [(str(one.kind), one.table, one.key, one.field) for one in found]


@pytest.mark.requirement("R-032")
def test_what_nobody_touched_verifies_clean(copy: Tampered) -> None:
    report = copy.verified()
    assert told(list(report.findings)) == []
    assert report.clean
    assert report.seals == len(copy.noted) > 4
    assert (report.rows, report.waiting) == (
        copy.one("SELECT count(*) FROM audit_sealedrow")[0], 0,
    )  # fmt: skip


MRS = "outcomes_historicalmrsrecord"


@pytest.mark.requirement("R-032")
def test_1_a_changed_answer_is_found_in_its_field(copy: Tampered) -> None:
    (key,) = copy.one("UPDATE trial_historicaldeath SET cause = 'Fall' RETURNING history_id")
    assert told(copy.findings())[0] == ("changed", "trial_historicaldeath", key, "cause")
