"""What of the trail a person may read: their participants, and no row that tells an arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from audit import entries
from audit.act_names import CLOSED
from audit.entries import Cursor, Entry, Model, Page, Search, Source, audited_models
from monitoring.models import TrailReview
from monitoring.scopes import Scope, path_to, refers
from trial import access, protocol, registry
from trial.access import Permission, Role
from trial.models import Participant, Record, Site, Visit

# What says which row it is, where that is neither the visit nor the record.
_ABOUT = {
    "accounts.User": ("username",),
    "monitoring.Query": ("number", "form"),
    "monitoring.QueryMessage": ("query__number",),
    "randomization.Aspiration": ("sample",),
    "randomization.Product": ("batch",),
    "randomization.Stratum": ("code",),
    "safety.AdverseEvent": ("number",),
    "trial.Confirmation": ("rule",),
    "trial.Consent": ("version",),
    "trial.CriterionAnswer": ("criterion",),
    "trial.Delegation": ("user__full_name",),
    "trial.Record": ("form",),
    "trial.ScreeningEntry": ("site__code", "number"),
    "trial.Site": ("code",),
    "trial.Visit": ("code", "occurrence"),
}
EVERYTHING = Scope()
Keys = QuerySet[Participant, Any]
# A field of the record itself, not of the form's answers, in the list of a form's fields.
OF_RECORD = "record."


@dataclass(frozen=True)
class Reading:
    """A trail one person may read: the tables, the acts of the log (None: none), what is asked."""

    sources: tuple[Source, ...]
    events: Q | None
    search: Search

    def page(self, before: Cursor | None = None, size: int = 40) -> Page:
        """A page of it."""
        return entries.page(
            self.sources, events=self.events, search=self.search, before=before, size=size
        )

    def every(self) -> Iterator[Entry]:
        """All of it, read a few hundred entries at a time."""
        return entries.every(self.sources, events=self.events, search=self.search)

    def count(self) -> int:
        """How many entries it has."""
        return entries.count(self.sources, events=self.events, search=self.search)


def readable_participants(user: User) -> QuerySet[Participant]:
    """The participants whose trail this person may read."""
    return access.visible_to(user).filter(site__in=readable_sites(user))


def readable_sites(user: User) -> QuerySet[Site]:
    """The sites whose trail this person may read."""
    return access.sites_of(user, Permission.READ_TRAIL)


def reads_everything(user: User) -> bool:
    """Whether the person reads the trail of the whole trial, not of a site."""
    return any(
        row.site_id is None and Permission.READ_TRAIL in access.permissions_of(Role(row.role))
        for row in access.delegations(user)
    )


def reading(
    user: User, search: Search, *, scope: Scope = EVERYTHING, form: str = "", field: str = ""
) -> Reading:
    """The trail of a scope as this person may read it.

    ``form`` is the code of a form or the label of a model, ``field`` one of its fields; with
    either the acts of the log are left out.
    """
    sources = _of_form(sources_for(user, scope), form, field) if form else sources_for(user, scope)
    events = None if form else events_for(user, scope)
    return Reading(tuple(sources), events, search)


def narrowed(user: User, scope: Scope, *, site: Site | None, code: str) -> Scope | None:
    """The scope, narrowed to a site or to the participant with a code; None if there is none."""
    if code:
        inside = readable_participants(user)
        place = site or scope.place
        found = (inside.filter(site=place) if place else inside).filter(code=code).first()
        return Scope(participant=found) if found else None
    return Scope(site=site) if site else scope


def until(asked: Reading, at: datetime) -> Reading:
    """What was asked for, and no act done at an instant or after it."""
    end = min(asked.search.until or at, at)
    return replace(asked, search=replace(asked.search, until=end))


def reviews_for(user: User) -> QuerySet[TrailReview]:
    """The reviews of trails this person may read, the newest first."""
    reviews = TrailReview.objects.select_related("site", "participant", "reviewed_by")
    if reads_everything(user):
        return reviews
    return reviews.filter(site__in=readable_sites(user))


def people_called(text: str) -> tuple[int, ...]:
    """The keys of the people whose name has this text."""
    found = User.objects.filter(full_name__icontains=text).order_by("pk")
    return tuple(found.values_list("pk", flat=True))


def trail(user: User, search: Search, *, before: Cursor | None = None, size: int = 40) -> Page:
    """A page of everything this person may read, the newest first."""
    return reading(user, search).page(before, size)


def sources_for(user: User, scope: Scope = EVERYTHING) -> list[Source]:
    """The tables in this person's trail; those that tell an arm only for who may know it."""
    may_know = access.may_know_arms(user)
    cells = protocol.current().product is not None
    # Asked for once: there are sixty tables.
    readable = None if reads_everything(user) else readable_participants(user).values("pk")
    return [
        Source(model, allowed & inside, _about(model))
        for model in audited_models()
        if may_know or not getattr(model, "reveals_arm", False)
        if cells or not getattr(model, "of_cells", False)
        if (allowed := _allowed(model, readable, may_know=may_know)) is not None
        if (inside := scope.rows(model)) is not None
    ]


def events_for(user: User, scope: Scope = EVERYTHING) -> Q:
    """The acts of the log in this person's trail."""
    allowed = ~Q(name__in=CLOSED)
    if not access.may_know_arms(user):
        allowed &= Q(reveals_arm=False)
    if not reads_everything(user):
        allowed &= Q(participant__in=readable_participants(user).values("code"))
    return allowed & scope.acts()


def _of_form(sources: list[Source], form: str, field: str) -> Iterator[Source]:
    """The tables of one form: its answers, and what hangs on its records; or of one model."""
    spec = registry.form(form) if form in registry.codes() else None
    for source in sources:
        if spec is None:
            if source.model._meta.label_lower == form:
                yield replace(source, only=frozenset(filter(None, [field])))
        elif source.model is spec.model and not field.startswith(OF_RECORD):
            yield replace(source, only=frozenset(filter(None, [field])))
        elif source.model is Record and (not field or field.startswith(OF_RECORD)):
            only = frozenset(filter(None, [field.removeprefix(OF_RECORD)]))
            yield replace(source, allowed=source.allowed & Q(form=form), only=only)
        elif not field and _hangs_on_a_record(source.model):
            yield replace(source, allowed=source.allowed & Q(record__form=form))


def _hangs_on_a_record(model: Model) -> bool:
    return refers(model, "record", Record) and model not in {one.model for one in registry.forms()}


def _allowed(model: Model, readable: Keys | None, *, may_know: bool) -> Q | None:
    """The condition on a history table; None where none of its rows are for this person.

    ``readable`` has the keys of the participants; None for whoever reads everything.
    """
    visible = Q()
    if readable is not None:
        path = path_to(model, Participant)
        if path is None:
            return None
        visible = Q(**{f"{path}__in": readable})
    hidden: str = getattr(model, "hidden_path", "")
    return visible if may_know or not hidden else visible & ~Q(**{hidden: True})


def _about(model: Model) -> tuple[str, ...]:
    visit = [
        path for name in ("code", "occurrence") if (path := _of_visit(model, name)) is not None
    ]
    form = ["record__form"] if refers(model, "record", Record) else []
    return tuple(dict.fromkeys((*visit, *form, *_ABOUT.get(model._meta.label, ()))))


def _of_visit(model: Model, name: str) -> str | None:
    """The path from a history row to a column of its visit; None where it has no visit."""
    path = path_to(model, Visit)
    if path is None:
        return None
    return name if model is Visit else f"{path.removesuffix('_id')}__{name}"
