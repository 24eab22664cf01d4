"""What can be looked at as it stood: a record, a visit, a participant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from audit.as_of import Model
from monitoring.past import said
from monitoring.past.said import Said
from monitoring.past.standing import locks_on, stand_sources
from trial import registry, worklist
from trial.models import Lock, Participant, Record, Signature, Site, Visit
from trial.presenters.crumbs import Crumbs, crumbs
from trial.presenters.grid import visit_address


@dataclass(frozen=True)
class Scope:
    """One thing, its addresses, and what is said of it at an instant.

    ``name`` is its route; ``sources`` the tables whose changes are its moments.
    """

    name: str
    title: str
    short: str
    site: Site
    crumbs: Crumbs
    place: tuple[str | int, ...]
    sources: Sequence[tuple[Model, Q]]
    said: Callable[[datetime], list[Said]]

    @property
    def today(self) -> str:
        """The page of what it is now."""
        return reverse(self.name, args=self.place)

    @property
    def as_of(self) -> str:
        """The page of what it was."""
        return reverse(f"{self.name}-as-of", args=self.place)

    @property
    def compare(self) -> str:
        """The page of two instants side by side."""
        return reverse(f"{self.name}-compare", args=self.place)


def of_record(record: Record) -> Scope:
    """A record."""
    spec, visit = registry.form(record.form), record.visit
    code = record.participant.code
    own = Q(record_id=record.pk)
    return Scope(
        name="record",
        title=f"{spec.short} · {code} · {visit}",
        short=spec.short,
        site=record.participant.site,
        crumbs=crumbs(record.participant, (str(visit), visit_address(visit))),
        place=(code, visit.code, visit.occurrence, record.form),
        sources=(
            (Record, Q(id=record.pk)),
            (spec.model, own),
            (Signature, own),
            (Lock, locks_on(record.participant, [visit]) & (Q(record_id=None) | own)),
        ),
        said=partial(said.of_record, record),
    )


def of_visit(visit: Visit) -> Scope:
    """A visit and its forms."""
    code = visit.participant.code
    return Scope(
        name="visit",
        title=f"{code} · {visit}",
        short=str(visit),
        site=visit.participant.site,
        crumbs=crumbs(visit.participant),
        place=(code, visit.code, visit.occurrence),
        sources=stand_sources(visit.participant, [visit], whole=False),
        said=partial(said.of_visit, visit),
    )


def of_participant(participant: Participant, user: User) -> Scope:
    """A participant, with the visits this person may know of."""
    visits = list(worklist.visible_visits(user).filter(participant=participant))
    return Scope(
        name="participant",
        title=participant.code,
        short=participant.code,
        site=participant.site,
        crumbs=(("Participants", reverse("participants")),),
        place=(participant.code,),
        sources=stand_sources(participant, visits),
        said=partial(said.of_participant, participant, visits),
    )
