"""What is said of a record, a visit or a participant at an instant, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as written

from monitoring.past.standing import RecordThen, Stand, forms_at, record_then, stand
from trial import protocol
from trial.clock import age_on
from trial.models import Participant, Record, Site, Visit
from trial.presenters.grid import form_title
from trial.templatetags.hermes import day, state_words


@dataclass(frozen=True)
class Said:
    """One line: what it is about, and its words; ``key`` is the same at every instant."""

    key: str
    label: str
    words: str


@dataclass(frozen=True)
class Difference:
    """One line at two instants."""

    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the words are not the same."""
        return self.left != self.right


def compare(left: Sequence[Said], right: Sequence[Said]) -> list[Difference]:
    """Both sides line by line, in the order of reading; a line one side lacks is empty there."""
    labels = {line.key: line.label for line in (*right, *left)}
    order = dict.fromkeys(line.key for line in (*left, *right))
    before = {line.key: line.words for line in left}
    after = {line.key: line.words for line in right}
    return [Difference(labels[key], before.get(key, ""), after.get(key, "")) for key in order]


def of_record(record: Record, at: datetime) -> list[Said]:
    """A record: its state, its date, its signature, every item, every score."""
    then = record_then(record, at)
    return [] if then is None else list(_record(then, record.participant.site))


def _record(then: RecordThen, site: Site) -> Iterator[Said]:
    for label, words in head(then, site):
        yield Said(label, label, words)
    for item in then.spec.items:
        yield Said(item, then.spec.labels[item], then.spec.answer(item, then.answers))
    scores = then.spec.score(then.answers)
    for name, label in then.spec.scores.items():
        yield Said(f"score {name}", label, "" if scores[name] is None else str(scores[name]))


def head(then: RecordThen, site: Site) -> Iterator[tuple[str, str]]:
    """The lines above the items."""
    yield "State", state_words(then.state)
    yield "Version", str(then.record.version)
    if then.record.not_done_reason:
        yield "Not done because", then.record.not_done_reason
    else:
        yield "Assessed on", day(then.record.assessed_on)
    role = f", {then.saved.role}" if then.saved.role else ""
    yield "Saved by", f"{then.saved.who}{role}, {moment_words(then.saved.at, site)}"
    if then.saved.reason:
        yield "Reason for the change", then.saved.reason
    if then.signature is not None:
        when = moment_words(then.signature.row.signed_at, site)
        yield "Signature", f"{then.signature.who}, {when}"
    elif then.voided:
        yield "Signature", "signed before, void since a change"


def of_visit(visit: Visit, at: datetime) -> list[Said]:
    """A visit: its dates and the state of each form."""
    then = stand(visit.participant, [visit], at)
    found = then.visits.get(visit.pk)
    return [] if found is None else list(_visit(then, found))


def _visit(then: Stand, visit: Visit, prefix: str = "") -> Iterator[Said]:
    for label, words in visit_facts(then, visit):
        yield Said(f"{visit.pk} {label}", f"{prefix}{label}", words)
    for form in forms_at(visit):
        cell = then.state(visit, form)
        words = cell.label or (state_words(cell.state) if cell.state else "not expected any more")
        yield Said(f"{visit.pk} {form}", f"{prefix}{form_title(form)}", words)


def visit_facts(then: Stand, visit: Visit) -> Iterator[tuple[str, str]]:
    """What was known of a visit itself."""
    yield "Planned", day(visit.planned_on)
    yield "Window", f"{day(visit.window_from)} to {day(visit.window_to)}"
    if visit.actual_on is not None:
        note = ", outside the window: a deviation" if visit.out_of_window else ""
        yield "Took place", f"{day(visit.actual_on)}{note}"
    if visit.missed_reason:
        yield "Missed", visit.missed_reason
    yield from _signed(then, visit.participant.site, "visit", "Visit signed", visit)


def _signed(
    then: Stand, site: Site, meaning: str, label: str, visit: Visit | None = None
) -> Iterator[tuple[str, str]]:
    """Who had signed a whole, and that a change had voided it."""
    found = then.newest(meaning, visit)
    if found is None:
        return
    made, held = found
    when = moment_words(made.row.signed_at, site)
    yield label, f"{made.who}, {when}{'' if held else ': void since a change'}"


def of_participant(participant: Participant, visits: Sequence[Visit], at: datetime) -> list[Said]:
    """A participant: what was known, and the state of every form at every visit."""
    then = stand(participant, visits, at)
    if then.participant is None:
        return []
    lines = [Said(label, label, words) for label, words in person_facts(then, participant.site)]
    for visit in then.visits.values():
        lines += _visit(then, visit, f"{visit} · ")
    return lines


def person_facts(then: Stand, site: Site) -> Iterator[tuple[str, str]]:
    """What was known of the participant: who, consent, randomization, and how it ended."""
    person = then.participant
    if person is None:
        return
    yield "Sex", person.get_sex_display()
    if then.consents:
        age = age_on(person.year_of_birth, then.consents[0].consented_on)
        yield "Age at consent", f"{age} years"
    yield protocol.current().index_event.capitalize(), day(person.index_on)
    for consent in then.consents:
        by = "" if consent.given_by == "participant" else f", {consent.get_given_by_display()}"
        yield f"Consent {consent.version}{by}", day(consent.consented_on)
    for answer in then.criteria:
        yield f"Criterion {answer.criterion}", "yes" if answer.met else "no"
    yield from _signed(then, site, "eligibility", "Eligibility signed")
    yield "Randomized", day(person.randomized_on) if person.randomized_on else "not yet"
    yield from _endings(then)
    yield from _signed(then, site, "casebook", "Casebook signed")
    if then.standing.covering() is not None:
        yield "Locked", "yes"


def _endings(then: Stand) -> Iterator[tuple[str, str]]:
    for row in then.withdrawals:
        parts = {
            "treatment": row.from_treatment,
            "follow-up": row.from_follow_up,
            "use of data": row.from_data_use,
            "samples": row.from_samples,
        }
        what = ", ".join(words for words, left in parts.items() if left)
        yield f"Withdrew {day(row.withdrawn_on)}", f"from {what}"
    if then.death is not None:
        yield "Died", f"{day(then.death.died_on)}, {then.death.cause}"
    if then.lost is not None:
        yield "Last contact", day(then.lost.last_contact_on)


def moment_words(at: datetime, site: Site) -> str:
    """An instant in words: at the site, and in UTC."""
    local = at.astimezone(ZoneInfo(site.timezone))
    return f"{written(local, 'j M Y H:i')} ({written(at.astimezone(UTC), 'H:i')} UTC)"
