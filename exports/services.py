"""Asking for a cut, making it, and remembering who took it away."""

from __future__ import annotations

import errno
import logging
import secrets
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused
from audit.events import record_event
from audit.models import Event
from exports import choosing, folders, scope, snapshot
from exports.choosing import WHOLE, Choice
from exports.claims import Claim, claimed
from exports.errors import BlindedCutOnly, CutFailed, CutStopped, Finished, IncompleteCut
from exports.formats import registry
from exports.models import PURPOSE_LENGTH, DataCut
from exports.ranges import Part
from exports.snapshot import Frozen
from trial import access
from trial.access import NotDelegated, Permission

log = logging.getLogger("hermes.exports")

WORKER = "data cut worker"
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


@transaction.atomic
def request_cut(
    *,
    purpose: str,
    blinded: bool,
    formats: Sequence[str] = (),
    choice: Choice = WHOLE,
    actor: User,
    at: datetime,
) -> DataCut:
    """Ask for a cut, as CSV and in these formats; a worker makes it once this is committed.

    Raises:
        NotDelegated: the actor makes no cuts.
        BlindedCutOnly: an unblinded cut, asked for by someone who may not know the arms.
        Refused: no purpose, or one that is too long; a format, form or site nobody knows; a day
            yet to come; a final cut of part of the trial, of one that is not locked, or a second.
    """
    access.require(actor, Permission.MAKE_CUTS, at=at)
    if not blinded and not access.may_know_arms(actor):
        raise BlindedCutOnly
    why = purpose.strip()
    if not why or len(why) > PURPOSE_LENGTH:
        raise Refused(
            f"Say in 1 to {PURPOSE_LENGTH} characters what the cut is for.",
            code="no-purpose",
            status=422,
            field="purpose",
        )
    _one_at_a_time()
    cut = DataCut(
        purpose=why,
        blinded=blinded,
        formats=choosing.formats(formats),
        **choosing.chosen(choice, blinded=blinded, at=at),
        requested_by=actor,
        requested_at=at,
    )
    _number(cut)
    cut.full_clean(exclude=["manifest"])
    cut.save()
    facts = {"purpose": why, "formats": registry.titles(cut.formats), "holds": scope.words(cut)}
    _tell("cut.requested", cut, actor=actor, at=at, **facts)
    return cut


def freeze_cut(*, actor: User, at: datetime, **asked: Any) -> DataCut:
    """Ask for a cut and make it at once, in this process; ``asked`` as for ``request_cut``.

    Raises:
        NotDelegated, BlindedCutOnly, Refused: as ``request_cut``.
        CutFailed: it could not be made; the sentence is kept with the cut.
        RuntimeError: called inside a transaction.
    """
    cut = request_cut(**asked, actor=actor, at=at)
    _make(cut, wait=True)
    cut.refresh_from_db()
    if cut.status == DataCut.FAILED:
        raise CutFailed(cut.error)
    return cut


def build_cut(event: Event) -> None:
    """Make the cut that an event asks for; called by the worker, as often as it likes.

    Raises:
        StillBeingMade: another worker is at it.
    """
    _make(DataCut.objects.select_related("requested_by").get(pk=event.subject_id), wait=False)


def make_now(cut: DataCut) -> None:
    """Make a cut that was asked for at once, in this process; wait for a worker that is at it."""
    _make(cut, wait=True)


@transaction.atomic
def cancel_cut(*, cut: DataCut, actor: User, at: datetime) -> None:
    """Stop a cut that is waiting or being made; its worker notices and clears up.

    Raises:
        NotDelegated: the actor makes no cuts.
        Finished: it is done, failed or cancelled already.
    """
    access.require(actor, Permission.MAKE_CUTS, at=at)
    stopped = DataCut.objects.filter(
        pk=cut.pk, status__in=[DataCut.QUEUED, DataCut.RUNNING]
    ).update(status=DataCut.CANCELLED, finished_at=at)
    if not stopped:
        raise Finished
    _tell("cut.cancelled", cut, actor=actor, at=at)


def record_download(
    *, cut: DataCut, name: str, sha256: str, part: Part | None, actor: User, at: datetime
) -> None:
    """Log that a person took a file of a cut away; ``sha256`` is empty for the whole as a zip.

    A ``part`` that is not the whole is named; None is one that is not there, and no download.
    """
    if part is not None:
        some = {} if part.whole else {"part": str(part)}
        _tell("cut.downloaded", cut, actor=actor, at=at, file=name, sha256=sha256, **some)


def record_comparison(*, old: DataCut, new: DataCut, table: str, actor: User, at: datetime) -> None:
    """Log that a person read on a page what differs between two cuts."""
    _tell("cut.compared", new, actor=actor, at=at, older=old.code, file=f"{table}.csv")


def _one_at_a_time() -> None:
    """Two at once would take the same number, or both be the final cut of a lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {DataCut._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _number(cut: DataCut) -> None:
    last = DataCut.objects.aggregate(last=Max("number"))["last"] or 0
    cut.number = last + 1
    cut.code = f"CUT-{cut.number:04d}"


def _tell(
    name: str, cut: DataCut, *, actor: User | None, at: datetime, **data: str | int | bool
) -> None:
    record_event(
        name=name,
        actor=actor,
        at=at,
        subject=cut,
        data={"cut": cut.code, "blinded": cut.blinded, **data},
        reveals_arm=not cut.blinded,
        system="" if actor else WORKER,
    )


def _make(cut: DataCut, *, wait: bool) -> None:
    """Make a cut that is waiting, or whose worker died; leave every other alone."""
    with claimed(cut, wait=wait) as claim:
        if not _take_up(cut):
            _clear_after_the_dead(cut)
            return
        folder = folders.start(cut)
        try:
            frozen = snapshot.write(cut, folder, claim)
            _publish(cut, folder, frozen, claim)
        except CutStopped:
            log.info("%s was stopped", cut.code)
        except Exception as error:  # noqa: BLE001 - whatever it was, the cut must say that it failed
            _fail(cut, error)
        finally:
            folders.discard(folder)


def _take_up(cut: DataCut) -> bool:
    # The claim is held: a cut that is running has lost its worker.
    return bool(
        DataCut.objects.filter(pk=cut.pk, status__in=[DataCut.QUEUED, DataCut.RUNNING]).update(
            status=DataCut.RUNNING, started_at=timezone.now(), rows_done=0, rows_total=None
        )
    )


def _clear_after_the_dead(cut: DataCut) -> None:
    """Whoever was making the cut died, and somebody cancelled it before it was taken up again."""
    if DataCut.objects.filter(pk=cut.pk, status__in=[DataCut.CANCELLED, DataCut.FAILED]).exists():
        folders.clear(cut)


def _publish(cut: DataCut, folder: Path, frozen: Frozen, claim: Claim) -> None:
    final = folders.publish(cut, folder)
    try:
        _finish(cut, final.name, frozen, claim.done)
    except BaseException:
        # The connection may have broken after the commit: what is done keeps its files.
        connection.close_if_unusable_or_obsolete()
        if not DataCut.objects.filter(pk=cut.pk, status=DataCut.DONE).exists():
            folders.discard(final)
        raise


@transaction.atomic
def _finish(cut: DataCut, folder: str, frozen: Frozen, rows: int) -> None:
    now = timezone.now()
    finished = DataCut.objects.filter(pk=cut.pk, status=DataCut.RUNNING).update(
        status=DataCut.DONE,
        as_of=frozen.as_of,
        finished_at=now,
        rows_done=rows,
        rows_total=rows,
        manifest=frozen.manifest,
        manifest_sha256=frozen.file.sha256,
        manifest_bytes=frozen.file.bytes,
        folder=folder,
    )
    if not finished:
        raise CutStopped
    _tell("cut.done", cut, actor=None, at=now, sha256=frozen.file.sha256, rows=rows)


def _fail(cut: DataCut, error: Exception) -> None:
    reference = secrets.token_hex(4)
    sentence = _sentence(error, reference)
    # The message of the error may quote data: the log gets its kind and its place.
    log.error("%s failed, reference %s: %s", cut.code, reference, type(error).__name__)
    for frame in _places(error):
        log.error("reference %s: %s", reference, frame)
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        failed = DataCut.objects.filter(pk=cut.pk, status=DataCut.RUNNING).update(
            status=DataCut.FAILED, error=sentence, finished_at=timezone.now()
        )
        if failed:
            _tell("cut.failed", cut, actor=None, at=timezone.now(), why=sentence)


def _places(error: Exception) -> list[str]:
    return [
        f"{frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-4:]
    ]


def _sentence(error: Exception, reference: str) -> str:
    """What the cut's page says; never a value of the data."""
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return "The disk of the server is full. Tell the administrator, then ask for a new cut."
    if isinstance(error, NotDelegated):
        return "Whoever asked for this cut may not know the arms any more."
    if isinstance(error, IncompleteCut):
        return str(error)[:200]
    return f"Something failed. The server's log has it under reference {reference}."
