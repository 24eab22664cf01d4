"""The signatures of a cut that hold, and the people who occur in it, put down beside the tables.

Only inside the cut's instant. A signature that a later change voided is left out: the data of the
cut are not what was signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Collate

from accounts.models import User
from exports import rows
from exports.formats.odm import acts
from exports.formats.odm.trail import TrailReader, line, write_people
from exports.models import DataCut
from exports.scope import Scope, scope_of
from trial import signatures
from trial.covered import changed_since
from trial.models import Delegation, Participant, Signature, Site
from trial.roles import Role
from trial.selectors import eligibility_of


def in_snapshot(aside: Path, cut: DataCut) -> None:
    """Put down who entered, changed and signed what this cut shows."""
    staff: dict[int, set[str]] = {}
    for user, site in Delegation.objects.filter(site__isnull=False).values_list(
        "user", "site__code"
    ):
        staff.setdefault(user, set()).add(site)
    reader = TrailReader(aside, scope_of(cut), blinded=cut.blinded, staff=staff)
    reader.write()
    with (aside / f"{acts.SIGNATURES}.jsonl").open("x", encoding="utf-8") as out:
        for one in _standing(scope_of(cut), blinded=cut.blinded):
            key, meaning, site = _key(one), one.meaning, one.participant.site.code
            done = reader.done(one.signed_by_id, site, one.signed_at)
            content = {"who": one.participant.code, "key": key, "meaning": meaning, "done": done}
            out.write(line(content))
    write_people(aside, {"persons": _persons(reader.persons, staff), "places": _places()})


def _standing(scope: Scope, *, blinded: bool) -> Iterator[Signature]:
    """Every signature that holds, by participant; the newest of the same last."""
    shown = rows.visits(Scope(), blinded=blinded)
    people = (
        Participant.objects.filter(scope.people(), signatures__isnull=False)
        .distinct()
        .select_related("site")
        .prefetch_related("consents", "criteria", "withdrawals")
        .order_by(Collate(F("code"), "C"))
    )
    for participant in people.iterator(100):
        visits = [*shown.filter(participant=participant)]
        found = participant.signatures.select_related("visit", "record").order_by("pk")
        yield from _holding(participant, signatures.Book(participant, visits), found)


def _holding(
    participant: Participant, book: signatures.Book, found: QuerySet[Signature]
) -> Iterator[Signature]:
    known = {visit.pk for visit in book.visits}
    unchanged = set(found.exclude(changed_since()).values_list("pk", flat=True))
    for one in found:
        one.participant = participant
        if one.meaning == "eligibility":
            if one.pk in unchanged and one.digest == eligibility_of(participant).digest:
                yield one
        elif (one.visit_id is None or one.visit_id in known) and book.holds(one):
            yield one


def _key(one: Signature) -> tuple[str, str, str]:
    """The event, which of its kind, and the form that is signed."""
    if one.meaning == "eligibility":
        return "", "", "participants"
    if one.visit is None:
        return "", "", "casebook"
    form = "visit" if one.record is None else one.record.form
    return one.visit.code, str(one.visit.occurrence), form


def _persons(occurring: set[int | None], staff: dict[int, set[str]]) -> list[dict[str, Any]]:
    investigators = set(
        Delegation.objects.filter(role=Role.INVESTIGATOR.value).values_list("user", flat=True)
    )
    people = User.objects.filter(pk__in=[pk for pk in occurring if pk is not None]).order_by("pk")
    named = [
        {
            "pk": one.pk,
            "name": one.full_name,
            "login": one.username,
            "investigator": one.pk in investigators,
            "sites": sorted(staff.get(one.pk, ())),
        }
        for one in people
    ]
    system: dict[str, Any] = {
        "pk": None, "name": "The system itself", "login": "", "investigator": False, "sites": [],
    }  # fmt: skip
    return [*named, *([system] if None in occurring else [])]


def _places() -> list[dict[str, str]]:
    return [
        {
            "code": site.code,
            "name": site.name,
            "since": "" if site.activated_on is None else site.activated_on.isoformat(),
        }
        for site in Site.objects.order_by(Collate(F("code"), "C"))
    ]
