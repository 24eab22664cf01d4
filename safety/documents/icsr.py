"""The ICSR of one version of a report: the batch, the message, and what identifies the case.

Source: ICH E2B(R3) Implementation Guide, sections N.1, N.2, C and H; the message is HL7's
PORR_IN049016UV in a batch MCCI_IN200100UV01 (ISO/HL7 27953-2). Codes are those of the guide.
What is nobody's business is masked (MSK), what nobody knows has no information (NI).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from safety.documents import icsr_case
from safety.documents.case import Case
from safety.documents.hl7 import (
    ACT_CODES,
    INTERACTIONS,
    TRIGGERS,
    act,
    authored,
    calendar_day,
    chosen,
    coded,
    country,
    document,
    entity,
    flag,
    identified,
    instant,
    linked,
    node,
    observed,
    value,
)
from safety.documents.narrative import plain_text

BATCH, MESSAGE, TRIGGER = "MCCI_IN200100UV01", "PORR_IN049016UV", "PORR_TE049016UV"
ICHICSR = "1"  # N.1.1
FROM_STUDY = "2"  # C.1.3
OTHER_THAN_REGULATOR = "2"  # C.1.8.2
NULLIFICATION = "1"  # C.1.11.1
PHYSICIAN = "1"  # C.2.r.4: the investigator
OTHER_ORGANIZATION = "6"  # C.3.1: a sponsor that is no pharmaceutical company


def icsr(case: Case) -> bytes:
    """The file."""
    made = instant(case.made, case.content.zone)
    root = node(
        BATCH,
        identified(22, case.batch),
        node("creationTime", value=made),
        node("responseModeCode", code="D"),
        node("interactionId", root=INTERACTIONS, extension=BATCH),
        coded(1, ICHICSR, "name"),
        _message(case, made),
        _device("receiver", "RCV", 14, case.plan.receiver_id),
        _device("sender", "SND", 13, case.plan.sender_id),
        ITSVersion="XML_1.0",
    )
    return document(root)


def _device(tag: str, kind: str, space: int, name: str) -> ET.Element:
    return linked(tag, kind, entity("device", "DEV", identified(space, name)))


def _message(case: Case, made: str) -> ET.Element:
    """N.2.r; a message that is not of a production system calls itself training."""
    return node(
        MESSAGE,
        identified(1, case.number),
        node("creationTime", value=made),
        node("interactionId", root=INTERACTIONS, extension=MESSAGE),
        node("processingCode", code="P" if case.real else "T"),
        node("processingModeCode", code="T"),
        node("acceptAckCode", code="AL"),
        _device("receiver", "RCV", 12, case.plan.receiver_id),
        _device("sender", "SND", 11, case.plan.sender_id),
        act(
            "controlActProcess",
            "CACT",
            node("code", code=TRIGGER, codeSystem=TRIGGERS),
            node("effectiveTime", value=made),
            linked("subject", "SUBJ", _investigation(case)),
        ),
    )


def _investigation(case: Case) -> ET.Element:
    """C.1 and everything under it."""
    zone = case.content.zone
    first = calendar_day(case.first_received, zone)
    return act(
        "investigationEvent",
        "INVSTG",
        identified(1, case.number),
        identified(2, case.number),
        node("code", code="PAT_ADV_EVNT", codeSystem=ACT_CODES),
        node("text", plain_text(case.content, case.opinion)),
        node("statusCode", code="active"),
        node("effectiveTime", node("low", value=first)),
        node("availabilityTime", value=calendar_day(case.report.received_at, zone)),
        linked("component", "COMP", icsr_case.assessment(case)),
        _answer("1", answer=False),
        _answer("23", answer=case.opinion.susar if case.opinion else None),
        _first_sender(),
        _primary_source(case),
        _sender(case),
        _characteristic("1", chosen(2, FROM_STUDY)),
        _characteristic("2", flag(None)),
        *_nullified(case),
    )


def _answer(code: str, *, answer: bool | None) -> ET.Element:
    """C.1.6.1 and C.1.7: other documents, and whether it is expedited."""
    return linked("component", "COMP", observed(code, flag(answer), tag="observationEvent"))


def _related(code: str, author: ET.Element, first: ET.Element | None = None) -> ET.Element:
    said = linked("subjectOf2", "SUBJ", act("controlActEvent", "CACT", author))
    found = act("relatedInvestigation", "INVSTG", coded(22, code), said)
    return linked("outboundRelationship", "SPRT", first, found)


def _first_sender() -> ET.Element:
    """C.1.8.2."""
    return _related("1", authored(coded(3, OTHER_THAN_REGULATOR)))


def _primary_source(case: Case) -> ET.Element:
    """C.2.r: the investigator, whose name no report holds."""
    hidden = [node(tag, nullFlavor="MSK") for tag in ("given", "family")]
    person = entity(
        "assignedPerson",
        "PSN",
        node("name", *hidden),
        node("asQualifiedEntity", coded(6, PHYSICIAN), classCode="QUAL"),
        _located(case.content.country),
    )
    return _related("2", authored(person), node("priorityNumber", value="1"))


def _located(code: str) -> ET.Element:
    place = entity("location", "COUNTRY", country(code))
    return node("asLocatedEntity", place, classCode="LOCE")


def _sender(case: Case) -> ET.Element:
    """C.3."""
    within = node(
        "assignedEntity",
        entity("representedOrganization", "ORG", node("name", case.plan.sender)),
        classCode="ASSIGNED",
    )
    author = authored(
        coded(7, OTHER_ORGANIZATION), entity("representedOrganization", "ORG", within)
    )
    return linked("subjectOf1", "SUBJ", act("controlActEvent", "CACT", author))


def _characteristic(code: str, answer: ET.Element) -> ET.Element:
    found = act("investigationCharacteristic", "OBS", coded(23, code), answer)
    return linked("subjectOf2", "SUBJ", found)


def _nullified(case: Case) -> list[ET.Element]:
    """C.1.11: an event that was entered in error takes its case back."""
    if not case.content.voided:
        return []
    why = case.content.void_reason or case.content.news
    return [
        _characteristic("3", chosen(5, NULLIFICATION)),
        _characteristic("4", value("CE", node("originalText", why))),
    ]
