"""Signing: the person proves again who they are; what they sign is what they were shown.

21 CFR 11.50 (name, time and meaning), 11.70 (bound to the record), 11.200 (two components).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.acts import act
from audit.events import record_event
from trial import access, selectors, worklist
from trial.access import Permission
from trial.errors import WrongPassword, WrongState
from trial.locks import refuse_locked
from trial.models import Participant, Record, Signature, Visit
from trial.objections import missing_forms
from trial.registry import form as form_of
from trial.selectors import digest
from trial.services.passwords import count_wrong_password
from trial.signatures import Book, of_casebook, of_visit

SAID = 8


def reauthenticate(
    *, actor: User, password: str, at: datetime, participant: Participant, refusal: str = ""
) -> None:
    """Make sure the signer is the person signed in: the one place that decides what this takes.

    It takes the password. An account with a second factor will be asked for it here as well, so
    that every signature asks for it from the same day on. The view logs the failed attempt
    outside the rolled-back transaction (``record_failed_signing``). ``refusal`` is the sentence
    where something else than a signature is refused.

    Raises:
        WrongPassword: the password is wrong.
    """
    if not actor.check_password(password):
        details: dict[str, object] = {"participant": participant.code, "at": at}
        raise WrongPassword(refusal, field="password", details=details)


def record_failed_signing(*, actor: User, participant: Participant, at: datetime) -> bool:
    """Log that a signature was refused for a wrong password; whether it was one too many."""
    return count_wrong_password(
        name="signature.refused",
        actor=actor,
        at=at,
        participant=participant.code,
        subject=participant,
    )


@transaction.atomic
def sign_record(
    *, record: Record, password: str, seen: str, actor: User, at: datetime
) -> Signature:
    """The investigator signs one complete record, by password.

    ``seen`` is the hash of what was shown before signing.

    Raises:
        NotDelegated: the actor does not sign at this site.
        WrongPassword: the password is wrong.
        Locked: a lock covers the record; what is to be signed is signed before.
        WrongState: a draft, signed already in this version, or changed since it was shown.
    """
    row = (
        Record.objects.select_for_update(of=("self",))
        .select_related("participant__site", "visit")
        .get(pk=record.pk)
    )
    _begin(row.participant, row.visit, password, actor, at)
    refuse_locked(record=row)
    if row.status == "draft":
        raise WrongState("A draft cannot be signed: complete it first.")
    if selectors.record_signature(row) is not None:
        raise WrongState("This version is signed already.", code="signed")
    covered = selectors.record_digest(row)
    refuse_changed(seen, covered)
    return _keep(row.participant, "record", covered, actor, at, visit=row.visit, record=row)


@transaction.atomic
def sign_visit(*, visit: Visit, password: str, seen: str, actor: User, at: datetime) -> Signature:
    """The investigator signs all records of a visit as they stand, by password.

    Each record that no signature covers gets one of its own within the visit's.

    Raises:
        NotDelegated: the actor does not sign at this site.
        WrongPassword: the password is wrong.
        Locked: a lock covers the visit, or a record of it that is not signed.
        WrongState: something is missing or a draft (the sentence says what), signed already as
            it stands, or changed since it was shown.
    """
    row = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("participant__site")
        .get(pk=visit.pk)
    )
    _begin(row.participant, row, password, actor, at)
    refuse_locked(visit=row)
    _refuse_unready([row])
    book = _hold(row.participant, [row])
    covered = book.visit_digest(row)
    _refuse_signed(_signed(row, book))
    refuse_changed(seen, covered)
    return _sign_visit(book, row, actor, at, within=None)


@transaction.atomic
def sign_casebook(
    *, participant: Participant, password: str, seen: str, actor: User, at: datetime
) -> Signature:
    """The investigator signs the participant's facts and all records at visits, by password.

    The facts are those of ``signatures.participant_facts``: data, consents, eligibility, the date
    of randomization, withdrawals, death, loss to follow-up.

    A visit whose existence tells an arm gets a signature of its own beside the casebook's, so
    that the casebook's says nothing about it. Adverse events and treatment are not in it.

    Raises:
        NotDelegated, WrongPassword, Locked: as the sentence says.
        WrongState: something is missing or a draft (the sentence says what), signed already as
            it stands, or changed since it was shown.
    """
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("site")
        .get(pk=participant.pk)
    )
    _begin(row, None, password, actor, at)
    refuse_locked(participant=row)
    visits = casebook_visits(row, actor)
    _refuse_unready(visits)
    book = _hold(row, visits)
    covered = book.casebook_digest()
    old = [one for one in visits if one.hidden and not _signed(one, book)]
    known = next((one for one in of_casebook(row) if book.holds(one)), None)
    _refuse_signed(known is not None and not old)
    refuse_changed(seen, casebook_seen(book))
    whole = known or _keep(row, "casebook", covered, actor, at)
    for visit in visits:
        if visit in old:
            _sign_visit(book, visit, actor, at, within=whole)
        elif not visit.hidden:
            _sign_records(book, visit, actor, at, within=whole)
    return whole


def casebook_visits(participant: Participant, actor: User) -> list[Visit]:
    """All visits the person may know of, in order."""
    found = worklist.visible_visits(actor).filter(participant=participant)
    visits = list(found.order_by("planned_on", "pk"))
    for visit in visits:
        visit.participant = participant
    return visits


def casebook_seen(book: Book) -> str:
    """The hash of all that a signer of the casebook is shown."""
    hidden = [book.visit_digest(visit) for visit in book.visits if visit.hidden]
    return digest([book.casebook_digest(), *hidden])


def unready(visits: Sequence[Visit]) -> list[str]:
    """What keeps visits from being signed, a sentence's part for each: missing, draft, open."""
    keys = [visit.pk for visit in visits]
    expected = set(
        worklist.expected(Visit.objects.filter(pk__in=keys)).values_list("pk", flat=True)
    )
    found = []
    rows = Visit.objects.filter(pk__in=keys).prefetch_related("records")
    for visit in rows.order_by("planned_on", "pk"):
        found += [
            f"{visit} {form_of(row.form).short} is a draft"
            for row in visit.records.all()
            if row.status == "draft"
        ]
        if visit.status == "planned" and (visit.pk in expected or len(keys) == 1):
            found.append(f"{visit} has not taken place yet")
        elif visit.status == "done":
            found += [f"{visit} {form_of(code).short} is missing" for code in _missing(visit)]
    return found


def _missing(visit: Visit) -> list[str]:
    drafts = {row.form for row in visit.records.all()}
    return [code for code in missing_forms(visit) if code not in drafts]


def _refuse_unready(visits: Sequence[Visit]) -> None:
    left = unready(visits)
    if left:
        more = f", and {len(left) - SAID} more" if len(left) > SAID else ""
        raise WrongState(
            f"This cannot be signed yet: {', '.join(left[:SAID])}{more}.",
            code="not-complete",
            details={"left": left},
        )


def _refuse_signed(signed: bool) -> None:
    if signed:
        raise WrongState("This is signed already as it stands.", code="signed")


def refuse_changed(seen: str, covered: str) -> None:
    """Refuse to sign anything but what was shown.

    Raises:
        WrongState: the hash of what was shown is not that of what would be signed.
    """
    if seen != covered:
        raise WrongState(
            "Something changed since you opened this page. Read it again, then sign.",
            code="changed-meanwhile",
        )


def _begin(
    participant: Participant, visit: Visit | None, password: str, actor: User, at: datetime
) -> None:
    access.require(actor, Permission.SIGN, site=participant.site, at=at)
    if visit is not None and visit.hidden:
        access.require(actor, Permission.KNOW_ARMS, site=participant.site, at=at)
    reauthenticate(actor=actor, password=password, at=at, participant=participant)


def _hold(participant: Participant, visits: Sequence[Visit]) -> Book:
    """The records as they stand, held until the commit: nobody changes what is being signed."""
    keys = [visit.pk for visit in visits]
    list(Record.objects.select_for_update().filter(visit__in=keys).order_by("pk"))
    return Book(participant, visits)


def _signed(visit: Visit, book: Book) -> bool:
    return any(book.holds(one) for one in of_visit(visit))


def _sign_visit(
    book: Book, visit: Visit, actor: User, at: datetime, *, within: Signature | None
) -> Signature:
    made = _keep(
        book.participant, "visit", book.visit_digest(visit), actor, at, visit=visit, within=within
    )
    _sign_records(book, visit, actor, at, within=made)
    return made


def _sign_records(
    book: Book, visit: Visit, actor: User, at: datetime, *, within: Signature
) -> None:
    for row in book.records[visit.pk]:
        covered = book.digests[row.pk]
        there = {(one.version, one.digest) for one in row.signatures.all()}
        if (row.version, covered) not in there:
            refuse_locked(record=row)
            _keep(
                book.participant, "record", covered, actor, at, visit=visit, record=row,
                within=within,
            )  # fmt: skip


def _keep(
    participant: Participant,
    meaning: str,
    covered: str,
    actor: User,
    at: datetime,
    *,
    visit: Visit | None = None,
    record: Record | None = None,
    within: Signature | None = None,
) -> Signature:
    hidden = visit is not None and visit.hidden
    with act(actor=actor, at=at):
        made = Signature.objects.create(
            participant=participant,
            visit=visit,
            record=record,
            within=within,
            meaning=meaning,
            signed_by=actor,
            signed_at=at,
            version=record.version if record else _times(participant, visit, meaning, covered),
            digest=covered,
        )
        record_event(
            name=f"{meaning}.signed",
            actor=actor,
            at=at,
            participant=participant.code,
            subject=record or visit or participant,
            data=_facts(visit, record),
            reveals_arm=hidden,
        )
    return made


def _times(participant: Participant, visit: Visit | None, meaning: str, covered: str) -> int:
    """The how manyth signature of the same whole this is: again after a change and its reversal."""
    same = participant.signatures.filter(visit=visit, meaning=meaning, digest=covered)
    return same.count() + 1


def _facts(visit: Visit | None, record: Record | None) -> dict[str, object]:
    if visit is None:
        return {}
    if record is None:
        return {"visit": str(visit)}
    return {
        "visit": str(visit),
        "form": record.form,
        "version": record.version,
        "status": record.status,
    }
