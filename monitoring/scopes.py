"""Whose trail: of the trial, a site, a participant, a visit or a record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from audit.sources import Model
from trial.models import Participant, Record, Site, Visit


@dataclass(frozen=True)
class Scope:
    """The narrowest thing named is what the trail is of; nothing named is the whole trial.

    A visit comes with its participant, a record with its visit.
    """

    site: Site | None = None
    participant: Participant | None = None
    visit: Visit | None = None
    record: Record | None = None

    @property
    def place(self) -> Site | None:
        """The site it is at, if it is at one."""
        return self.participant.site if self.participant else self.site

    @cached_property
    def records(self) -> list[int]:
        """The keys of the records in it, for a participant, a visit or a record.

        Read first: the database finds a few keys by the index, a question for them it may not.
        """
        if self.record is not None:
            return [self.record.pk]
        found = Record.objects.filter(
            **({"visit": self.visit} if self.visit else {"participant": self.participant})
        )
        return list(found.values_list("pk", flat=True))

    def rows(self, model: Model) -> Q | None:
        """The condition on a history table; None where none of its rows belong here."""
        for one, kind in (
            (self.record, Record),
            (self.visit, Visit),
            (self.participant, Participant),
            (self.site, Site),
        ):
            if one is None:
                continue
            path = path_to(model, kind)
            if path is None:
                return None
            if kind is not Site and path.startswith("record__"):
                return Q(record_id__in=self.records)
            return Q(**{path: one.pk})
        return Q()

    def acts(self) -> Q:
        """The condition on the log."""
        if self.visit is not None:
            keys = [str(key) for key in self.records]
            of_records = Q(subject_type="trial.Record", subject_id__in=keys)
            if self.record is not None:
                return of_records
            return of_records | Q(subject_type="trial.Visit", subject_id=str(self.visit.pk))
        if self.participant is not None:
            return Q(participant=self.participant.code)
        if self.site is not None:
            codes = Participant.objects.filter(site=self.site).values("code")
            return Q(participant__in=codes) | Q(
                subject_type="trial.Site", subject_id=str(self.site.pk)
            )
        return Q()


def path_to(model: Model, kind: Model) -> str | None:
    """The path from a history row to the key of what it belongs to; None where it does not."""
    if model is kind:
        return model._meta.pk.attname
    for name, target in (("record", Record), ("visit", Visit), ("site", Site)):
        if kind is target and refers(model, name, target):
            return f"{name}_id"
    if kind is Visit:
        return "record__visit_id" if refers(model, "record", Record) else None
    participant = getattr(model, "participant_path", "")
    if kind is Record or not participant:
        return None
    return f"{participant}_id" if kind is Participant else f"{participant}__site_id"


def refers(model: Model, name: str, target: Model) -> bool:
    """Whether a model has a key of this name to that kind."""
    return any(
        one.name == name and one.related_model is target for one in model._meta.concrete_fields
    )
