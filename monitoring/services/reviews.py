"""Saying that a trail was reviewed, and remembering who took one away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.errors import Refused
from audit.events import record_event
from monitoring.models import TrailReview
from monitoring.scopes import Scope
from trial import access
from trial.access import Permission


@transaction.atomic
def record_review(
    *,
    scope: Scope,
    reviewed_from: date | None,
    reviewed_until: date,
    findings: str,
    actor: User,
    at: datetime,
) -> TrailReview:
    """Keep who reviewed which trail, of which days, and what they found.

    Raises:
        NotDelegated: the actor reviews no trail, or not this one.
        Refused: the period lies ahead, or runs backwards, or nothing is said to have been found.
    """
    access.require(actor, Permission.REVIEW_TRAIL, site=scope.place, at=at)
    _check(reviewed_from, reviewed_until, findings.strip(), at)
    with act(actor=actor, at=at) as stamp:
        review = TrailReview(
            site=scope.place,
            participant=scope.participant,
            reviewed_from=reviewed_from,
            reviewed_until=reviewed_until,
            findings=findings.strip(),
            reviewed_by=actor,
            role=stamp.role,
            reviewed_at=at,
        )
        review.full_clean()
        review.save()
        record_event(
            name="trail.reviewed",
            actor=actor,
            at=at,
            participant=scope.participant.code if scope.participant else "",
            subject=review,
            data={"of": review.of},
        )
    return review


def _check(since: date | None, until: date, findings: str, at: datetime) -> None:
    if until > at.date():
        raise Refused(
            "Nobody has reviewed a day that is still to come.",
            code="review-ahead",
            status=422,
            field="reviewed_until",
        )
    if since is not None and since > until:
        raise Refused(
            "The reviewed period begins before it ends.",
            code="review-backwards",
            status=422,
            field="reviewed_from",
        )
    if not findings:
        raise Refused("Say what you found.", code="no-findings", status=422, field="findings")


@transaction.atomic
def record_export(
    *, scope: Scope, shape: str, entries: int, asked: dict[str, Any], actor: User, at: datetime
) -> None:
    """Log that a person takes a trail away: in which shape, how much, narrowed to what."""
    record_event(
        name="trail.exported",
        actor=actor,
        at=at,
        participant=scope.participant.code if scope.participant else "",
        data={"shape": shape, "entries": entries, **asked},
    )
