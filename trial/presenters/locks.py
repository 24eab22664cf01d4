"""Locks on the page: what is locked, what waits, and what will be true after an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from trial import access, locks, margin, worklist
from trial.access import Permission
from trial.locks import Standing
from trial.margin import Task, WorkList
from trial.models import Lock, Participant, Record, Visit
from trial.objections import Extent, objections
from trial.presenters.crumbs import Crumbs, crumbs
from trial.presenters.grid import form_title
from trial.templatetags.hermes import day

SHOWN = 200
AFTERWARDS = (
    "Nobody can change it, neither from a page nor through the database.",
    "Nothing in it can be signed: what is to be signed is signed before.",
    "Queries about it and its verification stay possible.",
    "Opening it again takes a reason, and a second person.",
)


@dataclass(frozen=True)
class Bar:
    """What a page says of the lock over what it shows, and where one locks it."""

    words: str = ""
    href: str = ""
    lock_href: str = ""


def bar(
    user: User,
    participant: Participant,
    *,
    visit: Visit | None = None,
    record: Record | None = None,
    standing: Standing | None = None,
) -> Bar:
    """The standing lock over a participant, a visit or a record; else where to lock it.

    ``standing`` are the participant's locks, where the page has read them already.
    """
    visit = record.visit if record else visit
    standing = locks.standing(participant) if standing is None else standing
    found = standing.covering(visit.pk if visit else None, record.pk if record else None)
    if found is not None:
        words = f"{what(found)}, locked {day(found.locked_at)} by {found.locked_by}"
        return Bar(words=words, href=reverse("lock", args=[found.code]))
    if not access.may(user, Permission.LOCK, site=participant.site):
        return Bar()
    return Bar(lock_href=_lock_address(participant, visit, record))


def _lock_address(participant: Participant, visit: Visit | None, record: Record | None) -> str:
    if visit is None:
        return reverse("participant-lock", args=[participant.code])
    place = [participant.code, visit.code, visit.occurrence]
    if record is None:
        return reverse("visit-lock", args=place)
    return reverse("record-lock", args=[*place, record.form])


def visible_locks(user: User) -> QuerySet[Lock]:
    """The locks this person may know of: the trial's, and those over what they may see."""
    own = Q(participant__in=access.visible_to(user))
    seen = Q(visit__isnull=True) | Q(visit__in=worklist.visible_visits(user))
    return Lock.objects.filter(Q(scope="trial") | own & seen).select_related(
        "participant__site", "visit", "record", "locked_by", "unlock_asked_by", "lifted_by"
    )


def what(lock: Lock) -> str:
    """What is locked, in words."""
    if lock.participant is None:
        return "The whole trial"
    parts = [lock.participant.code]
    if lock.visit is not None:
        parts.append(str(lock.visit))
    if lock.record is not None:
        parts.append(form_title(lock.record.form))
    return " · ".join(parts)


def list_page(user: User) -> dict[str, Any]:
    """The context of ``trial/locks.html``."""
    found = visible_locks(user)
    standing = found.filter(locks.STANDING)
    records = Record.objects.filter(visit__in=worklist.visible_visits(user))
    covered = records.filter(locks.locked_record()).count()
    whole = standing.filter(scope="trial").first()
    return {
        "figures": (
            ("Records locked", f"{covered} of {records.count()}"),
            ("Trial", "locked" if whole else "open"),
        ),
        "waiting": [_line(one) for one in standing.filter(unlock_asked_by__isnull=False)[:SHOWN]],
        "standing": [_line(one) for one in standing.filter(unlock_asked_by=None)[:SHOWN]],
        "lifted": [_line(one) for one in found.filter(lifted_at__isnull=False)[:20]],
        "may_lock": whole is None and access.everywhere(user, Permission.LOCK),
    }


def _line(lock: Lock) -> dict[str, Any]:
    return {"lock": lock, "what": what(lock), "href": reverse("lock", args=[lock.code])}


def lock_page(lock: Lock, user: User) -> dict[str, Any]:
    """The context of ``trial/lock.html``: the lock, and what this person may do about it."""
    asked = lock.unlock_asked_by is not None
    site = lock.participant.site if lock.participant else None
    may_ask = access.may(user, Permission.ASK_UNLOCK, site=site)
    may_lift = access.may(user, Permission.UNLOCK, site=site)
    if site is None:
        may_ask = access.everywhere(user, Permission.ASK_UNLOCK)
    return {
        "lock": lock,
        "what": what(lock),
        "crumbs": _crumbs(lock),
        "zone": site,
        "may_ask": lock.standing and not asked and may_ask,
        "may_lift": lock.standing and asked and may_lift and lock.unlock_asked_by != user,
        "own": lock.standing and asked and lock.unlock_asked_by == user,
    }


def _crumbs(lock: Lock) -> Crumbs:
    return (("Locks", reverse("locks")),) + (
        ((what(lock), reverse("lock", args=[lock.code])),) if lock.pk else ()
    )


def locking(extent: Extent) -> dict[str, Any]:
    """The context of ``trial/lock_act.html`` before something is locked."""
    thing = Lock(
        scope=extent.scope,
        participant=extent.participant,
        visit=extent.visit,
        record=extent.record,
    )
    words, open_ = what(thing), objections(extent)
    subject = "the whole trial" if extent.participant is None else words
    return {
        "title": f"Lock {subject}",
        "question": f"Lock {subject}?",
        "button": "Lock",
        "crumbs": crumbs(extent.participant) if extent.participant else _crumbs(thing),
        "objections": open_,
        "asks": bool(open_),
        "truths": (f"{words} is closed in your name.", *AFTERWARDS),
    }


def asking(lock: Lock) -> dict[str, Any]:
    """The context of ``trial/lock_act.html`` for whoever asks for a lock to be lifted."""
    return {
        **_act(lock, f"Ask to unlock {what(lock)}", "Ask for the lock to be lifted?", "Ask"),
        "asks": True,
        "truths": (
            "A data manager or the monitor finds your request on the home page.",
            "Somebody else than you lifts the lock; until then nothing can change.",
        ),
    }


def lifting(lock: Lock) -> dict[str, Any]:
    """The context of ``trial/lock_act.html`` for the second person."""
    truths = [
        f"{what(lock)} can be changed again.",
        "A change voids the signatures over it; they are asked for again.",
        "The trail keeps who asked, why, and that you lifted it.",
    ]
    return {
        **_act(lock, f"Unlock {what(lock)}", "Lift the lock?", "Lift the lock"),
        "truths": tuple(truths),
    }


def declining(lock: Lock) -> dict[str, Any]:
    """The context of ``trial/lock_act.html`` for a second person who leaves the lock."""
    return {
        **_act(lock, f"Leave {what(lock)} locked", "Leave it locked?", "Leave it locked"),
        "asks": True,
        "truths": ("The request is closed with your reason; it can be made again.",),
    }


def _act(lock: Lock, title: str, question: str, button: str) -> dict[str, Any]:
    return {
        "title": title,
        "question": question,
        "button": button,
        "crumbs": _crumbs(lock),
        "asked": lock if lock.unlock_asked_by is not None else None,
    }


def _waiting(user: User) -> QuerySet[Lock]:
    return (
        visible_locks(user)
        .filter(locks.STANDING, unlock_asked_by__isnull=False)
        .exclude(unlock_asked_by=user)
        .order_by(F("unlock_asked_at").asc(), "pk")
    )


def _count(user: User, _today: date) -> int | None:
    if not access.may(user, Permission.UNLOCK):
        return None
    return _waiting(user).count() or None


def _tasks(user: User, _today: date, limit: int) -> list[Task]:
    return [
        Task(
            state="locked",
            who=lock.participant.code if lock.participant else "Trial",
            where=str(lock.visit or ""),
            what=lock.unlock_reason,
            note=f"asked {day(lock.unlock_asked_at)} by {lock.unlock_asked_by}",
            href=reverse("lock", args=[lock.code]),
            action="Decide",
            label="To unlock",
        )
        for lock in _waiting(user)[:limit]
    ]


MARGIN = margin.Margin(lists=(WorkList("unlocks", "locked", "Unlock requests", _count, _tasks),))
