"""What is known of a participant, and what this person may do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.models import User
from trial import access, protocol, selectors
from trial.access import Permission
from trial.clock import age_on
from trial.models import Participant, Signature
from trial.presenters.participants import standing
from trial.templatetags.hermes import day as written

Fact = tuple[str, str]


@dataclass(frozen=True)
class Act:
    """A link to something that can be done; ``permission`` says who sees it."""

    words: str
    href: str


@dataclass(frozen=True)
class Summary:
    """One line, the facts, and the acts open to the reader."""

    line: str
    facts: tuple[Fact, ...]
    acts: tuple[Act, ...]


def summary(
    participant: Participant, user: User, today: date, signature: Signature | None
) -> Summary:
    """The head of the participant page; ``signature`` is the valid one of the eligibility."""
    return Summary(
        line=_line(participant, today, signed=signature is not None),
        facts=tuple(facts(participant)),
        acts=tuple(_acts(participant, user)),
    )


def _line(participant: Participant, today: date, *, signed: bool) -> str:
    left = any(row.from_follow_up for row in participant.withdrawals.all())
    parts = [
        f"randomized {written(participant.randomized_on)}" if participant.randomized_on else "",
        f"day {(today - participant.index_on).days} since {protocol.current().index_event}",
        standing(participant, signed=signed, left=left, finished=_finished(participant)),
    ]
    return " · ".join(part for part in parts if part)


def _finished(participant: Participant) -> bool:
    """Whether the last visit of the schedule is over."""
    scheduled = [plan.code for plan in protocol.current().visits if not plan.repeatable]
    last = participant.visits.filter(code__in=scheduled, hidden=False).last()
    return last is not None and last.status != "planned"


def facts(participant: Participant) -> Iterator[Fact]:
    """What is known of a participant, in words."""
    consents = list(participant.consents.all())
    first = selectors.consented_on(participant)
    yield "Site", participant.site.name
    yield "Sex", participant.get_sex_display()
    if first is not None:
        yield "Age at consent", f"{age_on(participant.year_of_birth, first)} years"
    yield protocol.current().index_event.capitalize(), written(participant.index_on)
    for consent in consents:
        yield f"Consent {consent.version}", written(consent.consented_on)
    for withdrawal in participant.withdrawals.all():
        yield "Withdrew", written(withdrawal.withdrawn_on)
    death = getattr(participant, "death", None)
    if death is not None:
        yield "Died", f"{written(death.died_on)}, {death.cause}"
    lost = getattr(participant, "lost", None)
    if lost is not None:
        yield "Last contact", written(lost.last_contact_on)


def _acts(participant: Participant, user: User) -> Iterator[Act]:
    held = {item for item in Permission if access.may(user, item, site=participant.site)}
    code = participant.code
    if Permission.ENTER_OUTCOMES in held:
        yield Act("Unscheduled visit", reverse("visit-new", args=[code]))
    if Permission.OBTAIN_CONSENT in held:
        yield Act("Another consent", reverse("consent-new", args=[code]))
    if Permission.ENTER_DATA in held:
        yield Act("Withdrawal", reverse("withdrawal", args=[code]))
        died = "Recorded death" if hasattr(participant, "death") else "Death"
        yield Act(died, reverse("death", args=[code]))
        lost = "Recorded loss to follow-up" if hasattr(participant, "lost") else "Lost to follow-up"
        yield Act(lost, reverse("lost", args=[code]))
