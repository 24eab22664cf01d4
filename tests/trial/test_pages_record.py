"""A record in the browser: what is saved, what is refused, and what stays on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from audit.models import Event
from tests.builders import NIHSS_12, enrolled, lowest_answers, saved
from tests.people import PASSWORD, People
from tests.stage import once
from tests.trial.reading import Page, queries, read, send
from trial import selectors, services
from trial.errors import Stale
from trial.forms.record import RecordEntry
from trial.models import Confirmation, Participant, Record

DAY = "2026-02-20"
MORE = {"act": "complete", "assessed_on": DAY, "version": "0"}


def nihss(**given: object) -> dict[str, object]:
    """The lowest answer to every line, as the page posts it, then ``given``."""
    answers = lowest_answers("nihss")
    posted = {name: value for name, value in answers.items() if isinstance(value, int)}
    return {name: value for name, value in {**posted, **given}.items() if value != ""}


def address(participant: Participant, visit: str = "V0", form: str = "nihss") -> str:
    """The page of a form at a visit."""
    return f"/participants/{participant.code}/visits/{visit}/1/{form}/"


def record_of(participant: Participant, form: str = "nihss") -> Record:
    """The record of the first visit."""
    return Record.objects.get(participant=participant, visit__code="V0", form=form)


def chosen(page: Page, names: Mapping[str, object]) -> dict[str, Any]:
    """What the page shows as chosen for these items."""
    return {name: page.chosen.get(name, [""])[0] for name in names}


@pytest.fixture
def nurse(people: People, client: Client) -> Client:
    """The study nurse of Grenoble, signed in."""
    client.force_login(people.nils)
    return client


@once
def participant(people: People) -> Participant:
    """An enrolled participant of Grenoble."""
    return enrolled(people)


def test_it_chooses_nothing_beforehand(nurse: Client, participant: Participant) -> None:
    page = read(nurse, address(participant))
    assert (page.status, page.chosen) == (200, {})
    assert page.typed["version"] == "0"


def test_it_saves_a_draft_and_stays(nurse: Client, participant: Participant) -> None:
    answer = nurse.post(address(participant), {"act": "draft", "version": "0", "gaze": "1"})
    assert answer.headers["Location"] == address(participant)
    page = read(nurse, address(participant))
    assert page.chosen == {"gaze": ["1"]}
    assert "draft saved" in page.text
    assert record_of(participant).status == "draft"


def test_it_saves_as_complete_and_goes_back_to_the_visit(
    nurse: Client, participant: Participant
) -> None:
    answer = nurse.post(address(participant), {**nihss(**NIHSS_12), **MORE})
    assert answer.headers["Location"] == f"/participants/{participant.code}/visits/V0/1/"
    record = record_of(participant)
    assert (record.status, record.version, str(record.assessed_on)) == ("complete", 1, DAY)
    assert selectors.scores_of(record, form="nihss")["total"] == 12


@pytest.mark.requirement("R-022")
@pytest.mark.parametrize("value", ["7", "-1", "1.5", "alert", "1'; --", "9" * 40])
def test_it_refuses_a_wrong_value_and_keeps_the_rest(
    nurse: Client, participant: Participant, value: str
) -> None:
    posted = nihss(gaze=value, visual=2)
    page = send(nurse, address(participant), **posted, **MORE)
    assert page.status == 422
    kept = {name: str(answer) for name, answer in posted.items() if name != "gaze"}
    assert chosen(page, kept) == kept
    assert page.typed["assessed_on"] == DAY
    assert "#item-gaze" in page.links
    assert not Record.objects.exists()


@pytest.mark.requirement("R-022")
def test_it_refuses_untestable_without_a_reason(nurse: Client, participant: Participant) -> None:
    page = send(nurse, address(participant), **nihss(arm_left="UN", gaze=2), **MORE)
    assert page.status == 422
    assert chosen(page, {"arm_left": "", "gaze": ""}) == {"arm_left": "UN", "gaze": "2"}
    assert "#item-arm_left" in page.links
    assert not Record.objects.exists()


def test_it_takes_untestable_with_its_reason(nurse: Client, participant: Participant) -> None:
    posted = nihss(arm_left="UN", arm_left_untestable_reason="amputation")
    assert nurse.post(address(participant), {**posted, **MORE}).status_code == 302
    scores = selectors.scores_of(record_of(participant), form="nihss")
    assert scores["total"] == 0


def test_it_names_what_is_missing_from_a_complete_form(
    nurse: Client, participant: Participant
) -> None:
    page = send(nurse, address(participant), **nihss(face=""), **MORE)
    assert page.status == 422
    assert "#item-face" in page.links
    assert "#item-gaze" not in page.links


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Give the date of the assessment."),
        ("2026-02-30", "Enter a valid date."),
        ("2026-02-01", "before the participant"),
        ("2099-01-01", "in the future"),
        ("0001-01-01", "greater than or equal"),
    ],
)
def test_it_refuses_an_impossible_date_beside_its_box(
    nurse: Client, participant: Participant, day: str, sentence: str
) -> None:
    page = send(nurse, address(participant), **{**nihss(gaze=2), **MORE, "assessed_on": day})
    assert page.status == 422
    assert sentence in page.text
    assert "#field-assessed_on" in page.links
    assert page.typed["assessed_on"] == day
    assert page.chosen["gaze"] == ["2"]


@pytest.mark.requirement("R-026")
def test_it_asks_about_unusual_answers_and_keeps_the_word(
    nurse: Client, participant: Participant
) -> None:
    odd = nihss(language=3, consciousness=0, sensory=0)
    page = send(nurse, address(participant), **odd, **MORE)
    assert page.status == 422
    assert "Correct, or confirm" in page.text
    assert chosen(page, odd) == {name: str(value) for name, value in odd.items()}
    rules = sorted(set(_confirm_values(page)))
    assert rules
    answer = nurse.post(
        address(participant),
        {**odd, **MORE, "confirm": rules, f"comment_{rules[0]}": "seen twice"},
    )
    assert answer.status_code == 302
    assert sorted(row.rule for row in Confirmation.objects.all()) == rules
    assert Confirmation.objects.get(rule=rules[0]).comment == "seen twice"
    assert "seen twice" in read(nurse, address(participant)).text


def _confirm_values(page: Page) -> list[str]:
    return [part.split('"')[0] for part in page.html.split('name="confirm" value="')[1:]]


@pytest.mark.requirement("R-033")
def test_it_asks_for_a_reason_and_shows_the_old_answer(
    people: People, nurse: Client, participant: Participant
) -> None:
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    day = str(record_of(participant).assessed_on)
    posted = {**nihss(**NIHSS_12, gaze=1), "act": "complete", "version": "1", "assessed_on": day}
    page = send(nurse, address(participant), **posted)
    assert page.status == 422
    assert "#field-reason" in page.links
    assert page.chosen["gaze"] == ["1"]
    assert "<del>0 Normal</del>" in page.html
    posted |= {"reason_pick": "Transcription error", "reason_words": "line 2"}
    assert nurse.post(address(participant), posted).status_code == 302
    newest = record_of(participant).history.latest("history_id")
    assert newest.history_change_reason == "Transcription error: line 2"


@pytest.mark.requirement("R-024")
def test_it_shows_both_versions_when_somebody_saves_in_the_same_instant(
    people: People, participant: Participant
) -> None:
    posted = QueryDict("act=draft&version=0&gaze=2")
    entry = RecordEntry(participant.visits.get(code="V0"), "nihss", posted)
    saved(participant, "V0", "nihss", people, complete=False, gaze=1)
    stale = Stale(details={"answers": {"gaze": 1}, "version": 1})
    entry.refuse(stale)
    drawn = str(entry.form)
    assert (entry.seen, entry.status) == (1, 409)
    assert "<del>1 Partial palsy" in drawn
    assert entry.form.answers()["gaze"] == 2


@pytest.mark.parametrize("version", ["", "x", "-1", "1e3", "9" * 30, "²"])
def test_it_reads_a_strange_version_as_nobodys(
    nurse: Client, participant: Participant, version: str
) -> None:
    page = send(nurse, address(participant), **{**nihss(), **MORE, "version": version})
    assert page.status == 409
    assert not Record.objects.exists()


@pytest.mark.requirement("R-021")
def test_it_records_not_done_with_a_reason_only(nurse: Client, participant: Participant) -> None:
    empty = send(nurse, address(participant), act="not_done", version="0", not_done_reason=" ")
    assert empty.status == 422
    assert "Say why the form was not done." in empty.text
    words = "Too tired to be examined"
    data = {"act": "not_done", "version": "0", "not_done_reason": words}
    assert nurse.post(address(participant), data).status_code == 302
    assert words in read(nurse, address(participant)).text


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize("name", ["mona", "dora", "tess", "ivan"])
def test_it_is_read_only_for_readers(
    people: People, client: Client, participant: Participant, name: str
) -> None:
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    client.force_login(getattr(people, name))
    page = read(client, address(participant))
    assert page.status == 200
    assert "No movement at all" in page.text
    assert 'type="radio"' not in page.html
    assert send(client, address(participant), **nihss(), **MORE).status == 403


def test_it_is_not_there_for_a_stranger(
    people: People, client: Client, participant: Participant
) -> None:
    client.force_login(people.carl)
    assert read(client, address(participant)).status == 404
    assert send(client, address(participant), **nihss(), **MORE).status == 404


@pytest.mark.parametrize(
    "path", ["V0/1/nosuch/", "V0/2/nihss/", "M9/1/nihss/", "V0/99999999999/nihss/", "V0/1/fmri/"]
)
def test_it_knows_only_planned_forms(nurse: Client, participant: Participant, path: str) -> None:
    assert read(nurse, f"/participants/{participant.code}/visits/{path}").status == 404


def test_it_shows_the_last_value_small_and_never_takes_it_over(
    people: People, nurse: Client, participant: Participant
) -> None:
    saved(participant, "V0", "nihss", people, gaze=2)
    page = read(nurse, address(participant, "M1"))
    assert "was 2 at V0" in page.text
    assert page.chosen == {}


@pytest.mark.requirement("R-042")
def test_it_is_signed_by_password_and_void_after_a_change(
    people: People, client: Client, participant: Participant
) -> None:
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    client.force_login(people.ines)
    sign = f"{address(participant)}sign/"
    seen = read(client, sign).typed["seen"]
    refused = send(client, sign, password="wrong", seen=seen)
    assert refused.status == 422
    assert "The password is not right." in refused.text
    assert Event.objects.filter(name="signature.refused").exists()
    assert client.post(sign, {"password": PASSWORD}).status_code == 422
    assert client.post(sign, {"password": PASSWORD, "seen": "0" * 64}).status_code == 409
    assert client.post(sign, {"password": PASSWORD, "seen": seen}).status_code == 302
    assert "Signed by Ines Roth" in read(client, address(participant)).text
    record = record_of(participant)
    services.save_record(
        visit=record.visit, form="nihss", answers=lowest_answers("nihss", **NIHSS_12, gaze=1),
        assessed_on=record.assessed_on, version=1, complete=True, reason="typing error",
        actor=people.nils, at=record.history.latest("history_id").history_date,
    )  # fmt: skip
    page = read(client, address(participant))
    assert "the signature no longer holds" in page.text
    assert "Signed by Ines Roth" not in page.text


def test_it_says_that_there_is_nothing_to_sign(
    people: People, client: Client, participant: Participant
) -> None:
    client.force_login(people.ines)
    assert read(client, f"{address(participant)}sign/").status == 409


def test_it_asks_as_many_queries_however_many_visits_went_before(
    people: People, nurse: Client, participant: Participant
) -> None:
    read(nurse, address(participant, "M2"))
    saved(participant, "V0", "nihss", people)
    few = queries(lambda: read(nurse, address(participant, "M2")))
    saved(participant, "M1", "nihss", people)
    assert queries(lambda: read(nurse, address(participant, "M2"))) == few
