"""The overview counts what there is, each number opens its list, and no count tells the arm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from monitoring.overview import waiting
from monitoring.overview.bars import Bar, bars, share
from monitoring.overview.deviations import Deviation, deviations
from monitoring.overview.slots import KINDS, Count, Slot, count, slots
from monitoring.services import open_query
from tests.builders import enrolled, saved, visit_of
from tests.monitoring.marked import changed, verified
from tests.people import AT, PASSWORD, People
from tests.randomization.builders import randomized
from tests.stage import once
from tests.trial.reading import queries, read
from trial import services
from trial.models import Participant
from trial.selectors import record_digest

TODAY = AT.date()


@once
def followed(people: People) -> Participant:
    """At the first visit: a verified and signed NIHSS, a changed mRS, a draft Barthel."""
    participant = enrolled(people)
    nihss = saved(participant, "V0", "nihss", people)
    verified(nihss, people)
    services.sign_record(
        record=nihss, seen=record_digest(nihss), password=PASSWORD, actor=people.ines, at=AT
    )
    mrs = saved(participant, "V0", "mrs", people)
    verified(mrs, people)
    changed(mrs, people, grade=1)
    saved(participant, "V0", "barthel", people, complete=False)
    return participant


def at_first_visit(people: People, day: date = TODAY) -> list[Slot]:
    """The forms of the first visit, as the monitor counts them."""
    return [slot for slot in slots(people.mona, day) if slot.code == "V0"]


@pytest.mark.requirement("R-041")
def test_it_counts_what_is_due_entered_complete_verified_and_signed(
    people: People, followed: Participant
) -> None:
    assert count(at_first_visit(people)) == Count(
        due=4, entered=3, complete=2, planned=2, verified=1, signed=1, locked=0, overdue=2,
        changed=1,
    )  # fmt: skip


def test_a_visit_whose_window_is_still_to_come_is_not_due(
    people: People, followed: Participant
) -> None:
    assert {slot.code for slot in slots(people.mona, TODAY)} == {"V0", "M1"}
    assert {slot.code for slot in slots(people.mona, TODAY + timedelta(days=30))} > {"M1", "M2"}


@pytest.mark.requirement("R-021")
def test_a_missed_visit_and_one_after_a_death_are_due_from_nobody(
    people: People, followed: Participant
) -> None:
    services.mark_missed(
        visit=visit_of(followed, "M1"), reason="On holiday", actor=people.nils, at=AT
    )
    services.record_death(
        participant=followed, died_on="2026-03-11", cause="Stroke", actor=people.nils, at=AT
    )
    assert {slot.code for slot in slots(people.mona, TODAY + timedelta(days=900))} == {"V0"}


@pytest.mark.requirement("R-020")
def test_deviations_are_listed_with_their_reasons(people: People, followed: Participant) -> None:
    services.mark_missed(
        visit=visit_of(followed, "M1"), reason="On holiday", actor=people.nils, at=AT
    )
    services.set_visit_date(
        visit=visit_of(followed, "V0"), actual_on=date(2026, 3, 2), reason="Typing error",
        actor=people.nils, at=AT,
    )  # fmt: skip
    services.mark_not_done(
        visit=visit_of(followed, "V0"), form="fma", not_done_reason="Too tired", version=0,
        actor=people.nils, at=AT,
    )  # fmt: skip
    found = {(one.kind, one.code, one.form): one for one in deviations(people.mona)}
    assert found["missed", "M1", ""].reason == "On holiday"
    assert "after its window" in found["outside_window", "V0", ""].what
    assert found["not_done", "V0", "fma"].reason == "Too tired"
    assert "entered 12 Mar 2026, 38 days later" in found["late_entry", "V0", "nihss"].what


def test_a_form_typed_in_within_the_days_of_the_protocol_is_no_deviation(people: People) -> None:
    soon = datetime(2026, 2, 5, 10, tzinfo=UTC)
    saved(enrolled(people, at=soon), "V0", "nihss", people, at=soon)
    assert deviations(people.mona) == []


def test_queries_are_counted_by_age(people: People, followed: Participant) -> None:
    for days in (1, 10, 60):
        open_query(
            participant=followed, text="Is this right?", actor=people.mona,
            at=AT - timedelta(days=days),
        )  # fmt: skip
    found = waiting.live_queries(people.mona)
    assert [number for _, _, number in waiting.by_age(found, TODAY)] == [1, 1, 1]
    assert waiting.live_queries(people.carl) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_number_opens_the_list_that_holds_as_many(
    client: Client, people: People, followed: Participant, kind: str
) -> None:
    client.force_login(people.mona)
    number = sum(map(KINDS[kind][1], slots(people.mona, datetime.now(tz=UTC).date())))
    page = read(client, f"/overview/records/?show={kind}")
    assert f" of {number} forms" in page.text if number else "No form fits." in page.text


def test_every_link_of_the_overview_leads_somewhere(
    client: Client, people: People, followed: Participant
) -> None:
    client.force_login(people.mona)
    for address in ("/overview/", "/overview/GRE/"):
        page = read(client, address)
        behind = {link for link in page.links if "?" in link}
        assert len(behind) > 20
        assert {read(client, link).status for link in sorted(behind)[::4]} == {200}


def test_the_overview_shows_figures_with_their_tables(
    client: Client, people: People, followed: Participant
) -> None:
    client.force_login(people.dora)
    page = read(client, "/overview/")
    assert page.html.count("<summary>Table</summary>") >= 2
    assert page.html.count("<figcaption>") == 3
    assert "Grenoble" in page.html


@pytest.mark.requirement("R-070")
def test_a_site_reads_its_own_overview_only(
    client: Client, people: People, followed: Participant
) -> None:
    client.force_login(people.carl)
    assert "Nothing is due yet." in read(client, "/overview/").text
    assert read(client, "/overview/GRE/").status == 404
    assert read(client, "/overview/records/?site=GRE").status == 400
    client.force_login(people.otto)
    assert read(client, "/overview/").status == 403


def test_nonsense_in_a_filter_is_said(client: Client, people: People) -> None:
    client.force_login(people.mona)
    for address in ("/overview/records/?show=all", "/deviations/?kind=odd"):
        page = read(client, address)
        assert (page.status, "These filters make no sense." in page.text) == (400, True)


@pytest.mark.requirement("R-017")
def test_a_visit_of_one_arm_is_in_no_count_of_the_blinded(client: Client, people: People) -> None:
    participant = randomized(people, "cells")
    saved(participant, "BMA", "vitals", people)
    assert "BMA" not in {slot.code for slot in slots(people.mona, TODAY)}
    assert "BMA" in {slot.code for slot in slots(people.ivan, TODAY)}
    assert not {one.code for one in deviations(people.mona)} & {"BMA", "INF"}
    client.force_login(people.mona)
    for address in ("/overview/", "/overview/GRE/", "/overview/records/", "/deviations/"):
        assert "BMA" not in read(client, address).html


def test_the_overview_asks_as_often_for_many_as_for_few(
    client: Client, people: People, followed: Participant
) -> None:
    client.force_login(people.mona)
    read(client, "/overview/")
    few = queries(lambda: read(client, "/overview/"))
    for _ in range(3):
        saved(enrolled(people), "V0", "nihss", people)
    assert queries(lambda: read(client, "/overview/")) == few
    assert few < 30


def test_bars_are_drawn_on_one_scale() -> None:
    figure = bars(
        name="x", title="Forms", down="State",
        given=[Bar("Entered", 5, 10), Bar("Signed", 0, 5), Bar("Alone", 10)],
    )  # fmt: skip
    lengths = [(one.length, one.frame) for one in figure.bars]
    assert lengths == [(54.0, 108.0), (0.0, 54.0), (108.0, 0.0)]
    assert figure.description == "Entered 5 of 10, Signed 0 of 5, Alone 10"
    assert bars(name="x", title="None", down="Kind", given=[Bar("A", 0)]).empty


def test_a_share_is_full_only_when_nothing_is_missing() -> None:
    assert [share(*of) for of in ((999, 1000), (1000, 1000), (0, 0))] == [99, 100, 0]


def test_a_deviation_names_its_kind() -> None:
    one = Deviation("late_entry", "GRE", "GRE-001-5", "V0", "V0", "nihss", "", "", TODAY, "/")
    assert (one.words, one.state, one.title) == ("Entered late", "late", "NIHSS")
