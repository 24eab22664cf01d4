"""What is owed to the trial: read only, a fixed number of queries however many participants."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast

from accounts.models import User
from trial import access, protocol
from trial.access import Permission
from trial.covered import answered_since
from trial.models import Participant, Record, ScreeningEntry, Signature, Visit, Withdrawal

SETTLED = ("complete", "not_done")
SOON = timedelta(days=7)


def visible_visits(user: User) -> QuerySet[Visit]:
    """The visits this person may know of: a visit that tells an arm only if they may know arms."""
    visits = Visit.objects.filter(participant__in=access.visible_to(user))
    knowing = access.sites_of(user, Permission.KNOW_ARMS)
    return visits.exclude(Q(hidden=True) & ~Q(participant__site__in=knowing))


def owed_visits(user: User, today: date) -> QuerySet[Visit]:
    """Visits whose window has opened, or opens within a week, and whose forms are not all in.

    ``needed`` and ``settled`` count the required forms and those complete or not done. A visit
    planned for after a death, a loss or a withdrawal from follow-up is owed by nobody.
    """
    opened = visible_visits(user).filter(window_from__lte=today + SOON)
    return lacking(opened).order_by("window_to", "participant__code")


def lacking(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those of the visits that are expected, not missed, and whose forms are not all in.

    ``needed`` and ``settled`` count the required forms and those complete or not done.
    """
    plans = [plan for plan in protocol.current().visits if not plan.repeatable]
    required = {plan.code: [form.form for form in plan.forms if form.required] for plan in plans}
    settled = (
        Q(code=code, records__form__in=forms, records__status__in=SETTLED)
        for code, forms in required.items()
    )
    return (
        expected(visits)
        .exclude(status="missed")
        .annotate(
            needed=Case(
                *(When(code=code, then=Value(len(forms))) for code, forms in required.items()),
                default=Value(0),
                output_field=IntegerField(),
            ),
            settled=Count("records", filter=reduce(or_, settled)),
        )
        .filter(settled__lt=F("needed"))
        .select_related("participant__site")
    )


def expected(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Without the visits planned for after a death, a loss or a withdrawal from follow-up."""
    left = Withdrawal.objects.filter(
        participant=OuterRef("participant"),
        from_follow_up=True,
        withdrawn_on__lt=OuterRef("window_from"),
    )
    # A partial date sorts before every day it can mean: 2027-03 < 2027-03-01.
    starts = Cast("window_from", CharField())
    return (
        visits.alias(starts=starts)
        .exclude(participant__death__died_on__lt=F("starts"))
        .exclude(participant__lost__last_contact_on__lt=F("window_from"))
        .exclude(Exists(left))
    )


def drafts(user: User) -> QuerySet[Record]:
    """Records begun and not completed."""
    return (
        Record.objects.filter(status="draft", visit__in=visible_visits(user))
        .select_related("visit__participant__site")
        .order_by("visit__window_to", "pk")
    )


def unsigned_records(user: User) -> QuerySet[Record]:
    """Records, at the sites where this person signs, that no signature covers as they stand.

    Complete ones, and those that were taken back after they had been signed.
    """
    ever = Signature.objects.filter(record=OuterRef("pk"))
    signed = ever.filter(version=OuterRef("version"))
    return (
        Record.objects.filter(visit__in=visible_visits(user))
        .filter(Q(status="complete") | Exists(ever))
        .filter(participant__site__in=access.sites_of(user, Permission.SIGN))
        .exclude(Exists(signed))
        .select_related("visit__participant__site")
        .order_by("visit__planned_on", "visit_id", "pk")
    )


def unsigned_eligibility(user: User) -> QuerySet[Participant]:
    """Participants whose eligibility no signature covers as it stands, where this person signs.

    Nobody who is randomized is among them.
    """
    made = Signature.objects.filter(participant=OuterRef("pk"), meaning="eligibility")
    signed = made.exclude(answered_since())
    return (
        access.visible_to(user)
        .filter(site__in=access.sites_of(user, Permission.SIGN), randomized_on=None)
        .exclude(Exists(signed))
        .order_by("index_on")
    )


def open_screening(user: User) -> QuerySet[ScreeningEntry]:
    """People approached whose screening has no outcome yet."""
    return ScreeningEntry.objects.filter(
        site__in=access.sites_of(user, Permission.SCREEN), outcome="pending"
    ).select_related("site")


def window_state(visit: Visit, today: date) -> str:
    """Late after the window, due inside it, planned before."""
    if today > visit.window_to:
        return "late"
    return "due" if visit.window_from <= today else "planned"


def in_words(visit: Visit, today: date) -> str:
    """How the window stands to today: "window closed 3 days ago"."""
    if today > visit.window_to:
        return f"window closed {_days(today - visit.window_to)} ago"
    if today < visit.window_from:
        return f"window opens in {_days(visit.window_from - today)}"
    left = visit.window_to - today
    return f"window closes in {_days(left)}" if left.days else "window closes today"


def _days(span: timedelta) -> str:
    return f"{span.days} day{'' if span.days == 1 else 's'}"
