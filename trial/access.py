"""Who may do what: roles in plain words, the permissions each holds, and whose data one sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused
from trial import protocol
from trial.models import Delegation, Participant, Site
from trial.roles import ROLES, SITE_ROLES, WORDS, P, Permission, Role

__all__ = ["ROLES", "SITE_ROLES", "WORDS", "Permission", "Role"]

AnyUser = AbstractBaseUser | AnonymousUser


class NotDelegated(Refused):
    """No delegation of this person covers the act at this site today."""

    code = "not-delegated"
    message = "Your delegation does not cover this act here. Ask the administrator."
    status = 403


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role holds under this protocol's blinding."""
    plan = protocol.current()
    held = ROLES[role]
    if (role is Role.MONITOR and not plan.monitor_blinded) or (
        role is Role.DATA_MANAGER and not plan.data_manager_blinded
    ):
        return held | {P.KNOW_ARMS}
    return held


def blinded(role: Role) -> bool:
    """Whether a role must never meet an arm."""
    return P.KNOW_ARMS not in permissions_of(role)


def _day(at: datetime | None) -> date:
    return (at or timezone.now()).date()


def delegations(user: AnyUser, *, at: datetime | None = None) -> list[Delegation]:
    """The person's delegations in force; read once per request and person."""
    if not isinstance(user, User) or not user.is_active:
        return []
    known: list[Delegation] | None = user.__dict__.get("_delegations")
    if known is None:
        known = list(user.delegations.select_related("site").order_by("pk"))
        user.__dict__["_delegations"] = known
        user.__dict__["_in_force"] = {}
    days: dict[date, list[Delegation]] = user.__dict__["_in_force"]
    day = _day(at)
    if day not in days:
        days[day] = [row for row in known if row.in_force(day)]
    return days[day]


def forget(user: User) -> None:
    """Drop what was read about a person, after their delegations changed."""
    user.__dict__.pop("_delegations", None)


def roles(user: AnyUser, *, at: datetime | None = None) -> list[Role]:
    """The person's roles today, in the order of the role table."""
    held = {Role(row.role) for row in delegations(user, at=at)}
    return [role for role in Role if role in held]


def role_words(user: AnyUser, at: datetime | None = None) -> str:
    """The person's roles in plain words, as the trail records them."""
    return ", ".join(WORDS[role][0] for role in roles(user, at=at))


def may(
    user: AnyUser, permission: Permission, *, site: Site | None = None, at: datetime | None = None
) -> bool:
    """Whether a delegation in force gives this permission, at this site where one is named."""
    return any(
        permission in permissions_of(Role(row.role))
        and (site is None or row.site_id is None or row.site_id == site.pk)
        for row in delegations(user, at=at)
    )


def everywhere(user: AnyUser, permission: Permission, *, at: datetime | None = None) -> bool:
    """Whether the permission is held for the whole trial, not for one site."""
    return any(
        row.site_id is None and permission in permissions_of(Role(row.role))
        for row in delegations(user, at=at)
    )


def require(
    user: User, permission: Permission, *, site: Site | None = None, at: datetime | None = None
) -> None:
    """Refuse an act no delegation covers.

    Raises:
        NotDelegated: the person may not do this here today.
    """
    if not may(user, permission, site=site, at=at):
        raise NotDelegated


def may_know_arms(user: AnyUser, *, site: Site | None = None) -> bool:
    """The one question about blinding; every page, export and trail asks it."""
    return may(user, P.KNOW_ARMS, site=site)


def _sites(rows: Iterable[Delegation]) -> Q:
    found = [row.site_id for row in rows]
    return Q() if None in found else Q(site__in=[pk for pk in found if pk is not None])


def visible_to(user: AnyUser) -> QuerySet[Participant]:
    """The participants this person may read; a stranger's participant is not in it."""
    rows = [row for row in delegations(user) if P.READ_CLINICAL in permissions_of(Role(row.role))]
    if not rows:
        return Participant.objects.none()
    return Participant.objects.filter(_sites(rows)).select_related("site")


def people_with(held: Collection[Permission], *, site: Site | None, at: datetime) -> list[User]:
    """Everybody in whom a delegation in force holds one of these permissions.

    With a site, those who hold it there or for the whole trial; without one, wherever they do.
    """
    held_by = [role.value for role in Role if permissions_of(role) & set(held)]
    day = _day(at)
    rows = Delegation.objects.filter(role__in=held_by, starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gte=day)
    )
    if site is not None:
        rows = rows.filter(Q(site=None) | Q(site=site))
    return list(User.objects.filter(is_active=True, pk__in=rows.values("user")).order_by("pk"))


def sites_of(user: AnyUser, permission: Permission) -> QuerySet[Site]:
    """The sites where the person holds a permission."""
    rows = [row for row in delegations(user) if permission in permissions_of(Role(row.role))]
    if not rows:
        return Site.objects.none()
    if any(row.site_id is None for row in rows):
        return Site.objects.all()
    return Site.objects.filter(pk__in=[row.site_id for row in rows])


class Allowed:
    """Lets a template ask ``allowed.randomize`` instead of knowing roles."""

    def __init__(self, user: AnyUser) -> None:
        self._user = user

    def __getattr__(self, name: str) -> bool:
        """Whether the signed-in person holds the permission of this name."""
        try:
            return may(self._user, Permission[name.upper()])
        except KeyError as error:
            raise AttributeError(name) from error


class Nothing:
    """Nobody is signed in."""

    def __getattr__(self, name: str) -> bool:
        """Always no."""
        return False
