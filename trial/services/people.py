"""Accounts, delegations and sessions. Account management and trial data are separate duties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.errors import Refused
from audit.events import record_event
from trial import access
from trial.access import Permission, Role
from trial.errors import WrongPassword, WrongState
from trial.models import Delegation, Site
from trial.services.passwords import count_wrong_password
from trial.services.tokens import end_token


def _require(actor: User | None, at: datetime) -> None:
    if actor is not None:
        access.require(actor, Permission.MANAGE_ACCOUNTS, at=at)


def _check_password(password: str, user: User | None) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(
            " ".join(error.messages), code="weak-password", status=422, field="password"
        ) from error


@transaction.atomic
def create_account(
    *,
    username: str,
    full_name: str,
    password: str,
    actor: User | None,
    at: datetime,
    email: str = "",
    system: str = "",
) -> User:
    """Open a named account. It holds no right until a delegation gives one.

    Raises:
        NotDelegated: the actor does not manage accounts.
        Refused: the name is taken, or the password is weak.
    """
    _require(actor, at)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(
            "This sign-in name is taken, or was somebody's once: names are never reused.",
            code="name-taken",
            field="username",
        )
    user = User(username=username, full_name=full_name.strip(), email=email)
    _check_password(password, user)
    user.set_password(password)
    with act(actor=actor, at=at, system=system):
        user.full_clean()
        user.save()
        record_event(name="account.created", actor=actor, at=at, subject=user, system=system)
    return user


@transaction.atomic
def open_site(
    *,
    code: str,
    name: str,
    country: str,
    timezone: str,
    approvals: str,
    activated_on: date | None,
    actor: User | None,
    at: datetime,
    system: str = "",
) -> Site:
    """Add a site; with an activation date and its approvals it may enrol."""
    _require(actor, at)
    site = Site(
        code=code,
        name=name,
        country=country,
        timezone=timezone,
        approvals=approvals,
        activated_on=activated_on,
    )
    with act(actor=actor, at=at, system=system):
        site.full_clean()
        site.save()
        record_event(name="site.opened", actor=actor, at=at, subject=site, system=system)
    return site


@transaction.atomic
def delegate(
    *,
    user: User,
    role: Role,
    site: Site | None,
    trained_on: date,
    starts_on: date,
    ends_on: date | None,
    actor: User | None,
    at: datetime,
    system: str = "",
) -> Delegation:
    """Give a person a role, after training, from one day to another.

    Raises:
        NotDelegated: the actor does not manage accounts.
        Refused: the person would be blinded and know the arms at once.
    """
    _require(actor, at)
    held = User.objects.select_for_update().get(pk=user.pk).delegations.all()
    _check_compatible(role, [Role(row.role) for row in held if row.runs_after(starts_on)])
    row = Delegation(
        user=user,
        role=role.value,
        site=site,
        trained_on=trained_on,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    with act(actor=actor, at=at, system=system):
        row.full_clean()
        row.save()
        record_event(
            name="delegation.given",
            actor=actor,
            at=at,
            subject=row,
            data={"person": user.full_name, "role": role.value},
            system=system,
        )
    access.forget(user)
    return row


def _check_compatible(role: Role, held: Iterable[Role]) -> None:
    """Refuse what one person cannot hold at once."""
    for other in held:
        if Role.ADMINISTRATOR in {role, other} and role is not other:
            raise Refused(
                "Managing accounts and working on trial data are separate duties.",
                code="separate-duties",
                field="role",
            )
        if access.blinded(role) is not access.blinded(other):
            raise Refused(
                "One person cannot be blinded and know the arms at the same time: end the other "
                "delegation first.",
                code="blinding-conflict",
                field="role",
            )


@transaction.atomic
def end_delegation(
    *, delegation: Delegation, ends_on: date, reason: str, actor: User, at: datetime
) -> Delegation:
    """End a delegation on a day; it stays in the log.

    Raises:
        NotDelegated: the actor does not manage accounts.
        WrongState: it has ended already.
    """
    _require(actor, at)
    row = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if row.ends_on is not None and row.ends_on < at.date():
        raise WrongState("This delegation has ended already.")
    with act(actor=actor, at=at, reason=reason):
        row.ends_on = ends_on
        row.full_clean()
        row.save()
        record_event(
            name="delegation.ended",
            actor=actor,
            at=at,
            subject=row,
            data={"person": row.user.full_name, "role": row.role},
        )
    access.forget(row.user)
    return row


@transaction.atomic
def set_active(*, user: User, active: bool, reason: str, actor: User, at: datetime) -> User:
    """Close an account, or open it again. The person's rows and signatures stay.

    Their tokens end with the closing: whoever comes back makes new ones.

    Raises:
        NotDelegated: the actor does not manage accounts.
        WrongState: a person cannot close their own account.
    """
    _require(actor, at)
    if user.pk == actor.pk:
        raise WrongState("You cannot close your own account.")
    row = User.objects.select_for_update().get(pk=user.pk)
    with act(actor=actor, at=at, reason=reason):
        row.is_active = active
        row.save(update_fields=["is_active"])
        name = "account.opened" if active else "account.closed"
        record_event(name=name, actor=actor, at=at, subject=row)
    if not active:
        tokens = row.api_tokens.select_for_update(of=("self",)).select_related("user")
        for token in tokens.filter(revoked_at=None).order_by("pk"):
            end_token(token=token, actor=actor, at=at)
    return row


@transaction.atomic
def change_password(*, user: User, old: str, new: str, at: datetime) -> None:
    """A person changes their own password.

    Raises:
        WrongPassword: the present password is not right.
        Refused: the new one is weak.
    """
    if not user.check_password(old):
        raise WrongPassword("Your present password is not right.", field="old")
    _check_password(new, user)
    row = User.objects.select_for_update().get(pk=user.pk)
    row.set_password(new)
    with act(actor=user, at=at):
        row.save(update_fields=["password"])
        record_event(name="account.password-changed", actor=user, at=at, subject=row)
    user.password = row.password


def record_wrong_password(*, user: User, at: datetime) -> bool:
    """Log that a new password was refused for the present one; whether it was one too many."""
    return count_wrong_password(name="account.password-refused", actor=user, at=at, subject=user)


def record_sign_in(*, user: User, at: datetime) -> None:
    """Log that a person signed in."""
    record_event(name="session.opened", actor=user, at=at, subject=user)


def record_sign_out(*, user: User, at: datetime) -> None:
    """Log that a person signed out."""
    record_event(name="session.closed", actor=user, at=at, subject=user)


def record_sign_in_failure(*, username: str, at: datetime) -> None:
    """Log a failed sign-in under the name that was tried, known or not."""
    record_event(
        name="session.refused",
        actor=None,
        at=at,
        system="sign-in page",
        data={"username": username[:64]},
    )
