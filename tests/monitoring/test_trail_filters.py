"""What the trail is narrowed to: words, form and field, site, kinds of acts; the oldest first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.act_names import act_names
from tests.builders import CONSENTED_ON, enrolled, lowest_answers, saved, visit_of
from tests.people import AT, People
from tests.randomization.builders import infused, ready
from trial import services
from trial.models import Participant

LATER = AT + timedelta(hours=1)


def page(client: Client, user: User, **query: str) -> str:
    """The lines of the trail for somebody, and what is said about them."""
    client.force_login(user)
    answer = client.get(reverse("trail"), query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def lines(text: str) -> str:
    """The table alone."""
    return text.partition("<table")[2].partition("</table>")[0]


def corrected(people: People, participant: Participant) -> None:
    """A saved answer, changed with a reason an hour later."""
    saved(participant, "V0", "nihss", people)
    services.save_record(
        visit=visit_of(participant, "V0"), form="nihss", answers=lowest_answers("nihss", gaze=1),
        assessed_on=CONSENTED_ON, version=1, complete=True, actor=people.nils, at=LATER,
        reason="misread on the ward",
    )  # fmt: skip


@pytest.mark.requirement("R-034")
def test_a_field_shows_its_changes_and_nothing_else(client: Client, people: People) -> None:
    corrected(people, enrolled(people))
    found = lines(page(client, people.mona, form="nihss", field="gaze"))
    assert found.count("2 Horizontal gaze") == 2
    assert "0 Normal → 1 Partial" in found
    assert found.count("<tr>") == 3
    assert "Facial" not in found


def test_a_form_shows_its_answers_and_its_records(client: Client, people: People) -> None:
    participant = enrolled(people)
    corrected(people, participant)
    saved(participant, "V0", "mrs", people, grade=3)
    text = page(client, people.mona, form="nihss")
    assert "2 Horizontal gaze" in text
    assert "Record" in lines(text)
    assert "mRS" not in lines(text)
    assert "Record saved" not in lines(text)
    assert '<option value="gaze">' in text


def test_the_record_of_a_form_has_fields_of_its_own(client: Client, people: People) -> None:
    corrected(people, enrolled(people))
    found = lines(page(client, people.mona, form="nihss", field="record.assessed_on"))
    assert "Assessed on" in found
    assert "gaze" not in found


def test_a_field_left_over_from_another_form_is_let_go(client: Client, people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "mrs", people, grade=3)
    assert "mRS" in lines(page(client, people.mona, form="mrs", field="gaze"))


def test_what_is_no_form_can_be_chosen_too(client: Client, people: People) -> None:
    enrolled(people)
    found = lines(page(client, people.mona, form="trial.consent", field="consented_on"))
    assert "Consented on" in found
    assert "Given by" not in found


@pytest.mark.requirement("R-034")
@pytest.mark.parametrize(
    ("words", "found", "absent"),
    [
        ("misread", "0 Normal → 1 Partial", "Consent"),
        ("WARD mis", "0 Normal → 1 Partial", "Consent"),
        ("Nils", "Nils Berg", "Ines Roth"),
        ("record saved", "Record saved", "Participant enrolled"),
    ],
)
def test_it_searches_reasons_people_and_acts(
    client: Client, people: People, words: str, found: str, absent: str
) -> None:
    corrected(people, enrolled(people))
    text = lines(page(client, people.mona, words=words))
    assert found in text
    assert absent not in text


def test_it_searches_by_the_code_of_a_participant(client: Client, people: People) -> None:
    one, other = enrolled(people), enrolled(people)
    text = lines(page(client, people.mona, words=one.code.lower()))
    assert one.code in text
    assert other.code not in text


@pytest.mark.parametrize("words", ["zebra", "' | ''", "<->", "!", "a & b:*", "\\", "é"])
def test_words_that_nobody_wrote_find_nothing(client: Client, people: People, words: str) -> None:
    corrected(people, enrolled(people))
    assert "Nothing fits these filters." in page(client, people.mona, words=words)


def test_a_search_leaves_the_database_planning_as_before(client: Client, people: People) -> None:
    from django.db import connection

    page(client, people.mona, words="zebra")
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_indexscan")
        assert cursor.fetchone() == ("on",)


def test_a_site_can_be_chosen_of_those_one_may_read(client: Client, people: People) -> None:
    here, there = enrolled(people), enrolled(people, site=people.lyon)
    text = page(client, people.mona, site="LYO")
    assert there.code in lines(text)
    assert here.code not in lines(text)
    client.force_login(people.ines)
    assert client.get(reverse("trail"), {"site": "LYO"}).status_code == 400


def test_a_kind_of_act_can_be_chosen(client: Client, people: People) -> None:
    enrolled(people)
    text = page(client, people.mona, kind="!participant.enrolled")
    assert "Participant enrolled" in lines(text)
    assert lines(text).count("<tr>") == 2


@pytest.mark.requirement("R-017")
def test_acts_that_tell_an_arm_are_not_even_offered_to_the_blinded(
    client: Client, people: People
) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    assert "infusion.recorded" in act_names(revealing=True)
    assert "infusion.recorded" not in act_names(revealing=False)
    assert "infusion.recorded" not in page(client, people.mona)
    assert "infusion.recorded" in page(client, people.ines)
    assert "randomization.infusion" not in page(client, people.mona)


@pytest.mark.requirement("R-034")
def test_the_oldest_come_first_where_asked_for(client: Client, people: People) -> None:
    corrected(people, enrolled(people))
    enrolled(people, at=AT - timedelta(days=3))
    seen: list[str] = []
    query = "?sort=oldest"
    while query:
        text = client_page(client, people.mona, query)
        seen += re.findall(r'<time datetime="([^"]+)"', lines(text))
        link = re.search(r'rel="next" href="([^"]+)"', text)
        query = link[1].replace("&amp;", "&") if link else ""
    recorded = [at for at in seen if at.startswith("2026-03")]
    assert recorded == sorted(recorded)
    assert recorded[0].startswith("2026-03-09")
    assert recorded[-1].startswith("2026-03-12T11")
    assert "This is the end." in text


def client_page(client: Client, user: User, query: str) -> str:
    """The page at a query string."""
    client.force_login(user)
    return client.get(reverse("trail") + query).content.decode()
