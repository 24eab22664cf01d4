"""What is read of the board; a crossing only by whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from accounts.models import User
from safety import stopping
from safety.dsmb.models import Meeting, Member, StoppingCrossing
from safety.models import AdverseEvent
from safety.stopping import Happened, Standing
from safety.treatment import infusion_dates
from trial import access, protocol
from trial.access import ROLES, AnyUser, Permission
from trial.models import Death, Delegation, Participant
from trial.partial_dates import PartialDate


def meetings() -> QuerySet[Meeting]:
    """Every meeting, the newest first, with its members, votes and recommendation."""
    return Meeting.objects.select_related(
        "called_by", "recommendation__signed_by"
    ).prefetch_related("members__user", "votes__voter")


def holders(permission: Permission, *, at: datetime) -> list[User]:
    """The people with an account who hold a permission now, by name."""
    roles = [role.value for role, held in ROLES.items() if permission in held]
    rows = Delegation.objects.filter(role__in=roles, user__is_active=True).select_related("user")
    found = {row.user for row in rows if row.in_force(at.date())}
    return sorted(found, key=lambda user: (user.full_name, user.pk))


def board(*, at: datetime) -> list[User]:
    """Everybody who sits on the board now."""
    return holders(Permission.RECOMMEND, at=at)


def chairs(*, at: datetime) -> list[User]:
    """The chair of the newest meeting that was not cancelled, while still of the board.

    Before there is one, everybody on the board: somebody must be told of a crossing.
    """
    sitting = board(at=at)
    newest = (
        Member.objects.filter(chair=True)
        .exclude(meeting__status=Meeting.CANCELLED)
        .order_by("-meeting__number")
        .first()
    )
    chair = [user for user in sitting if newest is not None and user.pk == newest.user_id]
    return chair or sitting


def told_of_crossings(*, at: datetime) -> list[User]:
    """The chair and the unblinded statistician: nobody else learns of a crossing."""
    return [*chairs(at=at), *_statisticians(at)]


def _statisticians(at: datetime) -> list[User]:
    sitting = {user.pk for user in board(at=at)}
    known = holders(Permission.READ_CLOSED_PACKS, at=at)
    return [user for user in known if user.pk not in sitting]


def may_see_crossings(user: AnyUser, *, at: datetime) -> bool:
    """Whether this person is the chair or the unblinded statistician."""
    if not access.may(user, Permission.READ_CLOSED_PACKS, at=at):
        return False
    if not access.may(user, Permission.RECOMMEND, at=at):
        return True
    return user.pk in {one.pk for one in chairs(at=at)}


def crossings(user: AnyUser, *, at: datetime) -> QuerySet[StoppingCrossing]:
    """The crossings, for whom they concern; none for anybody else."""
    found = StoppingCrossing.objects.all()
    return found if may_see_crossings(user, at=at) else found.none()


def unmasked(meeting: Meeting) -> bool:
    """Whether the board voted for the arms: more than half of the members called."""
    votes = sum(vote.unmask for vote in meeting.votes.all())
    return 2 * votes > len(meeting.members.all())


def standings() -> dict[str, Standing]:
    """Where the trial stands on each rule, by treatment received; it tells who was treated."""
    rules = protocol.current().stopping
    if not rules:
        return {}
    randomized = Participant.objects.filter(randomized_on__isnull=False)
    treated = dict(infusion_dates(list(randomized.values_list("pk", flat=True))))
    happened = [*_events(treated), *_deaths(treated)]
    return {rule.code: stopping.standing(rule, treated, happened) for rule in rules}


def _events(treated: dict[int, date]) -> Sequence[Happened]:
    rows = AdverseEvent.objects.filter(participant__in=list(treated), voided=False)
    return [
        Happened(
            row.participant_id,
            row.onset_date,
            category=row.category,
            serious=row.serious,
            causality=row.causality,
            death=row.criterion_death,
        )
        for row in rows
    ]


def _deaths(treated: dict[int, date]) -> Sequence[Happened]:
    """Deaths recorded as such: an event that names them may still be on its way."""
    return [
        Happened(row.participant_id, PartialDate.parse(row.died_on), serious=True, death=True)
        for row in Death.objects.filter(participant__in=list(treated))
    ]
