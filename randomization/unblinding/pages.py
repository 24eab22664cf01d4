"""What the pages of unblinding hold: who reads which request, and who may be told."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import User
from randomization.models import Unblinding
from randomization.models.unblinding import GRANTED, REFUSED, WAITING
from randomization.unblinding import knowing
from trial import access
from trial.access import Permission
from trial.models import Participant

STATE = {WAITING: "due", GRANTED: "complete", REFUSED: "missed"}
TRUTHS = (
    "Investigator, monitor, data manager and unblinded statistician are told; never the arm.",
    "Only the person named reads the arm, on one page; everything else stays blinded.",
    "Whatever this person assesses of this participant from then on is marked as a deviation.",
)


def visible(user: User) -> QuerySet[Unblinding]:
    """The requests somebody reads: their own, and all of the sites whose unblindings they hear."""
    heard = Q(participant__site__in=access.sites_of(user, Permission.HEAR_UNBLINDING))
    return (
        Unblinding.objects.filter(heard | Q(person=user) | Q(asked_by=user))
        .select_related("participant__site", "person", "asked_by", "decided_by")
        .order_by("-asked_at", "-pk")
    )


def to_decide(user: User) -> QuerySet[Unblinding]:
    """The requests that wait for this person's decision."""
    sites = access.sites_of(user, Permission.DECIDE_UNBLINDING)
    own = Q(asked_by=user) | Q(person=user)
    return visible(user).filter(state=WAITING, participant__site__in=sites).exclude(own)


def participants(user: User) -> QuerySet[Participant]:
    """The participants this person may ask about."""
    sites = access.sites_of(user, Permission.ASK_UNBLINDING)
    return Participant.objects.filter(site__in=sites).select_related("site")


def persons(user: User) -> QuerySet[User] | None:
    """Whom this person may name: everybody blinded who may ask; None for oneself alone."""
    sites = access.sites_of(user, Permission.ASK_UNBLINDING)
    if not any(knowing.names_others(user, site) for site in sites):
        return None
    active = User.objects.filter(is_active=True, delegations__isnull=False).distinct()
    found = [
        one.pk
        for one in active.prefetch_related("delegations__site")
        if access.may(one, Permission.ASK_UNBLINDING) and not access.may_know_arms(one)
    ]
    return User.objects.filter(pk__in=found).order_by("full_name")


def list_page(user: User) -> dict[str, object]:
    """All requests this person reads."""
    return {
        "rows": [(row, STATE[row.state], row.get_state_display()) for row in visible(user)],
        "may_ask": access.may(user, Permission.ASK_UNBLINDING),
    }


def one_page(row: Unblinding, user: User) -> dict[str, object]:
    """One request, and what this person may do about it."""
    own = row.person_id == user.pk
    return {
        "row": row,
        "state": STATE[row.state],
        "zone": row.participant.site,
        "crumbs": crumbs(),
        "may_decide": to_decide(user).filter(pk=row.pk).exists(),
        "may_read": own and row.state == GRANTED,
        "own": own,
        "truths": TRUTHS,
    }


def crumbs() -> list[tuple[str, str]]:
    """The way back."""
    return [("Unblinding", reverse("unblindings"))]
