"""The casebook: what was recorded of a participant, or at one visit, with its signatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from trial import access, locks, registry, signatures
from trial.access import Permission
from trial.models import Participant, Record, Signature, Visit
from trial.presenters.crumbs import crumbs
from trial.presenters.grid import record_address, visit_address
from trial.presenters.locks import bar
from trial.presenters.summary import facts
from trial.services.records import is_blank
from trial.services.signing import casebook_seen, casebook_visits, unready
from trial.signatures import Book, Signed
from trial.templatetags.hermes import day

COVERS = (
    "A signature of this casebook covers what is shown here: the participant's data, consents, "
    "eligibility, the date of randomization, the visits with their records, withdrawals, death "
    "and loss to follow-up. It does not cover adverse events or treatment: they are neither shown "
    "nor signed here, but recorded and reviewed on pages of their own."
)


@dataclass(frozen=True)
class RecordSheet:
    """One record: its answers in words, and who signed it."""

    record: Record
    title: str
    href: str
    state: str
    lines: tuple[tuple[str, str], ...]
    signed: tuple[Signed, ...]

    @property
    def changed(self) -> bool:
        """Whether it was signed, and changed since."""
        return bool(self.signed) and not any(one.holds for one in self.signed)


@dataclass(frozen=True)
class VisitSheet:
    """One visit with its records."""

    visit: Visit
    href: str
    when: str
    records: tuple[RecordSheet, ...]
    signed: tuple[Signed, ...]


def sheets(book: Book) -> tuple[VisitSheet, ...]:
    """The visits of a book, each with its records."""
    standing = locks.standing(book.participant)
    rows = [row for visit in book.visits for row in book.records[visit.pk]]
    answers = _answers(rows)
    whole = _by_visit(book)
    return tuple(
        VisitSheet(
            visit=visit,
            href=visit_address(visit),
            when=_when(visit),
            records=tuple(
                _record(book, visit, row, answers.get(row.pk, {}), standing)
                for row in book.records[visit.pk]
            ),
            signed=tuple(book.signed(whole.get(visit.pk, []))),
        )
        for visit in book.visits
    )


def _by_visit(book: Book) -> dict[int, list[Signature]]:
    found: dict[int, list[Signature]] = {}
    keys = [visit.pk for visit in book.visits]
    for one in Signature.objects.filter(visit__in=keys, meaning="visit").select_related(
        "signed_by"
    ):
        found.setdefault(one.visit_id or 0, []).append(one)
    return found


def _answers(rows: Sequence[Record]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for form in {row.form for row in rows}:
        spec = registry.form(form)
        keys = [row.pk for row in rows if row.form == form]
        for pk, there in spec.model._default_manager.in_bulk(keys).items():
            found[pk] = there.values(spec.columns)
    return found


def _record(
    book: Book, visit: Visit, row: Record, answers: dict[str, Any], standing: locks.Standing
) -> RecordSheet:
    spec = registry.form(row.form)
    signed = tuple(book.signed(row.signatures.all()))
    state = "signed" if any(one.holds for one in signed) else row.status
    if standing.covering(row.visit_id, row.pk) is not None:
        state = "locked"
    return RecordSheet(
        record=row,
        title=spec.title,
        href=record_address(visit, row.form),
        state=state,
        lines=tuple(_lines(spec, row, answers)),
        signed=signed,
    )


def _lines(
    spec: registry.FormSpec, row: Record, answers: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    if row.status == "not_done":
        yield "Not done", row.not_done_reason
        return
    yield "Assessed", f"{day(row.assessed_on)} by {row.assessed_by}" if row.assessed_on else "—"
    for column in spec.columns:
        value = answers.get(column)
        if not is_blank(value) and value is not False:
            yield spec.labels.get(column, column), spec.words(column, value)
    for column, label in spec.scores.items():
        score = spec.score(answers).get(column)
        yield label, "—" if score is None else str(score)


def _when(visit: Visit) -> str:
    if visit.status == "missed":
        return f"missed: {visit.missed_reason}"
    if visit.actual_on is None:
        return f"planned {day(visit.planned_on)}"
    note = ", outside the window: a deviation" if visit.out_of_window else ""
    return f"{day(visit.actual_on)}{note}"


def visit_book(visit: Visit, user: User) -> dict[str, Any]:
    """The context of ``trial/book.html`` for one visit."""
    book = Book(visit.participant, [visit])
    found = sheets(book)
    holds = any(one.holds for one in found[0].signed)
    return {
        **_page(visit.participant, found, user),
        "visit": visit,
        "title": f"{visit.participant.code} · {visit}",
        "crumbs": crumbs(visit.participant, (str(visit), visit_address(visit))),
        "lock": bar(user, visit.participant, visit=visit),
        "seen": book.visit_digest(visit),
        "unready": unready([visit]),
        "is_signed": holds,
        "meaning": dict(Signature.MEANINGS)["visit"],
    }


def casebook(participant: Participant, user: User) -> dict[str, Any]:
    """The context of ``trial/book.html`` for a participant."""
    book = Book(participant, casebook_visits(participant, user))
    found = sheets(book)
    signed = book.signed(signatures.of_casebook(participant))
    hidden = [sheet for sheet in found if sheet.visit.hidden]
    return {
        **_page(participant, found, user),
        "title": f"Casebook of {participant.code}",
        "facts": (*facts(participant), *_covered(participant)),
        "scope": COVERS,
        "crumbs": crumbs(participant),
        "signed": signed,
        "lock": bar(user, participant),
        "seen": casebook_seen(book),
        "unready": unready(book.visits),
        "is_signed": any(one.holds for one in signed)
        and all(any(one.holds for one in sheet.signed) for sheet in hidden),
        "meaning": dict(Signature.MEANINGS)["casebook"],
    }


def _covered(participant: Participant) -> Iterator[tuple[str, str]]:
    """What the casebook's signature covers and the participant page says elsewhere or shorter."""
    row = participant
    yield "Year of birth", str(row.year_of_birth)
    yield "Randomized", day(row.randomized_on) if row.randomized_on else "not yet"
    answers = sorted((one.criterion, "yes" if one.met else "no") for one in row.criteria.all())
    if answers:
        yield "Criteria answered", ", ".join(f"{code} {met}" for code, met in answers)
    for left in row.withdrawals.all():
        parts = {
            "treatment": left.from_treatment,
            "follow-up": left.from_follow_up,
            "use of data": left.from_data_use,
            "samples": left.from_samples,
        }
        words = ", ".join(part for part, given_up in parts.items() if given_up)
        because = f": {left.reason}" if left.reason else ""
        yield f"Withdrew {day(left.withdrawn_on)} from", f"{words}{because}"
    lost = getattr(row, "lost", None)
    if lost is not None:
        yield "Not reached by", lost.attempts


def _page(participant: Participant, found: tuple[VisitSheet, ...], user: User) -> dict[str, Any]:
    return {
        "participant": participant,
        "sheets": found,
        "may_sign": access.may(user, Permission.SIGN, site=participant.site),
        "truths": (
            f"You, {user.full_name}, have signed every record shown here as it stands.",
            "Each record, and the whole, carries your name, the time and the meaning.",
            "A later change stays possible; it voids the signatures over it, and says so.",
        ),
    }
