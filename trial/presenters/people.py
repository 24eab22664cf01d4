"""Accounts and delegations as the administrator reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from accounts.models import User
from trial.access import blinded
from trial.models import Delegation
from trial.presenters.crumbs import Crumbs
from trial.roles import Role
from trial.templatetags.hermes import day

# What a delegation's time makes of it: shape, and words.
STANDING = {
    "in force": ("complete", "In force"),
    "to come": ("planned", "To come"),
    "ended": ("missed", "Ended"),
}


@dataclass(frozen=True)
class Line:
    """One delegation; ``runs`` while it is in force or still to come."""

    row: Delegation
    place: str
    shape: str
    words: str
    runs: bool
    blinded: bool


@dataclass(frozen=True)
class Person:
    """One account and what it may do today."""

    user: User
    lines: tuple[Line, ...]


def crumbs(user: User | None = None) -> Crumbs:
    """The way back to everybody, and to one person."""
    everybody = (("People", reverse("people")),)
    if user is None:
        return everybody
    return (*everybody, (user.full_name, reverse("person", args=[user.pk])))


def person(user: User, reader: User, at: datetime) -> dict[str, Any]:
    """The page of one account, with what closing or opening it makes true."""
    truths: tuple[str, ...]
    if user.is_active:
        question, button = f"Close the account of {user.full_name}?", "Close the account"
        truths = (
            f"{user.full_name} can do nothing here any more.",
            "Everything they entered and signed stays, with their name.",
            "The account can be opened again.",
        )
    else:
        question, button = f"Open the account of {user.full_name} again?", "Open the account"
        truths = ("They can sign in with their old password, with the delegations that run.",)
    return {
        "person": user,
        "own": user.pk == reader.pk,
        "lines": delegations(user, at),
        "crumbs": crumbs(),
        "question": question,
        "button": button,
        "truths": truths,
    }


def ending(row: Delegation, at: datetime) -> dict[str, Any]:
    """The page that ends a delegation."""
    found = line(row, at)
    return {
        "line": found,
        "crumbs": crumbs(row.user),
        "facts": (
            ("Person", row.user.full_name),
            ("Role", row.get_role_display()),
            ("Where", found.place),
            ("From", day(row.starts_on)),
            ("To", day(row.ends_on) if row.ends_on else "not ended"),
        ),
    }


def line(row: Delegation, at: datetime) -> Line:
    """A delegation and how it stands at an instant, in days of UTC as the rights are checked."""
    shape, words = STANDING[_standing(row, at.date())]
    return Line(
        row=row,
        place=str(row.site) if row.site else "the whole trial",
        shape=shape,
        words=words,
        runs=row.runs_after(at.date()),
        blinded=blinded(Role(row.role)),
    )


def _standing(row: Delegation, day: date) -> str:
    if row.in_force(day):
        return "in force"
    return "to come" if row.starts_on > day else "ended"


def delegations(user: User, at: datetime) -> list[Line]:
    """All delegations of a person, the running ones first, then the latest."""
    rows = user.delegations.select_related("site").order_by("-starts_on", "-pk")
    return sorted((line(row, at) for row in rows), key=lambda found: not found.runs)


def roster(at: datetime) -> list[Person]:
    """Every account, open ones first, each with the delegations that run."""
    rows = Prefetch("delegations", Delegation.objects.select_related("site"))
    users = User.objects.prefetch_related(rows).order_by("-is_active", "full_name", "pk")
    return [
        Person(user, tuple(found for found in _lines(user, at) if found.runs)) for user in users
    ]


def _lines(user: User, at: datetime) -> list[Line]:
    return [line(row, at) for row in user.delegations.all()]
