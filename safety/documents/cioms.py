"""The CIOMS I form of one version of a report: its numbered boxes, filled from what was filed.

Source: CIOMS Working Group I, International Reporting of Adverse Drug Reactions, 1990; the boxes
are numbered as there, the words are ours. What nobody records in the trial says so: a blank box
would read as forgotten.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from safety import rules
from safety.models import SafetyReport, SponsorAssessment
from safety.models.desk import EXPECTEDNESS
from safety.models.report import KINDS, SOURCES
from safety.snapshot import Content, Grade
from safety.wording import words
from trial.models.participant import SEXES

NOT_KEPT = "not recorded in this trial"
# Boxes 8 to 12, in the order of the form, and one for what E2A II.B added later.
BOXES = (
    ("death", "Died"),
    ("hospitalization", "Hospital stay, or a longer one"),
    ("disability", "Lasting or significant disability"),
    ("life_threatening", "Life-threatening"),
    ("congenital", "Congenital anomaly"),
    ("important", "Otherwise medically important"),
)


def fields(report: SafetyReport, opinion: SponsorAssessment | None) -> dict[str, Any]:
    """The boxes of the form by their numbers, for the template; ``opinion`` is the sponsor's."""
    content = Content.from_json(report.content)
    return {
        **_person(content),
        "boxes": [{"ticked": code in content.criteria, "words": said} for code, said in BOXES],
        "reaction": _reaction(content, opinion),
        **_product(content),
        "b22": content.concomitant or NOT_KEPT,
        "b23": _history(content),
        **_manufacturer(report, content),
    }


def _person(content: Content) -> dict[str, Any]:
    return {
        "b1": content.participant,
        "b1a": content.country,
        "b2": f"{NOT_KEPT}; the age is known",
        "b2a": f"{content.age} years",
        "b3": dict(SEXES).get(content.sex, content.sex),
        "b4": words("onset", content.onset, content.zone),
    }


def _reaction(content: Content, opinion: SponsorAssessment | None) -> list[list[str]]:
    """Box 7 and 13: what happened, as pairs."""

    def said(item: str) -> str:
        return words(item, getattr(content, item), content.zone)

    pairs = [
        ["Term", content.term],
        ["Category", content.category_words],
        ["Severity", said("severity")],
        *(_grade(one, content.zone) for one in content.grades),
        *special(content),
        ["Ended on", said("end")],
        ["Outcome", said("outcome")],
        ["Action", said("action")],
        ["Causality, investigator", said("causality")],
        *_opinion(opinion),
        ["Died on", words("onset", content.died_on, content.zone)],
        ["Cause of death", content.cause_of_death],
        ["Account", content.narrative],
        ["New in this version", content.news],
    ]  # fmt: skip
    if content.voided:
        pairs.insert(0, ["Entered in error", "Yes: this event did not happen as reported"])
    return [pair for pair in pairs if pair[1] and pair[1] != "—"]


def special(content: Content) -> list[list[str]]:
    """The special situation as pairs, if it is one; a pregnancy says that it is followed."""
    if content.special == rules.NO_SPECIAL:
        return []
    pairs = [["Special situation", rules.SPECIALS[content.special]]]
    if content.special == rules.PREGNANCY:
        ended = words("pregnancy_ended", content.pregnancy_ended, content.zone)
        known = f"{content.pregnancy_outcome} ({ended})" if content.pregnancy_outcome else ""
        pairs.append(["Outcome of the pregnancy", known or "not known yet, followed"])
    return pairs


def _grade(one: Grade, zone: str) -> list[str]:
    was, became = words("severity", one.was, zone), words("severity", one.became, zone)
    return [f"Severity from {words('onset', one.since, zone)}", f"{became}, was {was}"]


def _opinion(opinion: SponsorAssessment | None) -> list[list[str]]:
    if opinion is None:
        return [["Causality, sponsor", "not assessed yet"]]
    return [
        ["Causality, sponsor", opinion.get_causality_display()],
        ["Expectedness", f"{EXPECTEDNESS[opinion.expectedness]} ({opinion.reference})"],
        ["SUSAR", "Yes" if opinion.susar else "No"],
    ]


def _product(content: Content) -> dict[str, Any]:
    if not content.doses:
        none = "not given"
        return {
            "b14": "None: the participant received no study product",
            **dict.fromkeys(("b15", "b16", "b17", "b18", "b19", "b20", "b21"), none),
        }
    days = [words("onset", dose.given_on, content.zone) for dose in content.doses]
    batches = ", ".join(dose.batch for dose in content.doses if dose.batch)
    return {
        "b14": content.product + (f", batch {batches}" if batches else ""),
        "b15": ", ".join(dose.amount for dose in content.doses),
        "b16": content.route,
        "b17": content.indication,
        "b18": ", ".join(days),
        "b19": f"{len(days)} administration" + "s" * (len(days) > 1),
        "b20": content.dechallenge,
        "b21": content.rechallenge,
    }


def _history(content: Content) -> str:
    index = words("onset", content.index_on, content.zone)
    return content.history or f"{content.index_event} on {index}; other history {NOT_KEPT}"


def _manufacturer(report: SafetyReport, content: Content) -> dict[str, Any]:
    received = datetime.fromisoformat(content.received_at)
    local = received.astimezone(ZoneInfo(content.zone))
    filed = report.filed_at.astimezone(ZoneInfo(content.zone))
    return {
        "b24a": content.manufacturer or NOT_KEPT,
        "b24b": content.control_number,
        "b24c": f"{local:%-d %b %Y %H:%M} ({received.astimezone(UTC):%Y-%m-%d %H:%M} UTC)",
        "b24d": f"Study {content.trial} ({content.registry_id}); {SOURCES[content.source].lower()}",
        "date": f"{filed:%-d %b %Y}",
        "b25a": f"{KINDS[content.kind]}, version {content.number}",
        "sha256": report.sha256,
    }
