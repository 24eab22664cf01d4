"""What is read of adverse events: lists by urgency, counts, and the rows of a data cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from safety import rules
from safety.blinding import for_blinded
from safety.models import CRITERIA, AdverseEvent
from safety.models.event import REPORTABLE
from safety.treatment import infusion_dates
from trial import access
from trial.access import AnyUser, Permission
from trial.models import Participant

VALID = Q(voided=False)
RUNNING = VALID & REPORTABLE & Q(sponsor_informed_at__isnull=True)
# What a list may be narrowed to; the first is shown when nothing is chosen.
CHOICES: dict[str, Q] = {
    "all": VALID,
    "clock": VALID,
    "serious": VALID & Q(serious=True),
    "ongoing": VALID & Q(outcome__in=sorted(rules.ONGOING)),
    "error": Q(voided=True),
}
EXPORTED = (
    *("term", "category", "onset", "end", "severity", "serious", *CRITERIA, "serious_on"),
    *("special", "pregnancy_ended", "pregnancy_outcome"),
    *("causality", "action", "outcome", "aware_at", "narrative"),
)


@dataclass(frozen=True)
class Counts:
    """How many events a person can see; clocks run until the sponsor is informed."""

    events: int
    serious: int
    running: int
    overdue: int


def visible_events(user: AnyUser) -> QuerySet[AdverseEvent]:
    """The events of the participants this person may read, those entered in error included."""
    participants = access.visible_to(user)
    found = AdverseEvent.objects.filter(participant__in=participants.select_related(None))
    return found.select_related("participant__site")


def running_for(user: AnyUser) -> Q:
    """The running clocks this person may know of.

    That one runs of an event which is not serious tells a special situation, and with it the arm.
    """
    knows = access.sites_of(user, Permission.KNOW_ARMS)
    return RUNNING & (Q(serious=True) | Q(participant__site__in=knows))


def by_urgency(events: QuerySet[AdverseEvent], user: AnyUser) -> QuerySet[AdverseEvent]:
    """Running clocks first, the one with the least time left at the top; then the newest."""
    known = running_for(user)
    running = Case(When(known, then=Value(0)), default=Value(1))
    return events.order_by(
        running, Case(When(known, then=F("aware_at"))).asc(nulls_last=True), "-pk"
    )


def chosen(user: AnyUser, choice: str, *, participant: str = "") -> QuerySet[AdverseEvent]:
    """A person's list by urgency, narrowed to a choice of ``CHOICES`` and to one participant."""
    events = visible_events(user).filter(CHOICES.get(choice, VALID))
    if choice == "clock":
        events = events.filter(running_for(user))
    if participant:
        events = events.filter(participant__code__icontains=participant)
    return by_urgency(events, user)


def counts(user: AnyUser, at: datetime) -> Counts:
    """What a person can see, counted in one query."""
    running = running_for(user)
    late = running & Q(aware_at__lt=at - rules.SAE_LIMIT)
    found = visible_events(user).aggregate(
        n_events=Count("pk", filter=VALID),
        n_serious=Count("pk", filter=VALID & Q(serious=True)),
        n_running=Count("pk", filter=running),
        n_overdue=Count("pk", filter=late),
    )
    return Counts(**{name.removeprefix("n_"): number for name, number in found.items()})


def events_of(participant: Participant, user: AnyUser) -> QuerySet[AdverseEvent]:
    """One participant's valid events, for this reader the urgent first."""
    events = AdverseEvent.objects.filter(VALID, participant=participant)
    return by_urgency(events.select_related("participant__site"), user)


def phase_of(event: AdverseEvent) -> str:
    """Where the onset lies from the infusion, as a code of ``rules.PHASES``; it tells the arm."""
    infused = infusion_dates([event.participant_id]).get(event.participant_id)
    return rules.phase(event.onset_date, infused)


def rows_for_export(*, blinded: bool) -> list[dict[str, Any]]:
    """Every valid event as one plain row, by participant and number.

    Unblinded rows have ``phase``. In blinded rows what might tell an arm reads ``withheld`` and
    there is no phase; no event is left out.
    """
    events = (
        AdverseEvent.objects.filter(VALID)
        .select_related("participant")
        .annotate(consented_on=Min("participant__consents__consented_on"))
        .order_by("participant__code", "number")
    )
    infused = {} if blinded else infusion_dates(list({row.participant_id for row in events}))
    return [_export_row(event, infused.get(event.participant_id), blinded) for event in events]


def _export_row(event: AdverseEvent, infused_on: date | None, blinded: bool) -> dict[str, Any]:
    values = {item: getattr(event, item) for item in EXPORTED}
    consented_on: date | None = event.consented_on  # type: ignore[attr-defined]  # annotated above
    row = {
        "participant": event.participant.code,
        "ae_number": event.number,
        **(for_blinded(values) if blinded else values),
        "severity_scale": event.scale,
        "days_from_inclusion": consented_on
        and rules.days_from_inclusion(event.onset_date, consented_on),
    }
    return row if blinded else {**row, "phase": rules.phase(event.onset_date, infused_on)}
