"""Making a cut: one worker at a time, whatever dies; a failed cut leaves nothing half written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction

from audit.acts import act
from audit.models import Event
from exports import claims, folders, presenters, services
from exports.claims import claimed
from exports.errors import CutFailed, CutStopped, Finished, StillBeingMade
from exports.models import DataCut
from tests.builders import visit_of
from tests.exports.trial_data import Trial, folder_of, frozen
from tests.people import AT, People
from trial.models import Record


@pytest.fixture
def asked(committed_people: People) -> DataCut:
    """A cut that waits for its worker."""
    return services.request_cut(purpose="x", blinded=True, actor=committed_people.stan, at=AT)


def event_of(cut: DataCut) -> Event:
    """The event that asks for a cut."""
    return Event.objects.get(name="cut.requested", subject_id=str(cut.pk))


def states(cut: DataCut) -> list[str]:
    """What the log says became of a cut."""
    cut.refresh_from_db()
    found = Event.objects.filter(subject_type="exports.DataCut", subject_id=str(cut.pk))
    return [cut.status, *found.order_by("pk").values_list("name", flat=True)]


def test_a_worker_makes_the_cut_an_event_asks_for(asked: DataCut) -> None:
    services.build_cut(event_of(asked))
    assert states(asked) == ["done", "cut.requested", "cut.done"]


def test_an_event_handed_over_twice_makes_one_cut(asked: DataCut) -> None:
    services.build_cut(event_of(asked))
    asked.refresh_from_db()
    before = (asked.manifest_sha256, folder_of(asked).stat().st_ino)
    services.build_cut(event_of(asked))
    asked.refresh_from_db()
    assert (asked.manifest_sha256, folder_of(asked).stat().st_ino) == before
    assert states(asked) == ["done", "cut.requested", "cut.done"]


def test_a_second_worker_leaves_a_cut_alone_that_is_being_made(asked: DataCut) -> None:
    with claimed(asked, wait=False), pytest.raises(StillBeingMade):
        services.build_cut(event_of(asked))
    assert states(asked) == ["queued", "cut.requested"]


@pytest.mark.requirement("R-083")
def test_a_cut_whose_worker_was_killed_half_way_is_taken_up_again(
    trial: Trial, asked: DataCut, cuts_dir: Path
) -> None:
    with _worker(asked, cuts_dir) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"half way\n"
        asked.refresh_from_db()
        assert asked.status == "running"
        (unfinished,) = cuts_dir.iterdir()
        assert unfinished.name.startswith(".CUT-0001.")
        begun = {path.name for path in unfinished.iterdir()}
        assert "visits.csv" in begun
        assert "sdv.csv" not in begun
        with pytest.raises(StillBeingMade):
            services.build_cut(event_of(asked))
        worker.kill()
    services.build_cut(event_of(asked))
    assert states(asked) == ["done", "cut.requested", "cut.done"]
    assert [path.name for path in cuts_dir.iterdir()] == ["CUT-0001"]


@pytest.mark.parametrize("left", [".CUT-0001.abcd", "CUT-0001"])
def test_what_a_killed_worker_left_of_a_cancelled_cut_is_removed(
    left: str, asked: DataCut, committed_people: People, cuts_dir: Path
) -> None:
    """Killed while it wrote, or after it gave the folder its name; cancelled before the next."""
    DataCut.objects.filter(pk=asked.pk).update(status="running")
    (cuts_dir / left).mkdir(parents=True)
    (cuts_dir / left / "visits.csv").write_text("half a row")
    services.cancel_cut(cut=asked, actor=committed_people.stan, at=AT)
    services.build_cut(event_of(asked))
    assert states(asked) == ["cancelled", "cut.requested", "cut.cancelled"]
    assert list(cuts_dir.iterdir()) == []


def _worker(cut: DataCut, cuts_dir: Path) -> subprocess.Popen[bytes]:
    """Another process that begins to make the cut, stops among the visits, and is killed."""
    program = f"""
        import time
        from django.conf import settings
        settings.DATABASES["default"]["NAME"] = {connection.settings_dict["NAME"]!r}
        settings.CUTS_DIR = {str(cuts_dir)!r}
        import django
        django.setup()
        from exports import services
        from exports.claims import Claim
        count = Claim.tick
        def wait(claim):
            count(claim)
            if claim.done == 30:
                print("half way", flush=True)
                time.sleep(20)
        Claim.tick = wait
        from audit.models import Event
        services.build_cut(Event.objects.get(name="cut.requested", subject_id="{cut.pk}"))
    """
    environment = {**os.environ, "HERMES_STATE": str(django_settings.STATE_DIR)}
    return subprocess.Popen(
        [sys.executable, "-c", dedent(program)], env=environment, stdout=subprocess.PIPE
    )


@pytest.mark.requirement("R-062")
def test_it_fails_with_a_sentence_and_leaves_no_file(
    trial: Trial, committed_people: People, cuts_dir: Path
) -> None:
    with _small_files(), pytest.raises(CutFailed, match=r"under reference [0-9a-f]{8}"):
        frozen(committed_people)
    cut = DataCut.objects.get()
    assert states(cut) == ["failed", "cut.requested", "cut.failed"]
    assert cut.error.startswith("Something failed.")
    assert list(cuts_dir.iterdir()) == []


@contextmanager
def _small_files() -> Iterator[None]:
    """A machine on which no file may grow beyond two hundred bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.requirement("R-062")
def test_it_fails_rather_than_leave_records_out(trial: Trial, committed_people: People) -> None:
    with transaction.atomic(), act(actor=committed_people.nils, at=AT):
        visit = visit_of(trial.lost, "V0")
        Record.objects.create(
            participant=trial.lost, visit=visit, form="bi20", form_version="1", status="draft"
        )
    with pytest.raises(CutFailed, match="does not plan: bi20"):
        frozen(committed_people)


def test_the_log_names_the_place_and_quotes_no_data(
    trial: Trial, committed_people: People, caplog: pytest.LogCaptureFixture
) -> None:
    with _small_files(), pytest.raises(CutFailed) as failed:
        frozen(committed_people)
    reference = failed.value.message.split()[-1].rstrip(".")
    assert f"reference {reference}: OSError" in caplog.text
    assert "tidy_csv.py" in caplog.text
    assert trial.infused.code not in caplog.text


def test_after_a_failure_the_next_cut_is_made(trial: Trial, committed_people: People) -> None:
    with _small_files(), pytest.raises(CutFailed):
        frozen(committed_people)
    assert frozen(committed_people).code == "CUT-0002"


def test_progress_is_seen_by_others_while_it_runs(
    asked: DataCut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_REPORT_EVERY_SECONDS", 0)
    DataCut.objects.filter(pk=asked.pk).update(status="running")
    with claimed(asked, wait=False) as claim:
        claim.expect(1000)
        for _ in range(450):
            claim.tick()
        asked.refresh_from_db()
        assert (asked.rows_done, asked.rows_total) == (400, 1000)


@pytest.mark.parametrize(
    ("done", "seconds", "words"),
    [
        (0, 5, ""),
        (500, 5, "100 rows a second, less than a minute left"),
        (12_000, 20, "600 rows a second, about 2 minutes left"),
        (84_000, 60, "1,400 rows a second, less than a minute left"),
        (84_000, 6000, "14 rows a second, about 1 minute left"),
        (85_000, 60, "writing the other formats and the codebook"),
    ],
)
def test_its_pace_and_the_time_left_are_said(done: int, seconds: int, words: str) -> None:
    total = 85_000 if done != 500 else 1000
    cut = DataCut(status="running", started_at=AT, rows_done=done, rows_total=total)
    found = presenters.progress(cut, AT + timedelta(seconds=seconds))
    assert (found.done, found.total, found.left) == (done, total, words)


def test_a_cut_that_waits_can_be_cancelled(asked: DataCut, committed_people: People) -> None:
    services.cancel_cut(cut=asked, actor=committed_people.stan, at=AT)
    services.build_cut(event_of(asked))
    assert states(asked) == ["cancelled", "cut.requested", "cut.cancelled"]


def test_a_worker_notices_that_its_cut_was_cancelled(
    asked: DataCut, committed_people: People
) -> None:
    DataCut.objects.filter(pk=asked.pk).update(status="running")
    with claimed(asked, wait=False) as claim:
        services.cancel_cut(cut=asked, actor=committed_people.stan, at=AT)
        with pytest.raises(CutStopped):
            claim.expect(10)


@pytest.mark.requirement("R-062")
def test_a_cut_cancelled_while_the_server_writes_rows_leaves_no_file(
    trial: Trial, asked: DataCut, committed_people: People, cuts_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    count = claims.Claim.tick
    being_written: list[str] = []

    def cancel() -> None:
        try:
            services.cancel_cut(cut=asked, actor=committed_people.stan, at=AT)
        finally:
            connection.close()

    def tick(claim: claims.Claim) -> None:
        count(claim)
        if claim.done == 30:
            being_written.extend(path.name for path in cuts_dir.glob("*/*"))
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(cancel).result()
            claim.look()

    monkeypatch.setattr(claims.Claim, "tick", tick)
    services.build_cut(event_of(asked))
    assert "visits.csv" in being_written
    assert states(asked) == ["cancelled", "cut.requested", "cut.cancelled"]
    assert list(cuts_dir.iterdir()) == []


def test_a_cut_cancelled_at_the_last_moment_leaves_no_file(
    asked: DataCut, committed_people: People, cuts_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = folders.publish

    def cancel_and_publish(cut: DataCut, written: Path) -> Path:
        services.cancel_cut(cut=cut, actor=committed_people.stan, at=AT)
        return publish(cut, written)

    monkeypatch.setattr(folders, "publish", cancel_and_publish)
    services.build_cut(event_of(asked))
    assert states(asked) == ["cancelled", "cut.requested", "cut.cancelled"]
    assert list(cuts_dir.iterdir()) == []


def test_a_finished_cut_cannot_be_cancelled(asked: DataCut, committed_people: People) -> None:
    services.build_cut(event_of(asked))
    with pytest.raises(Finished):
        services.cancel_cut(cut=asked, actor=committed_people.stan, at=AT)


@pytest.mark.requirement("R-060")
def test_the_database_keeps_a_finished_cut_as_it_is(asked: DataCut, owner_dsn: str) -> None:
    services.build_cut(event_of(asked))
    for statement, words in (
        ("UPDATE exports_datacut SET purpose = 'other'", "not changed any more"),
        ("UPDATE exports_datacut SET status = 'queued', manifest = NULL", "not changed any more"),
        ("DELETE FROM exports_datacut", "never deleted"),
        ("TRUNCATE exports_datacut CASCADE", "never deleted"),
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)
        with (
            psycopg.connect(owner_dsn) as owner,
            pytest.raises(psycopg.IntegrityError, match=words),
        ):
            owner.execute(statement.encode())
