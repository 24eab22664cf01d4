"""Pages of a batch: results, signatures, the label, corrections, the unit's work."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from randomization.models import Product, Release
from tests.paper import words_of
from tests.people import PASSWORD, People
from tests.randomization.builders import (
    LATER,
    agreed,
    aspirated,
    grown,
    infused,
    randomized,
    ready,
    released_outside,
    with_results,
)
from tests.randomization.test_pages_treatment import (
    FAIL,
    HARVEST,
    RELEASE,
    RESULTS,
    address,
    browser,
    links,
)
from tests.stage import once
from tests.trial.reading import read, send
from trial.models import Participant

Case = tuple[Participant, Product]


@pytest.fixture(autouse=True)
def _in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's clock stands at 10 March 2026, two days past the last infusion day."""
    monkeypatch.setattr("config.middleware.timezone.now", lambda: LATER)


@once
def participant(people: People) -> Participant:
    """Somebody allocated to cells."""
    return randomized(people)


@once
def case(people: People) -> Case:
    """Somebody allocated to cells, and the released batch."""
    return ready(people)


@pytest.mark.requirement("R-016")
def test_out_of_specification_is_told_loudly_wherever_the_batch_appears(
    people: People, participant: Participant
) -> None:
    product = grown(aspirated(participant, people), people)
    with_results(product, people, viability=Decimal(60))
    page = read(browser(people.tess), address(participant, "treatment"))
    assert "Viability is 60 %, the protocol asks for 70 to 100 %." in page.text
    assert "product/B-001/release/" not in links(page)
    assert "product/B-001/exception/" in links(page)
    released_outside(product, people)
    words = "B-001 is OUT OF SPECIFICATION: No second culture is possible"
    page = read(browser(people.ines), address(participant, "treatment"))
    assert words in page.text
    assert "waits for the treating physician" in page.text
    where = address(participant, "product-agreement", "B-001")
    form = read(browser(people.ines), where)
    assert "Viability 60 %; limit 70 to 100 %: outside" in form.text
    sent = {"password": PASSWORD, "seen": form.filled()["seen"]}
    assert browser(people.ines).post(where, sent).status_code == 302
    for place in (address(participant, "treatment"), reverse("cells") + "?q=b-001"):
        assert words in read(browser(people.ines), place).text
    assert "out of specification" in read(browser(people.ines), reverse("deviations")).text
    assert "out of specification" not in read(browser(people.mona), reverse("deviations")).text


@pytest.mark.requirement("R-016")
def test_a_wrong_password_at_a_release_is_recorded_and_the_third_ends_the_session(
    people: People,
    participant: Participant,
) -> None:
    product = grown(aspirated(participant, people), people)
    with_results(product, people)
    client = browser(people.tess)
    where = address(participant, "product-release", "B-001")
    seen = read(client, where).filled()["seen"]
    for _ in range(2):
        page = send(client, where, **{**RELEASE, "seen": seen, "password": "wrong"})
        assert "The password is not right" in page.text
    assert Event.objects.filter(name="signature.refused").count() == 2
    client.post(where, {**RELEASE, "seen": seen, "password": "wrong"})
    assert client.get(where).status_code == 302
    assert not Release.objects.exists()


def test_the_unit_finds_its_work_on_its_home_page(people: People, participant: Participant) -> None:

    def owed(user: User) -> str:
        return read(browser(user), reverse("home")).text

    assert "Aspirations expected 1" in tidy(owed(people.tess))
    product = grown(aspirated(participant, people), people)
    assert "Release tests of B-001" in owed(people.tess)
    with_results(product, people, viability=Decimal(60))
    assert "Release of B-001" in owed(people.tess)
    release = released_outside(product, people)
    assert "Out of specification: B-001" in owed(people.ines)
    assert "Infusion of B-001" not in owed(people.nils)
    agreed(release, people)
    assert "Infusion of B-001" in owed(people.nils)
    for user in (people.otto, people.mona, people.dora):
        assert "B-001" not in owed(user)
        assert "Aspirations" not in owed(user)


def tidy(text: str) -> str:
    """Counts stand before or behind their words; either way they are read as words and count."""
    return re.sub(r"(\d+) (Aspirations expected)", r"\2 \1", text)


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("harvest", {**HARVEST, "harvested_on": "2026-02-01"}, "before the start"),
        ("harvest", {**HARVEST, "viability_percent": "101"}, "0 to 100"),
        ("passage", {"passed_on": "2026-02-01"}, "before the start"),
        ("fail", {**FAIL, "reason": ""}, "required"),
        ("fail", {**FAIL, "decided_on": "2026-02-01"}, "before the start"),
        ("tests", {**RESULTS, "sterility": "perhaps"}, "not one of the available choices"),
        ("tests", RESULTS, ""),
        ("disposal", {"what": "whole", "how": "destroyed"}, "required"),
    ],
)
def test_a_step_of_a_culture_that_makes_no_sense_is_refused(
    people: People, participant: Participant, step: str, typed: dict[str, str], words: str
) -> None:
    marrow = aspirated(participant, people)
    grown(marrow, people, harvested_on=None, cells_millions=None, viability_percent=None)
    page = send(browser(people.tess), address(participant, f"product-{step}", "B-001"), **typed)
    assert page.status in ({422} if words else {200, 302})
    assert words in page.text
    assert not Release.objects.exists()


def test_a_batch_is_failed_through_the_page(people: People, participant: Participant) -> None:
    grown(aspirated(participant, people), people)
    answer = browser(people.tess).post(address(participant, "product-fail", "B-001"), FAIL)
    assert answer.status_code == 302
    assert Release.objects.get().reason == "contamination"


def test_the_label_is_a_pdf_that_only_a_press_prints(people: People, case: Case) -> None:
    participant, _ = case
    client = browser(people.tess)
    where = address(participant, "product-label", "B-001")
    assert client.get(where).status_code == 405
    answer = client.post(where)
    assert answer["Content-Type"] == "application/pdf"
    assert "FOR AUTOLOGOUS USE ONLY" in words_of(answer.content)


def test_a_number_nobody_knows_or_of_another_site_is_answered_alike(
    people: People, case: Case
) -> None:
    found = read(browser(people.carl), reverse("cells") + "?q=B-001").text
    unknown = read(browser(people.carl), reverse("cells") + "?q=B-009").text
    assert "Nothing by this number." in found
    assert found.replace("B-001", "") == unknown.replace("B-009", "")


def test_a_correction_shows_what_is_saved_and_asks_why(people: People, case: Case) -> None:
    participant, product = case
    infused(participant, product, people)
    for name, who, more, changed in (
        ("aspiration-correction", people.tess, ["S-001"], {"volume_ml": "40"}),
        ("product-correction", people.tess, ["B-001"], {"cells_millions": "120"}),
        ("infusion-correction", people.nils, [], {"volume_ml": "61"}),
    ):
        client = browser(who)
        where = address(participant, name, *more)
        page = read(client, where)
        typed = {**page.filled(), **{key: found[0] for key, found in page.chosen.items()}}
        assert "required" in send(client, where, **{**typed, **changed}).text
        answer = client.post(where, {**typed, **changed, "reason": "Read wrongly"})
        assert answer.status_code == 302, name
