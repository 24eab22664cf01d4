"""The case in an ICSR: the study, the participant, the reaction, the product, the opinions.

Source: ICH E2B(R3) Implementation Guide, sections C.5, D, E, G and H.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

from safety.documents.case import Case
from safety.documents.cioms import NOT_KEPT
from safety.documents.hl7 import (
    MEDDRA,
    SEXES,
    act,
    authored,
    chosen,
    coded,
    country,
    digits,
    entity,
    flag,
    identified,
    linked,
    node,
    observed,
    span,
    value,
)
from safety.rules import CAUSALITIES
from safety.snapshot import Dose
from trial.partial_dates import PartialDate
from trial.templatetags.hermes import day

CLINICAL_TRIAL = "1"  # C.5.4
SEX = {"M": "1", "F": "2"}  # D.5
SUBJECT_NUMBER = ("10", "4")  # D.1.1.4: its name space, and its place in the list of kinds
# E.i.3.2: what the observation is called that says a criterion is met.
CRITERIA = {
    "death": "34",
    "life_threatening": "21",
    "hospitalization": "33",
    "disability": "35",
    "congenital": "12",
    "important": "26",
}
OUTCOMES = {  # E.i.7
    "recovered": "1",
    "recovering": "2",
    "not_recovered": "3",
    "sequelae": "4",
    "fatal": "5",
    "unknown": "0",
}
SUSPECT, NOT_ADMINISTERED = "1", "4"  # G.k.1
WITHDRAWN, NOT_APPLICABLE = "1", "9"  # G.k.8: a product given once cannot be reduced
NO_RECHALLENGE = "4"  # G.k.9.i.4
SERIOUS, NOT_SERIOUS = "3", "1"  # E.i.3.1: the reported term
METHOD = "Global introspection"  # G.k.9.i.2.r.2
YEARS, DAYS = "a", "d"  # UCUM


def assessment(case: Case) -> ET.Element:
    """Everything the message says of the case itself."""
    role = node(
        "primaryRole",
        _person(case),
        linked("subjectOf1", "SBJ", _study(case)),
        *(linked("subjectOf2", "SBJ", one) for one in _observations(case)),
        classCode="INVSBJ",
    )
    return act(
        "adverseEventAssessment",
        "INVSTG",
        linked("subject1", "SBJ", role),
        *(linked("component", "COMP", one) for one in _causalities(case)),
        *_comments(case),
    )


def _person(case: Case) -> ET.Element:
    """D.1, D.5, D.9.1 and the participant's code: no name is known, none is told."""
    content, (space, kind) = case.content, SUBJECT_NUMBER
    known_as = node(
        "asIdentifiedEntity",
        identified(int(space), content.participant),
        coded(4, kind),
        classCode="IDENT",
    )
    died = node("deceasedTime", value=digits(content.died_on)) if content.died_on else None
    return entity(
        "player1",
        "PSN",
        node("name", nullFlavor="MSK"),
        node("administrativeGenderCode", code=SEX[content.sex], codeSystem=SEXES),
        died,
        known_as,
    )


def _study(case: Case) -> ET.Element:
    """C.5."""
    registration = act("studyRegistration", "ACT", identified(6, case.content.registry_id))
    return act(
        "researchStudy",
        "CLNTRL",
        identified(5, case.study),
        coded(8, CLINICAL_TRIAL),
        node("title", case.content.trial),
        linked("authorization", "AUTH", registration),
    )


def _observations(case: Case) -> list[ET.Element]:
    age = observed("3", value("PQ", value=str(case.content.age), unit=YEARS))
    return [age, _history(case), *_death(case), _reaction(case), _products(case)]


def _group(code: str, *children: ET.Element) -> ET.Element:
    found = [linked("component", "COMP", child) for child in children]
    return act("organizer", "CATEGORY", coded(20, code), *found)


def _history(case: Case) -> ET.Element:
    """D.7.2: the index event, and the history where the version holds one."""
    content = case.content
    text = f"{content.index_event}, {day(content.index_on)}. Other: {content.history or NOT_KEPT}."
    return _group("1", observed("18", value("ED", text)))


def _death(case: Case) -> list[ET.Element]:
    """D.9.2 and D.9.3."""
    content = case.content
    if not content.died_on:
        return []
    autopsy = observed("5", flag(None, unknown="UNK"))
    if not content.cause_of_death:
        return [autopsy]
    cause = value("CE", node("originalText", content.cause_of_death))
    return [observed("32", cause), autopsy]


def _reaction(case: Case) -> ET.Element:
    """E.i."""
    content = case.content
    where = node(
        "locatedEntity",
        entity("locatedPlace", "COUNTRY", country(content.country)),
        classCode="LOCE",
    )
    criteria = [
        (code, flag(True if name in content.criteria else None)) for name, code in CRITERIA.items()
    ]
    facts = [
        ("37", chosen(10, SERIOUS if content.serious else NOT_SERIOUS)),
        *criteria,
        ("27", chosen(11, OUTCOMES[content.outcome])),
    ]
    return act(
        "observation",
        "OBS",
        node("id", root=case.key("reaction")),
        coded(19, "29"),
        span(content.onset, content.end),
        _term(case),
        linked("location", "LOC", where),
        *(
            linked("outboundRelationship2", "PERT", observed(code, answer))
            for code, answer in facts
        ),
    )


def _term(case: Case) -> ET.Element:
    """E.i.1.1 in the reporter's words; E.i.2.1 where it is coded."""
    words = node("originalText", case.content.term, language=case.plan.language)
    if case.code is None:
        return value("CE", words)
    return value(
        "CE",
        words,
        code=case.code.code,
        codeSystem=MEDDRA,
        codeSystemVersion=case.code.version,
    )


def _products(case: Case) -> ET.Element:
    """G.k: the study product, given or not."""
    content = case.content
    kind = node(
        "kindOfProduct",
        node("name", content.product),
        classCode="MMAT",
        determinerCode="KIND",
    )
    instance = node("instanceOfKind", kind, classCode="INST")
    return _group(
        "4",
        act(
            "substanceAdministration",
            "SBADM",
            node("id", root=case.key("product")),
            linked("consumable", "CSM", instance),
            _interval(case),
            *(linked("outboundRelationship2", "COMP", _dose(case, one)) for one in content.doses),
            linked("outboundRelationship2", "PERT", _recurrence(case)),
            _indication(case),
            linked("inboundRelationship", "CAUS", act("act", "ACT", coded(15, _action(case)))),
        ),
    )


def _interval(case: Case) -> ET.Element | None:
    """G.k.9.i.3.1: days from the first administration to the onset, where both are known."""
    onset = PartialDate.parse(case.content.onset)
    days = [date.fromisoformat(one.given_on) for one in case.content.doses]
    if not days or not onset.is_full or onset.earliest < min(days):
        return None
    after = (onset.earliest - min(days)).days
    return linked(
        "outboundRelationship1",
        "SAS",
        node("pauseQuantity", value=str(after), unit=DAYS),
        act("actReference", "OBS", node("id", root=case.key("reaction"))),
    )


def _dose(case: Case, dose: Dose) -> ET.Element:
    """G.k.4.r: the amount in words, the day, the route, the batch."""
    batch = node("lotNumberText", dose.batch) if dose.batch else None
    given = entity("productInstanceInstance", "MMAT", batch)
    instance = node("instanceOfKind", given, classCode="INST")
    route = node("routeCode", node("originalText", case.content.route))
    return act(
        "substanceAdministration",
        "SBADM",
        node("text", dose.amount),
        span(dose.given_on, dose.given_on),
        route if case.content.route else None,
        linked("consumable", "CSM", instance) if batch is not None else None,
    )


def _recurrence(case: Case) -> ET.Element:
    """G.k.9.i.4."""
    reaction = act("actReference", "OBS", node("id", root=case.key("reaction")))
    about = linked("outboundRelationship1", "REFR", reaction)
    return observed("31", chosen(16, NO_RECHALLENGE), about)


def _indication(case: Case) -> ET.Element | None:
    """G.k.7.r."""
    if not case.content.indication:
        return None
    reporter = node("assignedEntity", coded(21, "3"), classCode="ASSIGNED")
    words = value("CE", node("originalText", case.content.indication))
    said = observed("19", words, linked("performer", "PRF", reporter))
    return linked("inboundRelationship", "RSON", said)


def _action(case: Case) -> str:
    stopped = case.content.action == "study_treatment"
    return WITHDRAWN if stopped and case.content.doses else NOT_APPLICABLE


def _causalities(case: Case) -> list[ET.Element]:
    """G.k.1, then G.k.9.i.2 by source: neither opinion replaces the other."""
    role = SUSPECT if case.content.doses else NOT_ADMINISTERED
    found = [_causality(case, "20", chosen(13, role))]
    opinions = [("Investigator", CAUSALITIES[case.content.causality])]
    if case.opinion is not None:
        opinions.append(("Sponsor", CAUSALITIES[case.opinion.causality]))
    for source, said in opinions:
        method = node("methodCode", node("originalText", METHOD))
        author = authored(node("code", node("originalText", source)))
        found.append(_causality(case, "39", value("ST", said), method, author))
    return found


def _causality(case: Case, code: str, *children: ET.Element) -> ET.Element:
    product = act("productUseReference", "SBADM", node("id", root=case.key("product")))
    about = [linked("subject2", "SUBJ", product)]
    if code == "39":
        reaction = act("adverseEffectReference", "OBS", node("id", root=case.key("reaction")))
        about.insert(0, linked("subject1", "SUBJ", reaction))
    return observed(code, *children, *about, tag="causalityAssessment")


def _comments(case: Case) -> list[ET.Element]:
    """H.4: what the sponsor adds."""
    if case.opinion is None or not case.opinion.comment:
        return []
    text = value("ED", case.opinion.comment)
    said = observed("10", text, authored(coded(21, "1")), tag="observationEvent")
    return [linked("component1", "COMP", said)]
