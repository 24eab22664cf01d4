"""Making the packs of a meeting from their cut, in the worker."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from analysis.cut import Cut, read_cut
from exports import folders
from exports.models import DataCut
from exports.packs import rendering, sealed_files, services
from exports.packs.figures.changes import Before
from exports.packs.figures.pack import Pack, closed_pack, open_pack
from exports.packs.models import PackSet
from exports.packs.rendering import Head
from exports.packs.services import (
    CLOSED_CSV,
    CLOSED_FILES,
    CLOSED_PDF,
    CLOSED_XLSX,
    OPEN_CSV,
    OPEN_PDF,
    OPEN_XLSX,
)
from exports.packs.setting import setting
from exports.packs.workbook import workbook
from exports.services import make_now
from randomization import vault
from safety.dsmb.models import Meeting, Recommendation

log = logging.getLogger("hermes.exports")


def make_packs(*, meeting: Meeting, actor: User, at: datetime) -> PackSet:
    """Ask for the packs of a meeting and make them at once, in this process.

    Raises:
        NotDelegated, WrongState, WrongDate: as ``request_packs``.
        RuntimeError: called inside a transaction.
    """
    packs = services.request_packs(meeting=meeting, actor=actor, at=at)
    make_now(packs.cut)
    build(packs.pk)
    packs.refresh_from_db()
    return packs


def build(key: int) -> None:
    """Make one set of packs if it waits and its cut is made; a failure ends it with a reference."""
    try:
        with transaction.atomic():
            # Held until the end: whoever else is handed the event leaves the set alone.
            row = (
                PackSet.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("meeting", "cut")
                .filter(pk=key, status=PackSet.QUEUED)
                .first()
            )
            if row is None:
                return
            if row.cut.status in {DataCut.FAILED, DataCut.CANCELLED}:
                _end(
                    row, error=f"{row.cut.code} was not made: {row.cut.error or 'cancelled'}"[:200]
                )
            elif row.cut.status == DataCut.DONE:
                _make(row)
    except Exception as error:  # noqa: BLE001 - logged; without it the page would say "being made" for ever
        _fail(key, error)


def _make(row: PackSet) -> None:
    commitment = (row.cut.manifest or {}).get("allocation_commitment", "")
    made = contents(row, commitment)
    key = vault.purpose_key(commitment, "closed packs")
    stored = {
        services.stored(name): sealed_files.seal(content, key, f"{row.folder}/{name}")
        if name in CLOSED_FILES else content
        for name, content in made.items()
    }  # fmt: skip
    sealed_files.write(row.folder, stored)
    row.files = [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in made.items()
    ]
    row.commitment = commitment
    _end(row)


def contents(row: PackSet, commitment: str) -> Mapping[str, bytes]:
    """Every file of a set, in the clear: the same bytes however often they are made.

    Raises:
        CutRefused: the cut is not as it was frozen.
        KeyMissing: the key of the list is not here.
    """
    cut, plan = read_cut(Path(folders.root() / row.cut.folder)), setting(commitment)
    past = _past(row)
    opened = open_pack(cut, plan, [_said(one) for one in past], _before(past))
    closed = closed_pack(cut, plan, masked=row.masked)
    return {
        OPEN_PDF: _pdf(opened, cut, row, commitment),
        OPEN_XLSX: _xlsx(opened, cut, row),
        OPEN_CSV: rendering.tables(opened, cut.manifest, row.meeting.code),
        CLOSED_PDF: _pdf(closed, cut, row, commitment),
        CLOSED_XLSX: _xlsx(closed, cut, row),
        CLOSED_CSV: rendering.tables(closed, cut.manifest, row.meeting.code),
    }


def _pdf(pack: Pack, cut: Cut, row: PackSet, commitment: str) -> bytes:
    meeting = row.meeting
    head = Head(meeting.code, meeting.held_on.isoformat(), meeting.cut_off.isoformat(), commitment)
    return rendering.pdf(pack, cut.manifest, head, as_of=_as_of(cut))


def _xlsx(pack: Pack, cut: Cut, row: PackSet) -> bytes:
    return workbook(pack, cut.manifest, meeting=row.meeting.code, as_of=_as_of(cut))


def _as_of(cut: Cut) -> datetime:
    return datetime.fromisoformat(cut.manifest.as_of)


def _past(row: PackSet) -> list[Recommendation]:
    """What the board recommended before the cut was frozen, the oldest first."""
    earlier = Recommendation.objects.filter(signed_at__lte=row.cut.as_of).exclude(
        meeting=row.meeting
    )
    return list(earlier.select_related("meeting").order_by("signed_at"))


def _said(one: Recommendation) -> str:
    meeting = f"{one.meeting.code}, {one.meeting.held_on}"
    return f"{meeting}: {one.get_decision_display()}. {one.text}".strip()


def _before(past: Sequence[Recommendation]) -> Before | None:
    """The last meeting held before, with the cut its packs were made from.

    Raises:
        CutRefused: that cut is not as it was frozen.
    """
    if not past:
        return None
    meeting = past[-1].meeting
    packs = meeting.packs.select_related("cut").filter(status=PackSet.DONE).latest("number")
    cut = read_cut(Path(folders.root() / packs.cut.folder))
    return Before(meeting.code, meeting.held_on.isoformat(), cut)


def _end(row: PackSet, *, error: str = "") -> None:
    row.status = PackSet.FAILED if error else PackSet.DONE
    row.error, row.finished_at = error, timezone.now()
    row.save()
    services.tell("packs.failed" if error else "packs.done", row, None, row.finished_at)


def _fail(key: int, error: Exception) -> None:
    reference = secrets.token_hex(4)
    # The message of the error may quote data: the log gets its kind alone.
    log.error("packs %s failed, reference %s: %s", key, reference, type(error).__name__)
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        row = PackSet.objects.select_for_update().filter(pk=key, status=PackSet.QUEUED).first()
        if row is not None:
            row.commitment, row.files = "", []
            _end(row, error=f"Something failed. The server's log has it under {reference}.")
