"""How meetings and their packs read on a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from exports import presenters as cuts
from exports import selectors as cut_selectors
from exports.models import DataCut
from exports.packs import services
from exports.packs.models import PackSet
from safety.dsmb import selectors
from safety.dsmb.models import Meeting
from trial import access
from trial.access import Permission

_SHAPES = {Meeting.CALLED: "due", Meeting.HELD: "complete", Meeting.CANCELLED: "not_done"}
_WORDS = {
    services.OPEN_PDF: "Open pack, PDF",
    services.OPEN_XLSX: "Open pack, tables for Excel",
    services.OPEN_CSV: "Open pack, tables as CSV",
    services.CLOSED_PDF: "Closed pack, PDF",
    services.CLOSED_XLSX: "Closed pack, tables for Excel",
    services.CLOSED_CSV: "Closed pack, tables as CSV",
}


def state(meeting: Meeting) -> tuple[str, str]:
    """Shape and word of a meeting's state."""
    return _SHAPES[meeting.status], meeting.get_status_display()


def line(meeting: Meeting, user: User) -> dict[str, Any]:
    """One line of the list: the meeting, its cut, its packs as far as readable, its end."""
    packs = next((one for one in meeting.packs.all() if one.status == PackSet.DONE), None)
    return {
        "meeting": meeting,
        "state": state(meeting),
        "cut": "" if packs is None else packs.cut.code,
        "packs": packs,
        "files": [] if packs is None else files(packs, user),
        "recommendation": getattr(meeting, "recommendation", None),
    }


def files(packs: PackSet, user: User) -> list[dict[str, Any]]:
    """The files this person may take; the closed ones do not exist for anybody else."""
    closed = access.may(user, Permission.READ_CLOSED_PACKS)
    return [
        {**one, "words": _WORDS[one["name"]], "size": cuts.size(one["bytes"])}
        for one in packs.files
        if closed or one["name"] not in services.CLOSED_FILES
    ]


def page(meeting: Meeting, user: User, at: datetime) -> dict[str, Any]:
    """Everything the page of one meeting shows this person."""
    member = any(one.user_id == user.pk for one in meeting.members.all())
    called = meeting.status == Meeting.CALLED
    closed = access.may(user, Permission.READ_CLOSED_PACKS)
    sets = list(meeting.packs.all())
    votes = list(meeting.votes.all())
    sits = called and member and access.may(user, Permission.RECOMMEND, at=at)
    calls = called and access.may(user, Permission.CALL_MEETINGS, at=at)
    return {
        "meeting": meeting,
        "state": state(meeting),
        "members": list(meeting.members.all()),
        "closed": closed,
        "votes": votes if closed else [],
        "unmasked": selectors.unmasked(meeting),
        "sets": [_set(one, user, at) for one in sets],
        "recommendation": getattr(meeting, "recommendation", None),
        "may_vote": sits and user.pk not in {vote.voter_id for vote in votes},
        "may_recommend": sits and any(one.status == PackSet.DONE for one in sets),
        "may_call": calls,
    }


def _set(packs: PackSet, user: User, at: datetime) -> dict[str, Any]:
    waits = packs.status == PackSet.QUEUED
    ended = packs.cut.status in {DataCut.FAILED, DataCut.CANCELLED}
    return {
        "packs": packs,
        "waits": waits and not ended,
        "progress": cuts.progress(packs.cut, at) if waits and packs.cut.underway else None,
        "files": files(packs, user),
        "cut_shown": cut_selectors.find(user, packs.cut.code) is not None,
        "error": packs.error or (packs.cut.error if waits and ended else ""),
    }
