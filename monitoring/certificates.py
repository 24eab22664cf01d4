"""Who may rate what until when, whose time runs out, and what a record says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, QuerySet
from django.urls import reverse

from accounts.models import User
from monitoring.models.certificate import Certificate
from trial import access, protocol, registry
from trial.access import Permission
from trial.clock import day_at
from trial.margin import Look
from trial.models import Delegation, Record
from trial.templatetags.hermes import day

SOON = timedelta(days=30)
# A certificate that ran out longer ago than this was let go on purpose.
FORGOTTEN = timedelta(days=90)
_LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Expiring:
    """A certificate or a delegation that ends soon; ``renewal`` is the page that renews it."""

    person: User
    where: str
    what: str
    last_day: date
    renewal: str

    def words(self, today: date) -> str:
        """When it ends, and how far that is."""
        return _when(self.last_day, today)


def _when(last_day: date, today: date) -> str:
    left = (last_day - today).days
    if left < 0:
        return f"expired on {day(last_day)}"
    when = "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
    return f"ends {when}, {day(last_day)}"


def visible_certificates(user: User) -> QuerySet[Certificate]:
    """Everybody's for whoever records them, the person's own for everybody else."""
    rows = Certificate.objects.select_related("person").order_by("valid_to", "pk")
    return rows if access.may(user, Permission.CERTIFY) else rows.filter(person=user)


@dataclass(frozen=True)
class Line:
    """One person's newest certificate for one form."""

    certificate: Certificate
    title: str
    state: str
    words: str
    renewal: str


def lines(user: User, today: date) -> list[Line]:
    """The newest certificate of each person for each form, the soonest to end first."""
    newest = {(row.person_id, row.form): row for row in visible_certificates(user)}
    return [
        Line(
            certificate=row,
            title=form_title(row.form),
            state=_state(row.valid_to, today),
            words=_when(row.valid_to, today),
            renewal=_renewal(row.person_id, row.form),
        )
        for row in sorted(newest.values(), key=lambda row: (row.valid_to, row.pk))
    ]


def _state(last_day: date, today: date) -> str:
    if last_day < today:
        return "late"
    return "due" if last_day <= today + SOON else "complete"


def _renewal(person: int, form: str) -> str:
    return f"{reverse('certificate-new')}?person={person}&form={form}"


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """Whom and what a renewal is for, from its address."""
    person = query.get("person", "")
    known = person.isascii() and person.isdigit() and len(person) <= _LONGEST_NUMBER
    return {"person": person if known else "", "form": query.get("form", "").replace("\0", "")}


def ending_delegations(user: User, today: date) -> list[Expiring]:
    """Delegations that end soon, the person's own unless they manage them."""
    return sorted(_delegations(user, today), key=lambda one: one.last_day)


def expiring(user: User, today: date) -> list[Expiring]:
    """Delegations and newest certificates that end within 30 days, the soonest first."""
    found = [*_delegations(user, today), *_certificates(user, today)]
    return sorted(found, key=lambda one: (one.last_day, one.what))


def _delegations(user: User, today: date) -> list[Expiring]:
    rows = Delegation.objects.select_related("user", "site").filter(
        ends_on__range=(today, today + SOON), starts_on__lte=today, user__is_active=True
    )
    if not access.may(user, Permission.MANAGE_ACCOUNTS):
        rows = rows.filter(user=user)
    later = set(
        Delegation.objects.filter(starts_on__lte=today + SOON)
        .exclude(ends_on__lte=today + SOON)
        .values_list("user", "role", "site")
    )
    renews = access.may(user, Permission.MANAGE_ACCOUNTS)
    return [
        Expiring(
            person=row.user,
            where=row.site.code if row.site else "",
            what=f"Delegation: {row.get_role_display()}",
            last_day=row.ends_on,
            renewal=reverse("delegation-new", args=[row.user_id]) if renews else "",
        )
        for row in rows
        if row.ends_on and (row.user_id, row.role, row.site_id) not in later
    ]


def _certificates(user: User, today: date) -> list[Expiring]:
    newest = (
        visible_certificates(user)
        .filter(person__is_active=True)
        .order_by()
        .values("person", "form")
        .annotate(until=Max("valid_to"))
        .filter(until__range=(today - FORGOTTEN, today + SOON))
    )
    ends = {(row["person"], row["form"]): row["until"] for row in newest}
    people = User.objects.in_bulk([person for person, _ in ends])
    return [
        Expiring(
            person=people[person],
            where="",
            what=f"Certificate: {form_title(form)}",
            last_day=until,
            renewal=_renewal(person, form),
        )
        for (person, form), until in ends.items()
    ]


def form_title(form: str) -> str:
    """The short name of a form, or its code where the product has it no more."""
    return registry.form(form).short if form in registry.codes() else form


def sentence(record: Record, look: Look) -> str:
    """What a record says of its rater's certificate; empty where all is well or none is needed.

    The day of the assessment decides: a certificate that ran out later changes nothing.
    """
    if record.form not in protocol.current().certified_forms or record.status == "not_done":
        return ""
    rater = record.assessed_by
    if rater is None:
        return ""
    on = record.assessed_on or day_at(look.at, record.participant.site)
    held = list(Certificate.objects.filter(person=rater, form=record.form).order_by("valid_to"))
    if any(one.covers(on) for one in held):
        return ""
    title = form_title(record.form)
    before = [one for one in held if one.valid_to < on]
    if before:
        ended = day(before[-1].valid_to)
        return f"{rater}’s {title} certificate expired on {ended}, before this assessment."
    if held:
        began = day(min(one.valid_from for one in held))
        return f"{rater}’s {title} certificate begins on {began}, after this assessment."
    return f"No {title} certificate of {rater} is recorded."
