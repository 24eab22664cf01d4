"""Eligibility in the browser: what the system answers, what a person answers, the signature."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from audit.models import Event
from tests.builders import NIHSS_12, eligible, enrolled, saved
from tests.locking import lock
from tests.people import AT, PASSWORD, People
from tests.trial.reading import Page, queries, read, send
from trial import selectors, services
from trial.forms.eligibility import EligibilityForm
from trial.models import CriterionAnswer, Participant, Signature
from trial.presenters.eligibility import sheet
from trial.protocol import current

TYPED = [criterion for criterion in current().criteria if criterion.computed is None]
WANTED = {criterion.code: "yes" if criterion.wanted else "no" for criterion in TYPED}


def page_of(participant: Participant) -> str:
    """The address of the criteria."""
    return f"/participants/{participant.code}/eligibility/"


def sign_page(participant: Participant) -> str:
    """The address of the signature."""
    return f"{page_of(participant)}sign/"


def answered(people: People, **changed: str) -> Participant:
    """A participant whose criteria all have an answer; nothing is signed."""
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    saved(participant, "V0", "demographics", people, prestroke_mrs=0)
    answers = {code: value == "yes" for code, value in {**WANTED, **changed}.items()}
    services.answer_criteria(participant=participant, answers=answers, actor=people.nils, at=AT)
    return participant


def item(page: Page, code: str) -> str:
    """The part of the page about one criterion."""
    parts = re.split(r'class="item(?: item-wrong)?"', page.html)
    return next(part for part in parts if f'id="item-{code}"' in part)


def test_nothing_is_preselected_and_every_criterion_is_there(
    people: People, client: Client
) -> None:
    client.force_login(people.nils)
    page = read(client, page_of(enrolled(people)))
    assert page.chosen == {}
    for criterion in current().criteria:
        assert f'id="item-{criterion.code}"' in page.html


@pytest.mark.requirement("R-005")
def test_a_computed_criterion_shows_its_answer_and_the_facts(
    people: People, client: Client
) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    page = read(client, page_of(participant))
    assert "66 years at consent" in item(page, "I1")
    assert "8 days from stroke onset to consent" in item(page, "I2")
    assert "NIHSS at V0 is not complete" in item(page, "I4")
    assert f"/participants/{participant.code}/visits/V0/1/nihss/" in item(page, "I4")
    assert "<b>—</b>" in item(page, "I4")
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    page = read(client, page_of(participant))
    assert "NIHSS total at V0: 12" in item(page, "I4")
    assert "<b>Yes</b>" in item(page, "I4")
    assert "<b>No</b>" in item(page, "E2")


@pytest.mark.requirement("R-005")
def test_a_computed_criterion_cannot_be_typed(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    send(client, page_of(participant), I1="no", I3="yes")
    assert [row.criterion for row in participant.criteria.all()] == ["I3"]


def test_answers_are_saved_some_now_and_some_later(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    assert send(client, page_of(participant), I3="yes", E1="no").status == 302
    page = read(client, page_of(participant))
    assert "2 answers saved." in page.text
    assert page.chosen == {"I3": ["yes"], "E1": ["no"]}
    assert send(client, page_of(participant), **{**WANTED, "I3": "yes"}).status == 302
    assert selectors.eligibility_of(participant).met is None
    assert participant.criteria.count() == len(TYPED)


@pytest.mark.requirement("R-033")
def test_a_changed_answer_asks_for_a_reason_and_keeps_both(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = answered(people)
    assert "Reason for the change" not in read(client, page_of(participant)).text
    page = send(client, page_of(participant), **{**WANTED, "E5": "yes"})
    assert page.status == 422
    assert "Reason for the change" in page.text
    assert page.chosen["E5"] == ["yes"]
    assert "<p data-was>saved: <del>No</del></p>" in item(page, "E5")
    assert "<p data-was>" not in item(page, "E6")
    page = send(client, page_of(participant), **{**WANTED, "E5": "yes"}, reason_pick="Other")
    assert page.status == 422
    sent = send(
        client, page_of(participant), **{**WANTED, "E5": "yes"},
        reason_pick="Transcription error", reason_words="misread",
    )  # fmt: skip
    assert sent.status == 302
    row = participant.criteria.get(criterion="E5")
    assert row.met is True
    history = row.history.latest()
    assert history.history_change_reason == "Transcription error: misread"
    page = read(client, page_of(participant))
    assert "is not eligible" in page.text
    assert "the saved answer excludes" in item(page, "E5")


def test_a_saved_answer_is_not_taken_away(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = answered(people)
    without = {code: value for code, value in WANTED.items() if code != "E7"}
    page = send(client, page_of(participant), **without)
    assert page.status == 422
    assert "not taken away" in item(page, "E7")
    assert CriterionAnswer.objects.filter(participant=participant, criterion="E7").exists()


def test_nonsense_is_refused_beside_its_criterion(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = enrolled(people)
    page = send(client, page_of(participant), I3="perhaps", E1="no")
    assert page.status == 422
    assert "not one of the available choices" in item(page, "I3")
    assert page.chosen == {"E1": ["no"]}
    assert not participant.criteria.exists()


@pytest.mark.requirement("R-005")
def test_signing_shows_what_is_signed_and_prints_name_meaning_and_utc(
    people: People, client: Client
) -> None:
    client.force_login(people.ines)
    participant = answered(people)
    assert sign_page(participant) in read(client, page_of(participant)).links
    page = read(client, sign_page(participant))
    for criterion in current().criteria:
        assert f">{criterion.code}<" in page.html
    assert "I confirm that this person is eligible." in page.text
    assert send(client, sign_page(participant), password=PASSWORD).status == 422
    seen = page.typed["seen"]
    assert send(client, sign_page(participant), password=PASSWORD, seen="0" * 64).status == 409
    assert not Signature.objects.exists()
    assert send(client, sign_page(participant), password=PASSWORD, seen=seen).status == 302
    signature = Signature.objects.get()
    page = read(client, page_of(participant))
    printed = f"{signature.signed_at:%Y %H:%M} UTC"
    assert "Signed by Ines Roth on" in page.text
    assert printed in page.text
    assert "I confirm that this person is eligible." in page.text
    assert sign_page(participant) not in page.links


def test_signing_twice_shows_the_same_signature(people: People, client: Client) -> None:
    client.force_login(people.ines)
    participant = eligible(people)
    for answer in (
        client.get(sign_page(participant)),
        client.post(sign_page(participant), {"password": PASSWORD}),
    ):
        assert answer.status_code == 302
        assert answer.url == page_of(participant)  # type: ignore[attr-defined]  # a redirect has one
    assert Signature.objects.count() == 1


def test_a_wrong_password_signs_nothing_and_is_in_the_log(people: People, client: Client) -> None:
    client.force_login(people.ines)
    participant = answered(people)
    page = send(client, sign_page(participant), password="wrong", seen="0" * 64)
    assert page.status == 422
    assert "The password is not right" in page.text
    assert "wrong" not in page.typed.values()
    assert not Signature.objects.exists()
    event = Event.objects.get(name="signature.refused")
    assert (event.actor, event.participant) == (people.ines, participant.code)


def test_an_incomplete_or_negative_eligibility_cannot_be_signed(
    people: People, client: Client
) -> None:
    client.force_login(people.ines)
    for participant in (enrolled(people), answered(people, E5="yes")):
        assert sign_page(participant) not in read(client, page_of(participant)).links
        assert 'type="password"' not in read(client, sign_page(participant)).html
        page = send(client, sign_page(participant), password=PASSWORD, seen="0" * 64)
        assert page.status == 409
        assert not Signature.objects.exists()


@pytest.mark.requirement("R-005")
def test_a_change_after_the_signature_voids_it_on_the_page(people: People, client: Client) -> None:
    client.force_login(people.ines)
    participant = eligible(people)
    assert "Signed by" in read(client, page_of(participant)).text
    change = {"reason_pick": "Transcription error"}
    send(client, page_of(participant), **{**WANTED, "E5": "yes"}, **change)
    page = read(client, page_of(participant))
    assert "Signed by" not in page.text
    send(client, page_of(participant), **WANTED, **change)
    page = read(client, page_of(participant))
    assert "Signed by" not in page.text, "put back, it is still to be signed again"
    assert sign_page(participant) in page.links


@pytest.mark.requirement("R-070")
def test_readers_see_answers_and_nothing_to_press(people: People, client: Client) -> None:
    participant = answered(people)
    for name in ("otto", "mona", "dora", "ivan", "tess"):
        client.force_login(getattr(people, name))
        page = read(client, page_of(participant))
        assert page.status == 200
        assert 'type="radio"' not in page.html
        assert "Save answers" not in page.text
        assert "Sign eligibility" not in page.text
        assert client.post(page_of(participant), WANTED).status_code == 403
        assert client.get(sign_page(participant)).status_code == 403


@pytest.mark.requirement("R-070")
def test_another_site_finds_nothing(people: People, client: Client) -> None:
    participant = answered(people)
    client.force_login(people.carl)
    for address in (page_of(participant), sign_page(participant)):
        assert client.get(address).status_code == 404
        assert client.post(address, {"password": PASSWORD, **WANTED}).status_code == 404


@pytest.mark.requirement("R-070")
def test_a_nurse_does_not_sign(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = answered(people)
    page = read(client, page_of(participant))
    assert "An investigator signs next." in page.text
    assert sign_page(participant) not in page.links
    assert client.post(sign_page(participant), {"password": PASSWORD}).status_code == 403


def test_a_locked_participant_is_text(people: People, client: Client) -> None:
    client.force_login(people.nils)
    participant = answered(people)
    lock(people.dora, participant=participant)
    assert 'type="radio"' not in read(client, page_of(participant)).html
    page = send(client, page_of(participant), **WANTED)
    assert page.status == 409
    assert "This participant is locked" in page.text


def test_queries_do_not_grow_with_answers(people: People, client: Client) -> None:
    client.force_login(people.ines)
    empty, full = enrolled(people), answered(people)
    saved(empty, "V0", "nihss", people, **NIHSS_12)
    saved(empty, "V0", "demographics", people, prestroke_mrs=0)
    client.get(page_of(empty))
    few = queries(lambda: client.get(page_of(empty)))
    assert queries(lambda: client.get(page_of(full))) == few


def test_a_computed_criterion_tells_the_facts_it_read_and_no_other(people: People) -> None:
    page = sheet(enrolled(people), EligibilityForm(saved={}), people.ines)
    told = {
        line.criterion.code: [basis.words for basis in line.basis]
        for section in page.sections
        for line in section.lines
    }
    assert told["I1"] == ["66 years at consent"]
    assert told["I2"] == ["8 days from stroke onset to consent"]
    assert told["I4"] == ["NIHSS at V0 is not complete"]
