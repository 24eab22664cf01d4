"""Another trial, the same product: three arms, no cells, from screening to analysis."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from analysis.__main__ import main
from exports import services as exports
from randomization import selectors as treatment_selectors
from randomization import services as treatment
from safety import services as safety
from tests.builders import INDEX_ON, enrolled, lowest_answers, saved, visit_of
from tests.people import AT, PASSWORD, People
from trial import access, protocol, selectors, services
from trial.models import Participant
from trial.selectors import eligibility_digest

LATER = AT + timedelta(days=60)


@pytest.fixture
def _another_trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    settings.CUTS_DIR = tmp_path / "cuts"


def randomized(people: People, *, arm_left: int) -> Participant:
    """Enrolled, eligible, signed, randomized and seen at six weeks."""
    participant = enrolled(people, at=LATER)
    saved(participant, "START", "nihss", people, at=LATER, arm_left=arm_left, leg_left=4, face=2)
    saved(participant, "START", "mrs", people, at=LATER, grade=3)
    services.answer_criteria(
        participant=participant, answers={"C": False}, actor=people.ines, at=LATER
    )
    services.sign_eligibility(
        participant=participant,
        password=PASSWORD,
        seen=eligibility_digest(participant),
        actor=people.ines,
        at=LATER,
    )
    treatment.randomize(participant=participant, actor=people.ines, at=LATER)
    saved(participant, "W6", "nihss", people, at=LATER, arm_left=1)
    return Participant.objects.get(pk=participant.pk)


@pytest.mark.usefixtures("_another_trial")
def test_visits_criteria_and_strata_are_the_other_protocols(people: People) -> None:
    treatment.seal_list(actor=people.uma, at=AT, seed=5, length=12, purpose="simulated")
    mild, severe = randomized(people, arm_left=0), randomized(people, arm_left=4)
    assert protocol.current().code == "THREE-ARMS"
    assert list(mild.visits.values_list("code", flat=True)) == ["START", "W6", "W12"]
    assert visit_of(mild, "W6").planned_on == INDEX_ON + timedelta(days=42)
    assert (mild.stratum, severe.stratum) == ("GRE/mild", "GRE/severe")
    assert selectors.eligibility_of(mild).met is True


@pytest.mark.usefixtures("_another_trial")
def test_every_page_speaks_of_the_other_trial(people: People) -> None:
    treatment.seal_list(actor=people.uma, at=AT, seed=5, length=12, purpose="simulated")
    participant = randomized(people, arm_left=4)
    client = Client()
    client.force_login(people.ines)
    code = {"code": participant.code}
    visit = {**code, "visit": "W6", "occurrence": 1}
    places = [
        reverse("home"), reverse("participants"), reverse("participant", kwargs=code),
        reverse("eligibility", kwargs=code), reverse("randomize", kwargs=code),
        reverse("treatment", kwargs=code), reverse("visit", kwargs=visit),
        reverse("record", kwargs={**visit, "form": "vitals"}), reverse("adverse-events"),
        reverse("adverse-event-new", kwargs=code), reverse("screening"), reverse("protocol"),
        reverse("participant-trail", kwargs=code), reverse("trail"),
    ]  # fmt: skip
    for place in places:
        response = client.get(place)
        assert response.status_code == 200, place
        page = response.content.decode()
        assert "THREE-ARMS" in page, place
        assert "ISIS" not in page, place
        assert "Marrow" not in page, place


@pytest.mark.usefixtures("_another_trial")
def test_a_form_of_the_other_trial_is_entered_in_the_browser(people: People) -> None:
    participant = enrolled(people, at=LATER)
    client = Client()
    client.force_login(people.nils)
    address = reverse(
        "record",
        kwargs={"code": participant.code, "visit": "START", "occurrence": 1, "form": "mrs"},
    )
    answers = {**lowest_answers("mrs", grade=2), "assessed_on": "2026-02-05"}
    response = client.post(address, {**answers, "act": "complete", "version": "0"})
    assert response.status_code == 302
    assert participant.records.get().status == "complete"


@pytest.mark.usefixtures("_another_trial")
def test_its_cut_is_analysed_by_its_own_arms_and_horizons(
    committed_people: People, tmp_path: Path
) -> None:
    people = committed_people
    with transaction.atomic():
        treatment.seal_list(actor=people.uma, at=AT, seed=5, length=12, purpose="simulated")
    participants = [randomized(people, arm_left=4) for _ in range(3)]
    safety.report_ae(
        participant=participants[0], term="Nausea", category="gut", onset="2026-02-20", end="",
        severity="mild", criteria=(), causality="possible", action="none", outcome="recovered",
        aware_at=None, actor=people.nils, at=LATER,
    )  # fmt: skip
    cut = exports.freeze_cut(purpose="Check", blinded=False, actor=people.uma, at=LATER)
    folder = Path(settings.CUTS_DIR) / cut.code
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [arm["code"] for arm in manifest["protocol"]["arms"]] == ["low", "high", "placebo"]
    assert main(["report", str(folder), str(tmp_path / "out")]) == 0
    results = (tmp_path / "out" / "results.json").read_text()
    assert "12 weeks" in results
    assert "6 months" not in results


@pytest.mark.usefixtures("_another_trial")
def test_a_trial_without_cells_has_no_treatment_to_record(people: People) -> None:
    treatment.seal_list(actor=people.uma, at=AT, seed=5, length=12, purpose="simulated")
    participant = randomized(people, arm_left=4)
    assert not participant.visits.filter(hidden=True).exists()
    assert access.may_know_arms(people.tess)
    assert treatment_selectors.received(participant, user=people.tess) in {
        "low", "high", "placebo", None,
    }  # fmt: skip
