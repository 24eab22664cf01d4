"""The treatment pages: step under step, each form kept when it is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from randomization import services
from randomization.models import Aspiration, Infusion, NotTreated, Product, Release
from tests.builders import eligible
from tests.people import PASSWORD, People
from tests.randomization.builders import (
    EARLY,
    LATER,
    allocate,
    arm_of,
    aspirated,
    failed,
    grown,
    infused,
    lacking,
    not_treated,
    randomized,
    ready,
    released,
    with_results,
)
from tests.stage import once
from tests.trial.reading import Page, read, send
from trial.access import Permission
from trial.models import Participant

Case = tuple[Participant, Product]
ASPIRATION = {
    "aspirated_on": "2026-02-06",
    "side": "left",
    "anaesthesia": "local",
    "volume_ml": "42.5",
    "sample": "s-001",
    "sufficient": "yes",
    "complications": "Haematoma",
}
PRODUCT = {"batch": "b-001", "dose_millions": "100", "culture_started_on": "2026-02-06"}
HARVEST = {"harvested_on": "2026-02-27", "cells_millions": "118", "viability_percent": "92.5"}
RESULTS = {
    "viability": "91.5",
    "count": "102",
    "sterility": "negative",
    "endotoxin": "0.5",
    "karyotype": "normal",
    "identity": "conforms",
    "tested_on": "2026-03-09",
    "reason": "",
}
RELEASE = {"ready_on": "2026-03-10", "ready_at": "07:30", "password": PASSWORD}
FAIL = {"decided_on": "2026-03-02", "reason": "contamination"}
INFUSION = {
    "infused_on": "2026-03-04",
    "started_at": "10:05",
    "ended_at": "10:50",
    "cells_millions": "100",
    "viability_percent": "91",
    "volume_ml": "60",
    "complete": "yes",
    "interruption": "",
    "justification": "",
}
VITALS = {
    "taken_at": "10:05",
    "pulse": "72",
    "systolic": "128",
    "diastolic": "80",
    "temperature": "36.8",
    "saturation": "97",
}
NOT_TREATED = {"reason": "other", "note": "Moved abroad", "decided_on": "2026-03-04"}


@pytest.fixture(autouse=True)
def _in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's clock stands at 10 March 2026, two days past the last infusion day."""
    monkeypatch.setattr("config.middleware.timezone.now", lambda: LATER)


def browser(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def address(participant: Participant, name: str, *more: str) -> str:
    return reverse(name, args=[participant.code, *more])


def links(page: Page) -> set[str]:
    """The addresses of acts the page offers."""
    return {link.split("/treatment/")[-1] for link in page.links if "/treatment/" in link} - {""}


@once
def participant(people: People) -> Participant:
    """Somebody allocated to cells."""
    return randomized(people)


@once
def case(people: People) -> Case:
    """Somebody allocated to cells, and the released batch."""
    return ready(people)


@pytest.mark.requirement("R-016")
def test_the_whole_chain_goes_through_the_pages(
    people: People, participant: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, nurse = browser(people.tess), browser(people.nils)

    def act(client: Client, name: str, typed: dict[str, Any], *more: str) -> None:
        answer = client.post(address(participant, name, *more), typed)
        assert answer.status_code == 302, name
        assert answer.headers["Location"] == address(participant, "treatment")

    act(unit, "aspiration", ASPIRATION)
    act(unit, "product", {**PRODUCT, "aspiration": Aspiration.objects.get().pk})
    act(unit, "product-passage", {"passed_on": "2026-02-15"}, "B-001")
    act(unit, "product-harvest", HARVEST, "B-001")
    act(unit, "product-tests", RESULTS, "B-001")
    seen = read(unit, address(participant, "product-release", "B-001")).filled()["seen"]
    act(unit, "product-release", {**RELEASE, "seen": seen}, "B-001")
    given = {"infused_on": "2026-03-10", "started_at": "10:05", "ended_at": "10:06"}
    late = {"justification": "The culture grew slowly"}
    batch = Product.objects.get().pk
    monkeypatch.setattr("config.middleware.timezone.now", lambda: LATER + timedelta(minutes=20))
    act(nurse, "infusion", {**INFUSION, **given, **late, "product": batch})
    act(nurse, "infusion-vitals", VITALS, "start")
    page = read(nurse, address(participant, "treatment"))
    for words in ("S-001", "B-001", "Released", "Tess Moreau", "10:05 – 10:06", "128/80 mmHg"):
        assert words in page.text, words
    assert "Infused outside the limits of the protocol: The culture grew slowly" in page.text


def test_each_step_is_offered_to_whoever_may_take_it_when_its_turn_has_come(
    people: People,
    participant: Participant,
) -> None:
    where = address(participant, "treatment")

    def offered(user: User) -> set[str]:
        return links(read(browser(user), where))

    assert offered(people.tess) == {"aspiration/"}
    assert offered(people.nils) == {"not-treated/"}
    assert offered(people.ivan) == set()
    marrow = aspirated(participant, people)
    again = {"aspiration/", "aspiration/S-001/correction/", "product/"}
    assert offered(people.tess) == again
    product = grown(marrow, people)
    mine = {f"product/B-001/{step}/" for step in ("fail", "correction", "disposal")}
    assert offered(people.tess) == again | mine | {"product/B-001/tests/"}
    with_results(product, people)
    after = again | mine | {"product/B-001/tests/", "product/B-001/release/"}
    assert offered(people.tess) == after
    released(product, people)
    assert offered(people.nils) == {"infusion/", "not-treated/"}
    infused(participant, product, people)
    steps = {f"infusion/{one}/" for one in ("start", "min15", "min30", "min60", "h2", "h24")}
    assert offered(people.nils) == {"infusion-correction/"} | steps
    assert offered(people.tess) == {
        "aspiration/S-001/correction/",
        "product/B-001/correction/",
        "product/B-001/disposal/",
    }


@pytest.mark.requirement("R-016")
def test_the_next_thing_to_do_is_the_one_solid_button(
    people: People, participant: Participant
) -> None:

    def button(user: User) -> list[str]:
        body = browser(user).get(address(participant, "treatment")).content.decode()
        return re.findall(r'btn-primary" href="[^"]*">([^<]*)<', body)

    assert button(people.tess) == ["Record the aspiration"]
    marrow = aspirated(participant, people)
    assert (button(people.tess), button(people.nils)) == (["Start a culture"], [])
    product = grown(marrow, people, harvested_on=None, cells_millions=None, viability_percent=None)
    assert button(people.tess) == ["Record the harvest of B-001"]
    services.record_harvest(
        product=product, harvested_on=date(2026, 2, 27), cells_millions=Decimal(110),
        viability_percent=Decimal(93), actor=people.tess, at=LATER,
    )  # fmt: skip
    assert button(people.tess) == ["Enter results of B-001"]
    with_results(product, people)
    assert button(people.tess) == ["Read and release B-001"]
    released(product, people)
    assert (button(people.tess), button(people.nils)) == ([], ["Record the infusion"])


def test_the_states_of_the_steps_are_words(people: People, participant: Participant) -> None:
    page = read(browser(people.ines), address(participant, "treatment"))
    assert "Allocation Allocated" in page.text
    assert "Marrow aspiration Due" in page.text
    assert "Culture Later" in page.text
    assert "Infusion Too late" in page.text
    failed(grown(aspirated(participant, people), people), people)
    not_treated(participant, people)
    page = read(browser(people.ines), address(participant, "treatment"))
    assert "Release of B-001 Failed" in page.text
    assert "Infusion Not treated" in page.text
    assert "Poor cell growth" in page.text


def test_an_arm_without_cells_has_nothing_more_to_record(people: People) -> None:
    participant = randomized(people, "control")
    page = read(browser(people.ines), address(participant, "treatment"))
    assert "Usual care without cells" in page.text
    assert "This arm has no cell product" in page.text
    for name, user in (("aspiration", people.tess), ("infusion", people.nils)):
        refused = read(browser(user), address(participant, name))
        assert refused.status == 409
        assert "not allocated to a cell product" in refused.text


def test_before_the_randomization_the_page_says_what_would_fill_it(people: People) -> None:
    participant = eligible(people, at=EARLY)
    page = read(browser(people.ines), address(participant, "treatment"))
    assert "Not randomized yet." in page.text


FORMS = [
    ("aspiration", ASPIRATION, "tess", {"volume_ml": "0"}, "more than 0 mL"),
    ("aspiration", ASPIRATION, "tess", {"aspirated_on": "2026-02-01"}, "before the randomization"),
    ("aspiration", ASPIRATION, "tess", {"sample": "?"}, "3 to 30 capitals"),
    ("product", PRODUCT, "tess", {"culture_started_on": "2026-02-01"}, "before the aspiration"),
    ("infusion", INFUSION, "nils", {"infused_on": "2026-03-09"}, "batch expired"),
    ("infusion", INFUSION, "nils", {"volume_ml": "120"}, "100 mL at most"),
    ("infusion", INFUSION, "nils", {"viability_percent": "50"}, "70 % or more"),
    ("infusion", INFUSION, "nils", {"interruption": "Shivering"}, "whole dose was not given"),
    ("not-treated", NOT_TREATED, "ines", {"note": ""}, "what the other reason was"),
    ("not-treated", NOT_TREATED, "ines", {"decided_on": "2027-01-01"}, "in the future"),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form[0]}: {form[4]}")
def test_a_refused_form_says_why_and_keeps_everything_that_was_typed(
    people: People, case: Case, form: tuple[str, dict[str, str], str, dict[str, str], str]
) -> None:
    name, typed, who, wrong, words = form
    participant, product = case
    rows = (Aspiration, Product, Release, Infusion, NotTreated)
    before = [model._default_manager.count() for model in rows]
    sent = {**typed, **wrong}
    if name == "aspiration":
        sent.setdefault("sample", "S-002")
        sent["sample"] = sent["sample"].replace("s-001", "S-002")
    if name == "product":
        sent |= {"aspiration": str(product.aspiration.pk), "batch": "B-002"}
    if name == "infusion":
        sent |= {"product": str(product.pk)}
    page = send(browser(getattr(people, who)), address(participant, name), **sent)
    assert page.status in {409, 422}
    assert words in page.text
    kept = {**page.filled(), **{key: found[0] for key, found in page.chosen.items()}}
    assert {key: kept.get(key, "") for key in sent} == sent
    assert [model._default_manager.count() for model in rows] == before


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("aspiration", "tess"),
        ("product", "tess"),
        ("infusion", "nils"),
        ("not-treated", "ines"),
    ],
)
def test_a_form_starts_with_nothing_chosen_and_refuses_to_be_sent_empty(
    people: People, case: Case, name: str, who: str
) -> None:
    participant, _ = case
    client = browser(getattr(people, who))
    page = read(client, address(participant, name))
    assert (page.chosen, page.filled()) == ({}, {})
    answer = send(client, address(participant, name))
    assert answer.status == 422
    assert "required" in answer.text


def test_only_batches_and_marrow_of_this_participant_are_offered(
    people: People, case: Case
) -> None:
    _, product = case
    other = eligible(people, at=EARLY)
    other = allocate(other, people)
    while arm_of(other) != "cells":
        other = allocate(eligible(people, at=EARLY), people)
    for name, who, typed in (
        ("infusion", people.nils, {**INFUSION, "product": str(product.pk)}),
        ("product", people.tess, {**PRODUCT, "aspiration": str(product.aspiration.pk)}),
    ):
        page = send(browser(who), address(other, name), **typed)
        assert page.status == 422
        assert "Select a valid choice" in page.text
    assert read(browser(people.tess), address(other, "product-tests", "B-001")).status == 404


@pytest.mark.requirement("R-017")
def test_no_role_without_the_permission_opens_a_form(people: People, case: Case) -> None:
    participant, product = case
    of_batch = [
        (f"product-{step}", ("B-001",))
        for step in ("passage", "harvest", "tests", "release", "exception", "fail", "disposal")
    ]
    for permission, places in (
        (Permission.KNOW_ARMS, [("treatment", ())]),
        (Permission.HANDLE_PRODUCT, [("aspiration", ()), ("product", ()), *of_batch]),
        (Permission.INFUSE, [("infusion", ()), ("not-treated", ()), ("infusion-correction", ())]),
        (Permission.SIGN, [("product-agreement", ("B-001",))]),
    ):
        for user in lacking(permission, people):
            client = browser(user)
            for name, more in places:
                page = read(client, address(participant, name, *more))
                assert page.status == 403, (user, name)
                assert product.batch not in page.text


def test_somebody_of_another_site_finds_nothing(people: People, case: Case) -> None:
    participant, _ = case
    client = browser(people.carl)
    for name in ("treatment", "infusion", "not-treated", "randomize"):
        assert client.get(address(participant, name)).status_code == 404
    # Knows arms for the whole trial and reads no participant.
    assert browser(people.uma).get(address(participant, "treatment")).status_code == 404
