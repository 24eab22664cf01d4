"""What of the trail a person may read: their participants, and no row that tells an arm."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from audit import entries
from audit.entries import Cursor, Model, Page, Search, Source, audited_models
from trial import access
from trial.access import Permission, Role
from trial.models import Participant, Record, Visit

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


def readable_participants(user: User) -> QuerySet[Participant]:
    """The participants whose trail this person may read."""
    sites = access.sites_of(user, Permission.READ_TRAIL)
    return access.visible_to(user).filter(site__in=sites)


def reads_everything(user: User) -> bool:
    """Whether the person reads the trail of the whole trial, not of a site."""
    return any(
        row.site_id is None and Permission.READ_TRAIL in access.permissions_of(Role(row.role))
        for row in access.delegations(user)
    )


def trail(user: User, search: Search, *, before: Cursor | None = None, size: int = 40) -> Page:
    """A page of the trail as this person may read it, the newest first."""
    return entries.page(
        sources_for(user), events=events_for(user), search=search, before=before, size=size
    )


def sources_for(user: User) -> list[Source]:
    """The tables in this person's trail; those that tell an arm only for who may know it."""
    may_know = access.may_know_arms(user)
    return [
        Source(model, allowed, _about(model))
        for model in audited_models()
        if may_know or not getattr(model, "reveals_arm", False)
        if (allowed := _allowed(model, user, may_know=may_know)) is not None
    ]


def events_for(user: User) -> Q:
    """The acts of the log in this person's trail."""
    allowed = Q() if access.may_know_arms(user) else Q(reveals_arm=False)
    if not reads_everything(user):
        allowed &= Q(participant__in=readable_participants(user).values("code"))
    return allowed


def _allowed(model: Model, user: User, *, may_know: bool) -> Q | None:
    """The condition on a history table; None where none of its rows are for this person."""
    visible = Q()
    if not reads_everything(user):
        path: str = getattr(model, "participant_path", "")
        if not path:
            return None
        participants = readable_participants(user).values("pk")
        visible = Q(**{"id__in" if path == "self" else f"{path}__in": participants})
    hidden: str = getattr(model, "hidden_path", "")
    return visible if may_know or not hidden else visible & ~Q(**{hidden: True})


def _about(model: Model) -> tuple[str, ...]:
    visit = [
        path for name in ("code", "occurrence") if (path := _path_to_visit(model, name)) is not None
    ]
    form = ["record__form"] if _refers(model, "record", Record) else []
    return tuple(dict.fromkeys((*visit, *form, *_ABOUT.get(model._meta.label, ()))))


def _path_to_visit(model: Model, name: str) -> str | None:
    """The path from a history row to a column of its visit; None where it has no visit."""
    if model is Visit:
        return name
    if _refers(model, "visit", Visit):
        return f"visit__{name}"
    return f"record__visit__{name}" if _refers(model, "record", Record) else None


def _refers(model: Model, name: str, target: Model) -> bool:
    return any(
        one.name == name and one.related_model is target for one in model._meta.concrete_fields
    )
