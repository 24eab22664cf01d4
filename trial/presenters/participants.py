"""The list of participants: who needs something first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.urls import reverse

from accounts.models import User
from trial import access, worklist
from trial.models import Participant, Signature, Visit, Withdrawal

FAR = date.max


@dataclass(frozen=True)
class Line:
    """One participant. ``state`` is that of the most urgent visit, empty when nothing is owed."""

    code: str
    site: str
    standing: str
    consented_on: date | None
    randomized_on: date | None
    state: str
    late: int
    visit: str
    when: str
    href: str
    order: date


def lines(user: User, today: date, *, search: str = "", site: str = "") -> list[Line]:
    """The participants this person sees, those with something late first, then by next visit."""
    people = _people(user)
    if search:
        people = people.filter(code__icontains=search)
    if site:
        people = people.filter(site__code=site)
    owed: dict[int, list[Visit]] = defaultdict(list)
    for visit in worklist.owed_visits(user, today):
        owed[visit.participant_id].append(visit)
    ahead = {visit.participant_id: visit for visit in _ahead(user, today)}
    found = [_line(row, owed[row.pk], ahead.get(row.pk), today) for row in people]
    return sorted(found, key=lambda line: (not line.late, line.order, line.code))


def _people(user: User) -> QuerySet[Participant]:
    signed = Signature.objects.filter(participant=OuterRef("pk"), meaning="eligibility")
    left = Withdrawal.objects.filter(participant=OuterRef("pk"), from_follow_up=True)
    return (
        access.visible_to(user)
        .select_related("death", "lost")
        .annotate(consented=Min("consents__consented_on"), signed=Exists(signed), left=Exists(left))
    )


def _ahead(user: User, today: date) -> QuerySet[Visit]:
    """Everybody's next visit that is not owed yet."""
    return (
        worklist.expected(worklist.visible_visits(user))
        .filter(status="planned", window_from__gt=today)
        .order_by("participant_id", "planned_on")
        .distinct("participant_id")
    )


def _line(row: Participant, owed: list[Visit], ahead: Visit | None, today: date) -> Line:
    visit = owed[0] if owed else ahead
    late = sum(1 for item in owed if today > item.window_to)
    return Line(
        code=row.code,
        site=row.site.name,
        standing=standing(row, signed=row.signed, left=row.left, finished=visit is None),  # type: ignore[attr-defined]  # annotated above
        consented_on=row.consented,  # type: ignore[attr-defined]  # annotated above
        randomized_on=row.randomized_on,
        state=worklist.window_state(visit, today) if visit is not None else "",
        late=late,
        visit=str(visit) if visit is not None else "",
        when=worklist.in_words(visit, today) if visit is not None else "",
        href=reverse("participant", args=[row.code]),
        order=visit.window_to if visit is not None else FAR,
    )


def standing(participant: Participant, *, signed: bool, left: bool, finished: bool) -> str:
    """Where a participant stands, in a few words.

    ``left`` means withdrawn from follow-up, ``finished`` that no visit is owed or to come.
    """
    if getattr(participant, "death", None) is not None:
        return "died"
    if getattr(participant, "lost", None) is not None:
        return "lost to follow-up"
    if left:
        return "withdrawn from follow-up"
    if participant.randomized_on is not None:
        return "follow-up complete" if finished else "in follow-up"
    return "eligible, not randomized" if signed else "eligibility open"
