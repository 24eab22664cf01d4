"""Two people at one form: the second meets both versions and decides; neither loses anything."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.builders import enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.stage import once
from tests.trial.reading import Page, send
from trial import selectors, services
from trial.models import Participant, Record
from trial.versions import content_at

pytestmark = pytest.mark.requirement("R-024")
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def nurse(people: People, client: Client) -> Client:
    """Given the study nurse of Grenoble, signed in."""
    client.force_login(people.nils)
    return client


@once
def participant(people: People) -> Participant:
    """Given a participant with a complete NIHSS, version 1."""
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people)
    return participant


def record_of(participant: Participant) -> Record:
    """The NIHSS of the first visit."""
    return Record.objects.get(participant=participant, visit__code="V0", form="nihss")


def answers_of(participant: Participant) -> dict[str, Any]:
    """What is saved of it."""
    return selectors.answers_of(record_of(participant), form="nihss")


def address(participant: Participant) -> str:
    """Its page."""
    return f"/participants/{participant.code}/visits/V0/1/nihss/"


def typed(participant: Participant, version: int = 1, **given: Any) -> dict[str, Any]:
    """What the nurse's page posts: all answers, those given among them."""
    day = record_of(participant).assessed_on
    answers = {name: one for name, one in lowest_answers("nihss").items() if one is not None}
    return {
        **answers, "act": "complete", "assessed_on": str(day), "version": str(version),
        "reason_pick": "Other", "reason_words": "seen again", **given,
    }  # fmt: skip


def other_saves(participant: Participant, people: People, version: int = 1, **given: Any) -> Record:
    """The investigator saves meanwhile."""
    record = record_of(participant)
    return services.save_record(
        visit=record.visit, form="nihss", answers=lowest_answers("nihss", **given),
        assessed_on=record.assessed_on, version=version, complete=True, reason="another look",
        actor=people.ines, at=AT,
    )  # fmt: skip


def again(page: Page, **choices: str) -> dict[str, Any]:
    """What the page of both versions posts, with the choices made on it."""
    kept: dict[str, Any] = {}
    for name, value in _HIDDEN.findall(page.html):
        kept.setdefault(name, []).append(value)
    reason = {"reason_pick": "Other", "reason_words": page.typed["reason_words"]}
    return {**kept, **reason, "act": "complete", **choices}


def test_what_only_one_of_them_changed_stands_without_a_question(
    people: People, nurse: Client, participant: Participant
) -> None:
    other_saves(participant, people, face=2)
    page = send(nurse, address(participant), **typed(participant, gaze=1))
    assert page.status == 409
    assert "Taken over from what was saved" in page.text
    assert "<b>4 Facial palsy</b>: <del>0 " in page.html
    assert "Ines Roth" in page.text
    assert "Kept as you typed it" in page.text
    assert "Both of you answered" not in page.text
    assert nurse.post(address(participant), again(page)).status_code == 302
    assert {name: answers_of(participant)[name] for name in ("gaze", "face")} == {
        "gaze": 1, "face": 2,
    }  # fmt: skip
    assert record_of(participant).version == 3


@pytest.mark.parametrize(("choice", "gaze"), [("mine", 1), ("theirs", 2)])
def test_what_both_changed_is_chosen_and_nothing_is_chosen_beforehand(
    people: People, nurse: Client, participant: Participant, choice: str, gaze: int
) -> None:
    other_saves(participant, people, gaze=2, face=1)
    page = send(nurse, address(participant), **typed(participant, gaze=1))
    assert (page.status, page.chosen.get("keep_gaze")) == (409, None)
    assert answers_of(participant)["gaze"] == 2
    unchosen = send(nurse, address(participant), **again(page))
    assert unchosen.status == 422
    assert "#item-gaze" in unchosen.links
    assert "Choose which answer stands." in unchosen.text
    assert nurse.post(address(participant), again(unchosen, keep_gaze=choice)).status_code == 302
    assert answers_of(participant)["gaze"] == gaze
    assert answers_of(participant)["face"] == 1


def test_an_item_changes_hands_with_its_reason(
    people: People, nurse: Client, participant: Participant
) -> None:
    amputated: dict[str, Any] = {
        "arm_left_untestable": True,
        "arm_left_untestable_reason": "amputation",
    }
    other_saves(participant, people, arm_left=None, **amputated)
    page = send(nurse, address(participant), **typed(participant, arm_left=3))
    assert "Untestable, Amputation" in page.text
    assert nurse.post(address(participant), again(page, keep_arm_left="theirs")).status_code == 302
    assert {name: answers_of(participant)[name] for name in amputated} == amputated
    assert answers_of(participant)["arm_left"] is None


def test_a_third_save_meanwhile_starts_again_from_what_was_chosen(
    people: People, nurse: Client, participant: Participant
) -> None:
    other_saves(participant, people, gaze=2)
    page = send(nurse, address(participant), **typed(participant, gaze=1, face=1))
    other_saves(participant, people, 2, gaze=2, visual=1)
    second = send(nurse, address(participant), **again(page, keep_gaze="mine"))
    assert second.status == 409
    assert (second.typed["base"], second.typed["version"]) == ("2", "3")
    assert "Both of you answered" not in second.text
    assert second.typed["reason_words"] == "seen again"
    assert nurse.post(address(participant), again(second)).status_code == 302
    wanted = {"gaze": 1, "face": 1, "visual": 1}
    assert {name: answers_of(participant)[name] for name in wanted} == wanted


def test_two_first_saves_have_nothing_in_common_to_start_from(
    people: People, nurse: Client
) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people, complete=False, gaze=1)
    page = send(nurse, address(participant), **typed(participant, version=0, gaze=2))
    assert page.status == 409
    assert "keep_gaze" in page.html
    assert "keep_visual" not in page.html
    nurse.post(address(participant), again(page, keep_gaze="mine"))
    assert answers_of(participant)["gaze"] == 2


def test_the_date_is_an_answer_like_the_others(
    people: People, nurse: Client, participant: Participant
) -> None:
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", answers=lowest_answers("nihss"), version=1,
        assessed_on=date(2026, 2, 20), complete=True, reason="wrong day",
        actor=people.ines, at=AT,
    )  # fmt: skip
    page = send(nurse, address(participant), **typed(participant, assessed_on="2026-02-21"))
    assert "20 Feb 2026" in page.text
    nurse.post(address(participant), again(page, keep_assessed_on="theirs"))
    assert str(record_of(participant).assessed_on) == "2026-02-20"


def test_a_choice_the_checks_refuse_comes_back_as_the_whole_form(
    people: People, nurse: Client, participant: Participant
) -> None:
    other_saves(participant, people, gaze=2)
    page = send(nurse, address(participant), **typed(participant, gaze=1, language=3))
    asked = send(nurse, address(participant), **again(page, keep_gaze="theirs"))
    assert asked.status == 422
    assert "Correct, or confirm" in asked.text
    assert {name: asked.chosen[name] for name in ("gaze", "language")} == {
        "gaze": ["2"], "language": ["3"],
    }  # fmt: skip
    assert asked.typed["version"] == "2"


def test_the_whole_form_can_be_looked_at_first(
    people: People, nurse: Client, participant: Participant
) -> None:
    other_saves(participant, people, gaze=2, face=1)
    page = send(nurse, address(participant), **typed(participant, gaze=1))
    form = send(nurse, address(participant), **again(page, keep_gaze="mine", act="edit"))
    assert (form.status, form.chosen["gaze"], form.chosen["face"]) == (200, ["1"], ["1"])
    assert form.typed["version"] == "2"
    assert record_of(participant).version == 2


def test_the_same_answers_sent_twice_are_saved_once(
    people: People, nurse: Client, participant: Participant
) -> None:
    posted = typed(participant, gaze=1)
    for _ in range(2):
        assert nurse.post(address(participant), posted).status_code == 302
    assert record_of(participant).version == 2


def test_not_done_meanwhile_is_said_and_the_answers_are_kept(people: People, nurse: Client) -> None:
    participant = enrolled(people)
    services.mark_not_done(
        visit=visit_of(participant, "V0"), form="nihss", not_done_reason="Asleep", version=0,
        actor=people.ines, at=AT,
    )  # fmt: skip
    posted = typed(participant, version=0, gaze=1, assessed_on="2026-02-20")
    page = send(nurse, address(participant), **posted)
    assert page.status == 409
    assert "Meanwhile marked as not done: Asleep" in page.text
    assert nurse.post(address(participant), again(page)).status_code == 302
    assert answers_of(participant)["gaze"] == 1


def test_a_not_done_that_meets_answers_is_kept_on_the_page(
    nurse: Client, participant: Participant
) -> None:
    data = {"act": "not_done", "version": "0", "not_done_reason": "Too tired"}
    page = send(nurse, address(participant), **data)
    assert page.status == 409
    assert "not done, Too tired" in page.text


@pytest.mark.parametrize("base", ["x", "-1", "99", "9" * 20])
def test_a_strange_base_asks_about_everything(
    people: People, nurse: Client, participant: Participant, base: str
) -> None:
    other_saves(participant, people, gaze=2)
    posted = typed(participant, version=2, gaze=1) | {"base": base}
    page = send(nurse, address(participant), **posted)
    assert page.status == 422
    assert "keep_gaze" in page.html
    assert answers_of(participant)["gaze"] == 2


def test_a_version_reads_back_as_it_was(people: People, participant: Participant) -> None:
    record = other_saves(participant, people, gaze=2)
    seen = [content_at(record, version).get("gaze") for version in (0, 1, 2, 3)]
    assert seen == [None, 0, 2, None]
