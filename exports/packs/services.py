"""Asking for the packs of a meeting, making them, and remembering who took one away."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from audit.events import record_event
from audit.models import Event
from exports.models import DataCut
from exports.packs import sealed_files
from exports.packs.errors import NoPacks, PackFilesGone
from exports.packs.models import PackSet
from exports.services import request_cut
from randomization import vault
from safety.dsmb import selectors as board
from safety.dsmb import services as dsmb
from safety.dsmb.models import Meeting, Recommendation
from trial import access
from trial.access import Permission
from trial.errors import WrongDate, WrongState

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
    tell("packs.requested", packs, actor, at)
    return packs


def _cut_of(meeting: Meeting) -> DataCut | None:
    """The cut the meeting's packs are made from: one that can still be made, or is."""
    ended = [DataCut.FAILED, DataCut.CANCELLED]
    last = meeting.packs.select_related("cut").exclude(cut__status__in=ended).first()
    return None if last is None else last.cut


def waiting(event: Event) -> list[int]:
    """The keys of the packs that wait for this cut, or that this event asks for."""
    packs = PackSet.objects.filter(status=PackSet.QUEUED)
    by_cut = event.subject_type == DataCut._meta.label
    mine = packs.filter(cut__pk=event.subject_id) if by_cut else packs.filter(pk=event.subject_id)
    return list(mine.values_list("pk", flat=True))


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
    content = sealed_files.read(packs.folder, stored(name))
    if closed:
        key = vault.purpose_key(packs.commitment, "closed packs")
        content = sealed_files.open_sealed(content, key, f"{packs.folder}/{name}")
    if hashlib.sha256(content).hexdigest() != listed["sha256"]:
        raise PackFilesGone
    tell("pack.downloaded", packs, actor, at, file=name, sha256=listed["sha256"])
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


def stored(name: str) -> str:
    """The name under which a file lies on the disk."""
    return f"{name}{sealed_files.SEALED}" if name in CLOSED_FILES else name


def tell(
    name: str, packs: PackSet, actor: User | None, at: datetime, **data: str | int | bool
) -> None:
    """Tell the log of something about these packs."""
    facts = {"meeting": packs.meeting.code, "packs": packs.number, "cut": packs.cut.code, **data}
    record_event(
        name=name, actor=actor, at=at, subject=packs, data=facts, system="" if actor else WORKER
    )
