"""Home, the list of participants and the page of one, as each person meets them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.builders import INDEX_ON, NIHSS_12, enrolled, saved
from tests.people import AT, PASSWORD, People
from tests.stage import once
from tests.trial.reading import queries, read
from trial import services
from trial.margin import Look
from trial.models import Participant, Visit
from trial.presenters import grid
from trial.presenters.home import board
from trial.protocol import current
from trial.selectors import record_digest
from trial.services.visits import open_visits
from trial.worklist import visible_visits

HOME, LIST = "/", "/participants/"
# M1 is open, M2 further than a week away.
TODAY = date(2026, 3, 2)


@once
def participant(people: People) -> Participant:
    """Somebody of Grenoble whose index event was on 25 January 2026."""
    return enrolled(people)


def page_of(participant: Participant) -> str:
    """The address of a participant."""
    return f"{LIST}{participant.code}/"


def states(
    participant: Participant, people: People, day: date, *, reader: str = "ines"
) -> dict[tuple[str, str], str]:
    """Form and visit to the state of the cell."""
    visits = list(visible_visits(getattr(people, reader)).filter(participant=participant))
    drawn = grid.grid(grid.course(participant, visits, day), Look(getattr(people, reader), AT))
    return {
        (row.name, column.name): cell.state
        for row in drawn.rows
        for column, cell in zip(drawn.columns, row.cells, strict=True)
    }


def test_home_counts_what_each_person_owes(people: People, participant: Participant) -> None:
    boards = {
        name: board(getattr(people, name), TODAY, "")
        for name in ("ines", "nils", "otto", "carl", "ada", "stan")
    }
    counts = {
        name: {tally.show: tally.count for tally in shown.tallies} for name, shown in boards.items()
    }
    assert counts["nils"] == {
        "late": 1,
        "due": 1,
        "drafts": 0,
        "screening": 0,
        "queries": 0,
        "infusions": 0,
    }
    assert counts["ines"] == {**counts["nils"], "eligibility": 1, "sign": 0, "agreements": 0}
    assert counts["otto"] == {"late": 1, "due": 1, "drafts": 0, "queries": 0}
    assert counts["carl"]["late"] == 0
    assert counts["ada"] == counts["stan"] == {}


def test_home_puts_what_is_late_first(people: People, participant: Participant) -> None:
    saved(participant, "M1", "mrs", people, complete=False)
    shown = board(people.ines, TODAY, "")
    assert [task.state for task in shown.tasks][:3] == ["late", "due", "draft"]
    assert {task.state for task in board(people.ines, TODAY, "due").tasks} == {"due"}


def test_home_names_the_forms_that_are_missing(people: People, participant: Participant) -> None:
    saved(participant, "V0", "nihss", people)
    late = board(people.nils, TODAY, "late").tasks[0]
    assert late.what == "History, mRS, Barthel"
    assert (late.who, late.where) == (participant.code, "V0")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("ada", "Your work is in People."), ("stan", "Your work is in Data cuts."),
     ("dag", "Your work is in Data cuts."), ("zoe", "No delegation is in force for you.")],
)  # fmt: skip
def test_home_says_where_the_work_is(
    people: People, client: Client, name: str, sentence: str
) -> None:
    client.force_login(getattr(people, name))
    assert sentence in read(client, HOME).text


@pytest.mark.parametrize("show", ["late", "nonsense", "%00", "<script>"])
def test_home_takes_any_word_to_show(people: People, client: Client, show: str) -> None:
    client.force_login(people.ines)
    assert read(client, f"{HOME}?show={show}").status == 200


@pytest.mark.parametrize("address", [HOME, LIST])
def test_it_asks_as_many_queries_for_few_as_for_many(
    people: People, client: Client, address: str
) -> None:
    saved(enrolled(people), "V0", "nihss", people)
    client.force_login(people.ines)
    read(client, address)
    few = queries(lambda: read(client, address))
    for _ in range(6):
        saved(enrolled(people), "V0", "nihss", people)
    assert queries(lambda: read(client, address)) == few


def test_the_list_starts_with_whoever_is_late(people: People, client: Client) -> None:
    recent = enrolled(people, index_on=INDEX_ON + timedelta(days=30))
    overdue = enrolled(people)
    for visit in Visit.objects.filter(participant=recent, window_to__lt=date(2090, 1, 1)):
        services.mark_missed(visit=visit, reason="not reached", actor=people.nils, at=AT)
    client.force_login(people.nils)
    codes = re.findall(r'<a href="/participants/([^/"]+)/">', read(client, LIST).html)
    assert codes == [overdue.code, recent.code]


def test_the_list_finds_by_part_of_a_code(people: People, client: Client) -> None:
    first, second = enrolled(people), enrolled(people)
    client.force_login(people.nils)
    answer = client.get(LIST, {"q": second.code.lower()})
    assert answer.headers["Location"] == page_of(second)
    both = read(client, f"{LIST}?q=gre-0")
    assert page_of(first) in both.links
    assert page_of(second) in both.links
    assert "Nobody fits." in read(client, f"{LIST}?q=XYZ").text
    assert read(client, f"{LIST}?q=%00&site=%00&page=x").status == 200


def test_the_list_shows_a_site_only_its_own(people: People, client: Client) -> None:
    here, there = enrolled(people), enrolled(people, site=people.lyon)
    client.force_login(people.ines)
    links = read(client, LIST).links
    assert page_of(here) in links
    assert page_of(there) not in links
    client.force_login(people.mona)
    assert {page_of(here), page_of(there)} <= set(read(client, LIST).links)
    assert page_of(here) not in read(client, f"{LIST}?site=LYO").links


def test_an_empty_list_says_what_would_fill_it(people: People, client: Client) -> None:
    client.force_login(people.ines)
    page = read(client, LIST)
    assert "No participants yet." in page.text
    assert "/screening/" in page.links


@pytest.mark.requirement("R-070")
def test_a_strangers_participant_is_not_found(
    people: People, client: Client, participant: Participant
) -> None:
    client.force_login(people.carl)
    assert read(client, page_of(participant)).status == 404
    assert read(client, f"{LIST}GRE-999-9/").status == 404


def test_the_grid_shows_a_state_in_each_cell(people: People, participant: Participant) -> None:
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    saved(participant, "V0", "mrs", people, complete=False)
    record = saved(participant, "V0", "barthel", people)
    services.mark_not_done(
        visit=record.visit, form="demographics", not_done_reason="lost", version=0,
        actor=people.nils, at=AT,
    )  # fmt: skip
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=AT
    )
    visit = participant.visits.get(code="M2")
    services.mark_missed(visit=visit, reason="on holiday", actor=people.nils, at=AT)
    found = states(participant, people, date(2026, 3, 3))
    assert {
        name: found[name, "V0"] for name in ("NIHSS", "mRS", "Barthel", "History", "Fugl-Meyer")
    } == {
        "NIHSS": "complete",
        "mRS": "draft",
        "Barthel": "signed",
        "History": "not_done",
        "Fugl-Meyer": "planned",
    }
    assert found["NIHSS", "M1"] == "due"
    assert found["NIHSS", "M2"] == "missed"
    assert found["NIHSS", "M4"] == "planned"
    assert found["fMRI", "M2"] == ""
    assert states(participant, people, date(2026, 3, 4))["NIHSS", "M1"] == "late"


def test_the_grid_expects_nothing_after_the_end(people: People, participant: Participant) -> None:
    services.record_death(
        participant=participant, died_on="2026-03-01", cause="stroke", actor=people.nils, at=AT
    )
    found = states(Participant.objects.get(pk=participant.pk), people, date(2027, 1, 1))
    assert found["NIHSS", "M1"] == "late"
    assert {state for (_, visit), state in found.items() if visit not in {"V0", "M1"}} == {""}


@pytest.mark.requirement("R-017")
def test_the_grid_hides_visits_that_tell_an_arm(
    people: People, client: Client, participant: Participant
) -> None:
    open_visits(
        participant=participant, plans=[current().visit("INF")], anchor=INDEX_ON,
        actor=people.tess, at=AT,
    )  # fmt: skip
    infusion = f"/participants/{participant.code}/visits/INF/1/"
    client.force_login(people.ines)
    assert infusion in read(client, page_of(participant)).links
    assert read(client, infusion).status == 200
    for reader in (people.otto, people.mona, people.dora):
        client.force_login(reader)
        assert infusion not in read(client, page_of(participant)).links
        assert read(client, infusion).status == 404
        assert read(client, f"{infusion}vitals/").status == 404


@pytest.mark.requirement("R-017")
def test_a_value_from_a_hidden_visit_is_not_shown_beside_an_item(
    people: People, client: Client, participant: Participant
) -> None:
    open_visits(
        participant=participant, plans=[current().visit("INF")], anchor=INDEX_ON,
        actor=people.tess, at=AT,
    )  # fmt: skip
    saved(participant, "INF", "vitals", people)
    later = services.add_unscheduled_visit(
        participant=participant, actual_on=date(2026, 3, 10), actor=people.nils, at=AT
    )
    client.force_login(people.otto)
    page = read(client, f"/participants/{participant.code}/visits/{later.code}/1/vitals/")
    assert page.status == 200
    assert "at INF" not in page.text


def test_a_score_is_drawn_over_the_visits(
    people: People, client: Client, participant: Participant
) -> None:
    client.force_login(people.ines)
    assert "<polyline" not in read(client, page_of(participant)).html
    saved(participant, "V0", "nihss", people, **NIHSS_12)
    saved(participant, "M1", "nihss", people)
    page = read(client, page_of(participant))
    assert "Range 0 to 42. V0 12, M1 0." in page.text
    assert "<polyline" in page.html
