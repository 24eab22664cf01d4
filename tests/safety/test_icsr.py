"""The electronic report says what the version says: each value is read back from the XML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree

from audit.models import Event
from safety import sponsor
from safety.documents.codes import Code
from safety.documents.printing import make_icsr
from safety.models import SafetyReport
from safety.services import amend_ae, void_ae
from tests.builders import enrolled
from tests.people import AT, People
from tests.randomization.builders import infused, ready
from tests.safety.codes import codes_known
from tests.safety.desk import brochure, newest
from tests.safety.reports import later, reported_sae
from trial.access import NotDelegated
from trial.errors import WrongState
from trial.safety_plan import SafetyPlan
from trial.services import record_death

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "icsr.xsd"))
ICH = "2.16.840.1.113883.3.989.2.1"
EVENT = "/h:MCCI_IN200100UV01/h:PORR_IN049016UV/h:controlActProcess/h:subject/h:investigationEvent"
REACTION = "//h:observation[h:code[@code='29']]"
PRODUCT = "//h:organizer[h:code[@code='4']]/h:component/h:substanceAdministration"


class Message:
    """One file, read back."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.root = etree.fromstring(content)
        SCHEMA.assertValid(self.root)

    def all(self, path: str) -> list[str]:
        """Every value at a path."""
        found = self.root.xpath(path, namespaces={"h": "urn:hl7-org:v3"})
        assert isinstance(found, list)
        return [str(one) for one in found]

    def one(self, path: str) -> str:
        """The only value at a path."""
        found = self.all(path)
        assert len(found) == 1, (path, found)
        return found[0]

    def observed(self, code: str, what: str = "@value") -> str:
        """What an observation of E, by its number, has for a value."""
        path = f"{REACTION}/h:outboundRelationship2/h:observation[h:code[@code='{code}']]"
        return self.one(f"{path}/h:value/{what}")


def message(people: People, report: SafetyReport) -> Message:
    return Message(make_icsr(report=report, actor=people.sara, at=AT))


@pytest.mark.requirement("R-051")
def test_every_value_of_a_susar_stands_where_the_guide_puts_it(people: People) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    event = reported_sae(
        people, participant, narrative="Cough & <fever>\x0bhigh", causality="possible",
        onset="2026-03",
    )  # fmt: skip
    sponsor.assess(
        report=newest(event), causality="probable", expectedness="unexpected",
        reference=brochure(people), comment="First of its kind", actor=people.sara,
        at=later(hours=2),
    )  # fmt: skip
    report = newest(event)
    made = message(people, report)
    number = f"FR-CHUGA-ISIS-HERMES-{participant.code}-1"
    said = {
        # N
        f"/h:*/h:id[@root='{ICH}.3.22']/@extension": f"{number}-1-1",
        "/h:*/h:creationTime/@value": "20260312130000+0100",
        "/h:*/h:name/@code": "1",
        f"/h:*/h:sender//h:id[@root='{ICH}.3.13']/@extension": "CHUGA",
        f"/h:*/h:receiver//h:id[@root='{ICH}.3.14']/@extension": "EVCTMTEST",
        f"/h:*/h:PORR_IN049016UV/h:id[@root='{ICH}.3.1']/@extension": number,
        "//h:processingCode/@code": "T",
        # C
        f"{EVENT}/h:id[@root='{ICH}.3.1']/@extension": number,
        f"{EVENT}/h:id[@root='{ICH}.3.2']/@extension": number,
        f"{EVENT}/h:effectiveTime/h:low/@value": "20260312",
        f"{EVENT}/h:availabilityTime/@value": "20260312",
        f"{EVENT}/h:component/h:observationEvent[h:code/@code='23']/h:value/@value": "true",
        "//h:asQualifiedEntity/h:code/@code": "1",
        "//h:asLocatedEntity/h:location/h:code/@code": "FR",
        f"{EVENT}/h:subjectOf1//h:name/text()": "CHU Grenoble Alpes",
        f"{EVENT}/h:subjectOf2/*[h:code/@code='1']/h:value/@code": "2",
        f"//h:researchStudy/h:id[@root='{ICH}.3.5']/@extension": "ISIS-HERMES",
        "//h:researchStudy/h:code/@code": "1",
        "//h:studyRegistration/h:id/@extension": "NCT00875654",
        # D
        f"//h:player1//h:id[@root='{ICH}.3.10']/@extension": participant.code,
        "//h:player1/h:name/@nullFlavor": "MSK",
        "//h:administrativeGenderCode/@code": "2",
        "//h:observation[h:code/@code='3']/h:value/@value": "66",
        # E
        f"{REACTION}/h:effectiveTime/h:low/@value": "202603",
        f"{REACTION}/h:value/h:originalText/text()": event.term,
        f"{REACTION}/h:value/h:originalText/@language": "eng",
        f"{REACTION}/h:location//h:code/@code": "FR",
        # G
        f"{PRODUCT}/h:consumable//h:name/text()": "Autologous mesenchymal stem cells, bone marrow",
        f"{PRODUCT}//h:substanceAdministration/h:text/text()": "100.0 million cells in 60.0 mL",
        f"{PRODUCT}//h:substanceAdministration/h:effectiveTime/h:low/@value": "20260304",
        f"{PRODUCT}//h:routeCode/h:originalText/text()": "Intravenous",
        f"{PRODUCT}//h:lotNumberText/text()": "B-001",
        f"{PRODUCT}/h:inboundRelationship/h:act/h:code/@code": "9",
        f"{PRODUCT}/h:inboundRelationship//h:originalText/text()": "Ischaemic stroke",
        "//h:causalityAssessment[h:code/@code='20']/h:value/@code": "1",
        # H
        "//h:component1/h:observationEvent/h:value/text()": "First of its kind",
    }
    for path, expected in said.items():
        assert made.one(path) == expected, path
    given = "//h:causalityAssessment[h:code/@code='39']"
    assert made.all(f"{given}/h:author//h:originalText/text()") == ["Investigator", "Sponsor"]
    assert made.all(f"{given}/h:value/text()") == ["Possible", "Probable"]
    assert "Cough & <fever>[U+000B]high" in made.one(f"{EVENT}/h:text/text()")
    assert made.observed("33") == "true"
    assert made.observed("34", "@nullFlavor") == "NI"
    assert made.observed("27", "@code") == "2"
    # An uncoded reaction has no code, and nothing that looks like one.
    assert not made.all(f"{REACTION}/h:value/@code | {REACTION}/h:value/@codeSystem")
    # What refers to the reaction and the product finds them.
    keys = {made.one(f"{REACTION}/h:id/@root"), made.one(f"{PRODUCT}/h:id/@root")}
    assert set(made.all("//*[contains(local-name(), 'Reference')]/h:id/@root")) == keys


@pytest.mark.requirement("R-051")
def test_a_follow_up_is_of_the_same_case_and_the_first_message_stays(people: People) -> None:
    event = reported_sae(people, enrolled(people))
    first = message(people, newest(event))
    assert first.one("//h:causalityAssessment[h:code/@code='20']/h:value/@code") == "4"
    assert first.one(f"{EVENT}//h:observationEvent[h:code/@code='23']/h:value/@nullFlavor") == "NI"
    amend_ae(
        ae=event, version=event.version, outcome="sequelae", end="2026-04-01", reason="Source",
        actor=people.nils, at=later(days=30),
    )  # fmt: skip
    second = message(people, newest(event))
    for path in (f"{EVENT}/h:id/@extension", f"{REACTION}/h:id/@root", f"{PRODUCT}/h:id/@root"):
        assert first.all(path) == second.all(path)
    assert first.one("/h:*/h:id/@extension") != second.one("/h:*/h:id/@extension")
    assert second.one(f"{EVENT}/h:effectiveTime/h:low/@value") == "20260312"
    assert second.one(f"{EVENT}/h:availabilityTime/@value") == "20260411"
    assert second.one(f"{REACTION}/h:effectiveTime/h:high/@value") == "20260401"
    assert second.observed("27", "@code") == "4"
    assert message(people, event.reports.get(number=1)).content == first.content


def test_an_event_entered_in_error_takes_its_case_back(people: People) -> None:
    event = reported_sae(people, enrolled(people))
    path = f"{EVENT}/h:subjectOf2/*[h:code/@code='{{}}']/h:value"
    assert not message(people, newest(event)).all(path.format(3))
    void_ae(ae=event, version=event.version, reason="Wrong person", actor=people.nils, at=AT)
    made = message(people, newest(event))
    assert made.one(f"{path.format(3)}/@code") == "1"
    assert made.one(f"{path.format(4)}/h:originalText/text()") == "Wrong person"


def test_a_death_has_its_date_as_far_as_known_and_its_cause(people: People) -> None:
    participant = enrolled(people)
    record_death(
        participant=participant, died_on="2026-03", cause="Pneumonia", actor=people.ines, at=AT
    )
    event = reported_sae(
        people, participant, criteria=("death",), outcome="fatal", severity="severe"
    )
    made = message(people, newest(event))
    assert made.one("//h:deceasedTime/@value") == "202603"
    assert "Died in Mar 2026. Cause of death: Pneumonia." in made.one(f"{EVENT}/h:text/text()")
    assert (
        made.one("//h:observation[h:code/@code='32']/h:value/h:originalText/text()") == "Pneumonia"
    )
    assert made.one("//h:observation[h:code/@code='5']/h:value/@nullFlavor") == "UNK"
    assert (made.observed("34"), made.observed("27", "@code")) == ("true", "5")


def test_a_code_goes_in_where_there_is_one(people: People) -> None:
    report = newest(reported_sae(people, enrolled(people)))
    place = (report.event.participant.code, report.event.number, 1)
    client, address = Client(), reverse("safety-report", args=place)
    client.force_login(people.sara)
    assert "has no MedDRA code yet" in client.get(address).content.decode()
    with codes_known(lambda _report: Code("10035664", "27.1")):
        made = message(people, report)
        assert "has no MedDRA code yet" not in client.get(address).content.decode()
    assert made.one(f"{REACTION}/h:value/@code") == "10035664"
    assert made.one(f"{REACTION}/h:value/@codeSystemVersion") == "27.1"
    assert made.one(f"{REACTION}/h:value/@codeSystem") == "2.16.840.1.113883.6.163"


def test_it_is_for_the_desk_in_the_log_and_only_of_what_was_filed(people: People) -> None:
    report = newest(reported_sae(people, enrolled(people)))
    with pytest.raises(NotDelegated):
        make_icsr(report=report, actor=people.ines, at=AT)
    client = Client()
    client.force_login(people.sara)
    place = (report.event.participant.code, report.event.number, 1)
    address = reverse("safety-report-icsr", args=place)
    assert address in client.get(reverse("safety-report", args=place)).content.decode()
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    line = Event.objects.get(name="icsr.made")
    assert (line.data, line.reveals_arm) == ({"number": 1, "version": 1}, True)
    report.content["term"] = "Cold"
    with pytest.raises(WrongState, match="hash differs"):
        message(people, report)


def test_a_sender_has_its_identifier_and_a_receiver() -> None:
    assert not [*SafetyPlan().objections()]
    assert [*SafetyPlan(sender="CHU").objections()]
    plan = SafetyPlan(sender="CHU", sender_id="CHU", receiver_id="EVCTMTEST")
    assert not [*plan.objections()]
    (said,) = replace(plan, sender_id="CH-U").objections()
    assert "no dash" in said
