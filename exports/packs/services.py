"""Asking for the packs of a meeting, making them, and remembering who took one away."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from analysis.cut import Cut, read_cut
from audit.events import record_event
from audit.models import Event
from exports import folders
from exports.models import DataCut
from exports.packs import rendering, sealed_files
from exports.packs.errors import NoPacks, PackFilesGone
from exports.packs.figures.changes import Before
from exports.packs.figures.pack import Pack, closed_pack, open_pack
from exports.packs.models import PackSet
from exports.packs.rendering import Head
from exports.packs.setting import setting
from exports.packs.workbook import workbook
from exports.services import make_now, request_cut
from randomization import vault
from safety.dsmb import selectors as board
from safety.dsmb import services as dsmb
from safety.dsmb.models import Meeting, Recommendation
from trial import access
from trial.access import Permission
from trial.errors import WrongDate, WrongState

log = logging.getLogger("hermes.exports")

WORKER = "data cut worker"
OPEN_PDF, OPEN_CSV = "open.pdf", "open-tables.zip"
CLOSED_PDF, CLOSED_CSV = "closed.pdf", "closed-tables.zip"
OPEN_XLSX, CLOSED_XLSX = "open-tables.xlsx", "closed-tables.xlsx"
CLOSED_FILES = frozenset({CLOSED_PDF, CLOSED_CSV, CLOSED_XLSX})


@transaction.atomic
def request_packs(*, meeting: Meeting, actor: User, at: datetime) -> PackSet:
    """Ask for the packs of a meeting; a worker makes the cut, and then the packs from it.

    Once they are made, they are made again only if the board's vote changed the masks, and then
    from the same cut.

    Raises:
        NotDelegated: the actor calls no meetings.
        WrongState: the meeting is over, or its packs are made or being made.
        WrongDate: the data do not yet go up to the cut-off.
    """
    access.require(actor, Permission.CALL_MEETINGS, at=at)
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if row.status != Meeting.CALLED:
        raise WrongState("This meeting is over: no packs are made for it any more.")
    if at.date() < row.cut_off:
        raise WrongDate(f"The data go up to {row.cut_off}: make the packs from that day on.")
    masked, cut = not board.unmasked(row), _cut_of(row)
    if cut is not None and row.packs.filter(cut=cut, masked=masked).exclude(status="failed"):
        raise WrongState("The packs are made, or being made: only a vote changes them.")
    if cut is None:
        cut = request_cut(purpose=f"{row.code}: packs", blinded=False, actor=actor, at=at)
    number = (row.packs.aggregate(last=Max("number"))["last"] or 0) + 1
    packs = PackSet(meeting=row, cut=cut, number=number, masked=masked, requested_by=actor,
                    requested_at=at)  # fmt: skip
    packs.full_clean()
    packs.save()
    _tell("packs.requested", packs, actor, at)
    return packs


def _cut_of(meeting: Meeting) -> DataCut | None:
    """The cut the meeting's packs are made from: one that can still be made, or is."""
    ended = [DataCut.FAILED, DataCut.CANCELLED]
    last = meeting.packs.select_related("cut").exclude(cut__status__in=ended).first()
    return None if last is None else last.cut


def make_packs(*, meeting: Meeting, actor: User, at: datetime) -> PackSet:
    """Ask for the packs of a meeting and make them at once, in this process.

    Raises:
        NotDelegated, WrongState, WrongDate: as ``request_packs``.
        RuntimeError: called inside a transaction.
    """
    packs = request_packs(meeting=meeting, actor=actor, at=at)
    make_now(packs.cut)
    _build(packs.pk)
    packs.refresh_from_db()
    return packs


def build_packs(event: Event) -> None:
    """Make the packs that wait for this cut, or that this event asks for; may be called again."""
    waiting = PackSet.objects.filter(status=PackSet.QUEUED)
    by_cut = event.subject_type == DataCut._meta.label
    mine = (
        waiting.filter(cut__pk=event.subject_id) if by_cut else waiting.filter(pk=event.subject_id)
    )
    for key in mine.values_list("pk", flat=True):
        _build(key)


def _build(key: int) -> None:
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
        _stored(name): sealed_files.seal(content, key, f"{row.folder}/{name}")
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
    _tell("packs.failed" if error else "packs.done", row, None, row.finished_at)


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


def take(*, packs: PackSet, name: str, actor: User, at: datetime) -> bytes:
    """A file of a set, in the clear, for whoever may read it; taking it is logged.

    Raises:
        NotDelegated: the actor reads no such packs.
        PackFilesGone: there is no such file, or it is not what was made.
        KeyMissing: the key of the list is not here.
    """
    closed = name in CLOSED_FILES
    wanted = Permission.READ_CLOSED_PACKS if closed else Permission.READ_OPEN_PACKS
    access.require(actor, wanted, at=at)
    listed = next((one for one in packs.files if one["name"] == name), None)
    if listed is None:
        raise PackFilesGone
    content = sealed_files.read(packs.folder, _stored(name))
    if closed:
        key = vault.purpose_key(packs.commitment, "closed packs")
        content = sealed_files.open_sealed(content, key, f"{packs.folder}/{name}")
    if hashlib.sha256(content).hexdigest() != listed["sha256"]:
        raise PackFilesGone
    _tell("pack.downloaded", packs, actor, at, file=name, sha256=listed["sha256"])
    return content


def recommend(
    *, meeting: Meeting, decision: str, text: str, password: str, actor: User, at: datetime
) -> Recommendation:
    """Sign what the board recommends, on the packs of the meeting.

    Raises:
        NoPacks: there are none.
        NotDelegated, NotMember, WrongPassword, WrongState, ValidationError: as the board's own.
    """
    packs = meeting.packs.select_related("cut").filter(status=PackSet.DONE).first()
    if packs is None:
        raise NoPacks
    hashes = {one["name"]: one["sha256"] for one in packs.files}
    basis = (
        f"{packs.cut.code}, manifest {packs.cut.manifest_sha256}; open pack {hashes[OPEN_PDF]}; "
        f"closed pack {hashes[CLOSED_PDF]}"
    )
    return dsmb.recommend(
        meeting=meeting, decision=decision, text=text, basis=basis, password=password,
        actor=actor, at=at,
    )  # fmt: skip


def _stored(name: str) -> str:
    return f"{name}{sealed_files.SEALED}" if name in CLOSED_FILES else name


def _tell(
    name: str, packs: PackSet, actor: User | None, at: datetime, **data: str | int | bool
) -> None:
    facts = {"meeting": packs.meeting.code, "packs": packs.number, "cut": packs.cut.code, **data}
    record_event(
        name=name, actor=actor, at=at, subject=packs, data=facts, system="" if actor else WORKER
    )
