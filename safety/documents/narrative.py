"""The account of one event in sentences, in order of time, from one version of its report.

It says nothing that the version does not hold: what nobody recorded is named as such. The same
sections are the PDF and the narrative of an electronic report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from safety import grading, rules
from safety.documents.cioms import NOT_KEPT, special
from safety.models import SafetyReport, SponsorAssessment
from safety.models.report import KINDS, SOURCES
from safety.snapshot import Content
from safety.wording import words
from trial.partial_dates import PartialDate
from trial.templatetags.hermes import day

SEXES = {"F": "a woman", "M": "a man"}


@dataclass(frozen=True)
class Section:
    """One heading and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day; the day may be known in part.

    It stands at the first day it can mean, an end (``ends``) at the last: nobody dies before.
    """

    on: str
    what: str
    ends: bool = False

    @property
    def place(self) -> date:
        """The day by which it is put in order."""
        known = PartialDate.parse(self.on)
        return known.latest if self.ends else known.earliest


def parts(
    report: SafetyReport, opinion: SponsorAssessment | None, versions: Sequence[SafetyReport]
) -> list[dict[str, Any]]:
    """The document: facts, the sections, the moments in order of time, and the version's hash."""
    content = Content.from_json(report.content)
    moments = [[day(one.on), one.what] for one in in_order(content)]
    return [
        {"kind": "facts", "pairs": _heading(content)},
        *_set(sections(content, opinion)),
        {"kind": "heading", "text": "In order of time"},
        {"kind": "rows", "heads": ["Day", "What"], "rows": moments},
        *_set([_versions(versions)]),
        {"kind": "text", "text": f"SHA-256 of the version: {report.sha256}"},
    ]


def plain_text(content: Content, opinion: SponsorAssessment | None) -> str:
    """The sections as plain text, a blank line between them."""
    told = sections(content, opinion)
    return "\n\n".join("\n".join((one.title.upper(), *one.paragraphs)) for one in told)


def sections(content: Content, opinion: SponsorAssessment | None) -> list[Section]:
    """What a version tells, in the order in which a physician tells it."""
    found = [
        Section("Participant", (_person(content), _history(content))),
        Section("Study product", tuple(_product(content))),
        Section("Event", tuple(_event(content))),
        Section("Course and outcome", tuple(_course(content))),
        Section("Account of the site", (content.narrative or f"Account: {NOT_KEPT}.",)),
        Section("Opinions", tuple(_opinions(content, opinion))),
    ]
    if content.voided:
        why = f" Reason: {content.void_reason}" if content.void_reason else ""
        said = f"This event was entered in error and did not happen as reported.{why}"
        found.insert(0, Section("Entered in error", (said,)))
    return found


def in_order(content: Content) -> list[Moment]:
    """What is dated, the earliest first; on one day in the order in which it follows."""
    zone = content.zone
    first = content.grades[0].was if content.grades else content.severity
    found = [
        Moment(content.index_on, _raised(content.index_event)),
        Moment(content.included_on, "Included in the study"),
        *(
            Moment(one.given_on, f"Received {_dose(one.amount, one.batch)}")
            for one in content.doses
        ),
        Moment(content.onset, f"{content.term} began: {grading.ALL[first].lower()}"),
        *(Moment(one.since, f"Became {grading.ALL[one.became].lower()}") for one in content.grades),
        Moment(content.serious_on, "Serious since this day"),
        Moment(_day_of(content.aware_at, content.aware_zone or zone), "The site became aware"),
        Moment(_day_of(content.received_at, zone), f"Version {content.number} reached the sponsor"),
        Moment(content.end, f"Ended: {words('outcome', content.outcome, zone).lower()}", ends=True),
        Moment(content.pregnancy_ended, "The pregnancy ended", ends=True),
        Moment(content.died_on, f"Died. Cause: {content.cause_of_death or NOT_KEPT}", ends=True),
    ]
    return sorted((one for one in found if one.on), key=lambda one: one.place)


def relation(onset: PartialDate, day0: date, what: str) -> str:
    """Where an onset lies from a day: ``3 days after the infusion``; a range where it is vague."""
    first, last = (onset.earliest - day0).days, (onset.latest - day0).days
    if first == last == 0:
        return f"on the day of {what}"
    if first == last:
        return f"{_days(abs(first))} {'after' if first > 0 else 'before'} {what}"
    if first >= 0:
        return f"{first} to {_days(last)} after {what}"
    if last <= 0:
        return f"{-last} to {_days(-first)} before {what}"
    return f"before or after {what}: its day is not known"


def _heading(content: Content) -> list[list[str]]:
    received = datetime.fromisoformat(content.received_at)
    return [
        ["Study", f"{content.trial} ({content.registry_id})"],
        ["Protocol version", content.protocol_version],
        ["Control number", content.control_number],
        ["Report", f"{KINDS[content.kind]}, version {content.number}"],
        ["Reached the sponsor", words("aware_at", received, content.zone)],
    ]


def _set(told: Sequence[Section]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in told:
        found.append({"kind": "heading", "text": one.title})
        found += [{"kind": "text", "text": text} for text in one.paragraphs]
    return found


def _versions(versions: Sequence[SafetyReport]) -> Section:
    return Section("Versions of this report", tuple(_version(one) for one in versions))


def _version(one: SafetyReport) -> str:
    received = words("aware_at", one.received_at, one.zone)
    news = f": {one.news}" if one.news else ""
    source = SOURCES[one.source].lower()
    return f"{one.number}, {KINDS[one.kind].lower()}, from the {source}, {received}{news}"


def _person(content: Content) -> str:
    who = SEXES.get(content.sex, "a person")
    included = f" and was included on {day(content.included_on)}" if content.included_on else ""
    return (
        f"Participant {content.participant}, {who} of {content.age} years at the onset "
        f"({content.country}, site {content.site}), takes part in study {content.registry_id}"
        f"{included}."
    )


def _history(content: Content) -> str:
    index = f"{_raised(content.index_event)} on {day(content.index_on)}."
    other = f"Other history: {content.history or NOT_KEPT}."
    return f"{index} {other} Other products: {content.concomitant or NOT_KEPT}."


def _product(content: Content) -> list[str]:
    if not content.doses:
        return ["No study product had been given when this version was filed."]
    why = f", for {content.indication.lower()}" if content.indication else ""
    route = f", {content.route.lower()}" if content.route else ""
    told = [
        f"On {day(one.given_on)}: {content.product}, {_dose(one.amount, one.batch)}{route}{why}."
        for one in content.doses
    ]
    stopped = f"Effect of stopping: {content.dechallenge}."
    return [*told, f"{stopped} Of giving it again: {content.rechallenge}."]


def _event(content: Content) -> list[str]:
    met = [_lowered(rules.CRITERIA[code].partition(":")[0]) for code in content.criteria]
    since = f" since {day(content.serious_on)}" if content.serious_on else ""
    why = f"It is serious{since}: it {'; it '.join(met)}." if met else "It is not serious."
    situation = [f"{what}: {_lowered(said)}." for what, said in special(content)]
    return [f"{content.term} ({content.category_words}) began {_began(content)}.", why, *situation]


def _began(content: Content) -> str:
    onset = PartialDate.parse(content.onset)
    said = _dated(content.onset)
    places = [relation(onset, given, "the infusion") for given in _given(content, onset)]
    if content.included_on:
        places.append(relation(onset, date.fromisoformat(content.included_on), "inclusion"))
    return ", ".join([said, *places])


def _given(content: Content, onset: PartialDate) -> list[date]:
    """The last administration the onset may follow, else the first there is."""
    days = sorted(date.fromisoformat(one.given_on) for one in content.doses)
    before = [one for one in days if one <= onset.latest]
    return before[-1:] or days[:1]


def _course(content: Content) -> list[str]:
    zone = content.zone
    first = content.grades[0].was if content.grades else content.severity
    grades = [f"{grading.ALL[first].lower()} from {day(content.onset)}"]
    grades += [f"{grading.ALL[one.became].lower()} from {day(one.since)}" for one in content.grades]
    scale = grading.GRADINGS[content.scale].label
    ended = f", ended {_dated(content.end)}" if content.end else ""
    told = [
        f"Severity ({scale}): {', '.join(grades)}.",
        f"What was done: {words('action', content.action, zone).lower()}.",
        f"Outcome: {words('outcome', content.outcome, zone).lower()}{ended}.",
    ]
    if content.died_on:
        cause = content.cause_of_death or NOT_KEPT
        told.append(f"Died {_dated(content.died_on)}. Cause of death: {cause}.")
    if content.news:
        told.append(f"New in this version: {content.news}")
    return told


def _opinions(content: Content, opinion: SponsorAssessment | None) -> list[str]:
    theirs = words("causality", content.causality, content.zone).lower()
    if opinion is None:
        return [
            f"Related to the study treatment, for the investigator: {theirs}.",
            "The sponsor has not assessed this version yet.",
        ]
    ours = opinion.get_causality_display().lower()
    told = [
        f"Related to the study treatment, for the investigator: {theirs}; for the sponsor: {ours}.",
        f"{opinion.get_expectedness_display()} against {opinion.reference}. "
        + ("It is a SUSAR." if opinion.susar else "It is no SUSAR."),
    ]
    return [*told, f"Comment of the sponsor: {opinion.comment}"] if opinion.comment else told


def _dated(partial: str) -> str:
    return f"{'on' if PartialDate.parse(partial).is_full else 'in'} {day(partial)}"


def _raised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _dose(amount: str, batch: str) -> str:
    return f"{amount}, batch {batch}" if batch else amount


def _days(count: int) -> str:
    return f"{count} day" + "s" * (count != 1)


def _day_of(instant: str, zone: str) -> str:
    if not instant:
        return ""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date().isoformat()
