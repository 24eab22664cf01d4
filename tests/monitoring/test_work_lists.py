"""From home, two clicks reach the act of every list; each list concerns whom it should."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from monitoring import certificates, services
from monitoring.models import Certificate
from monitoring.sdv_lists import LISTS
from tests.builders import eligible, enrolled, saved
from tests.monitoring.marked import changed, verified
from tests.people import People
from tests.stage import once
from tests.trial.reading import Page, queries, read
from trial import services as trial
from trial.errors import WrongState
from trial.margin import Look, Task
from trial.models import Record
from trial.roles import Role

TODAY = datetime.now(tz=UTC).date()


def tasks(user: User, show: str) -> list[Task]:
    """The lines of one list."""
    (one,) = [one for one in LISTS if one.show == show]
    return list(one.tasks(user, TODAY, 40))


def count(user: User, show: str) -> int | None:
    """The number on the tally of one list."""
    (one,) = [one for one in LISTS if one.show == show]
    return one.count(user, TODAY)


def certificate(people: People, person: User, *, until: date, form: str = "nihss") -> Certificate:
    """A certificate of a year, recorded by the data manager."""
    return services.record_certificate(
        person=person, form=form, valid_from=until - timedelta(days=365), valid_to=until,
        issued_by="Training centre", actor=people.dora, at=datetime.now(tz=UTC),
    )  # fmt: skip


def ending(people: People, person: User, *, on: date) -> None:
    """A second delegation of this person, with a last day."""
    trial.delegate(
        user=person, role=Role.NURSE, site=people.lyon, trained_on=date(2020, 1, 1),
        starts_on=date(2020, 2, 1), ends_on=on, actor=people.ada, at=datetime.now(tz=UTC),
    )  # fmt: skip


@once
def nihss(people: People) -> Record:
    """A complete NIHSS at the first visit."""
    return saved(enrolled(people), "V0", "nihss", people)


@pytest.mark.requirement("R-041")
def test_what_is_planned_and_not_verified_waits_for_the_monitor_by_visit(
    people: People, nihss: Record
) -> None:
    saved(nihss.participant, "V0", "mrs", people)
    (task,) = tasks(people.mona, "verify")
    assert (task.where, task.what, task.action) == ("V0", "NIHSS, mRS", "Verify")
    assert count(people.mona, "verify") == 2
    verified(nihss, people)
    assert count(people.mona, "verify") == 1


def test_the_oldest_visit_is_verified_first(people: People, nihss: Record) -> None:
    saved(nihss.participant, "M1", "mrs", people)
    assert [task.where for task in tasks(people.mona, "verify")] == ["V0", "M1"]


@pytest.mark.requirement("R-041")
def test_a_dropped_mark_reaches_the_monitor_and_is_not_counted_twice(
    people: People, nihss: Record
) -> None:
    verified(nihss, people)
    changed(nihss, people, gaze=1)
    (task,) = tasks(people.mona, "changed")
    assert "0 Normal → 1 Partial" in task.what
    assert "Nils Berg" in task.note
    assert (count(people.mona, "changed"), count(people.mona, "verify")) == (1, 0)


@pytest.mark.parametrize("name", ["nils", "ines", "otto", "dora", "ivan", "ada", "zoe"])
def test_verification_is_on_nobody_elses_home(people: People, nihss: Record, name: str) -> None:
    user = getattr(people, name)
    assert (count(user, "verify"), count(user, "changed")) == (None, None)
    assert tasks(user, "verify") == tasks(user, "changed") == []


@pytest.mark.requirement("R-027")
def test_a_certificate_that_ends_soon_is_told_to_the_rater_and_to_who_renews_it(
    people: People,
) -> None:
    certificate(people, people.otto, until=TODAY + timedelta(days=20))
    certificate(people, people.nils, until=TODAY + timedelta(days=200))
    for user in (people.otto, people.dora, people.ada):
        (task,) = tasks(user, "expiring")
        assert (task.who, task.what) == ("Otto Lind", "Certificate: NIHSS")
        assert "ends in 20 days" in task.note
    assert count(people.nils, "expiring") is None
    certificate(people, people.otto, until=TODAY + timedelta(days=300))
    assert count(people.otto, "expiring") is None


@pytest.mark.requirement("R-072")
def test_a_delegation_that_ends_soon_is_told_to_the_person_and_the_administrator(
    people: People,
) -> None:
    ending(people, people.zoe, on=TODAY + timedelta(days=5))
    assert [task.who for task in tasks(people.zoe, "expiring")] == ["Zoe Alone"]
    (task,) = tasks(people.ada, "expiring")
    assert task.href == f"/people/{people.zoe.pk}/delegations/new/"
    assert count(people.dora, "expiring") is None


@pytest.mark.requirement("R-027")
def test_an_assessment_without_a_valid_certificate_says_so_on_its_record(
    client: Client, people: People, nihss: Record
) -> None:
    address = f"/participants/{nihss.participant.code}/visits/V0/1/nihss/"
    client.force_login(people.ines)
    assert "No NIHSS certificate of Nils Berg is recorded." in read(client, address).text
    certificate(people, people.nils, until=date(2026, 1, 3))
    assert "Nils Berg’s NIHSS certificate expired on 3 Jan 2026" in read(client, address).text
    certificate(people, people.nils, until=date(2026, 12, 31))
    assert "certificate" not in read(client, address).text


def test_a_form_that_needs_no_certificate_asks_for_none(people: People) -> None:
    with pytest.raises(WrongState):
        certificate(people, people.nils, until=TODAY, form="barthel")


def test_a_certificate_is_recorded_on_its_page(client: Client, people: People) -> None:
    client.force_login(people.dora)
    address = f"/certificates/new/?person={people.otto.pk}&form=nihss"
    page = read(client, address)
    assert page.chosen["person"] == [str(people.otto.pk)]
    given = {"person": people.otto.pk, "form": "nihss", "issued_by": "Centre"}
    wrong = Page(
        client.post(address, {**given, "valid_from": "2026-05-02", "valid_to": "2026-05-01"})
    )
    assert (wrong.status, "The last day comes before the first." in wrong.text) == (422, True)
    right = {**given, "valid_from": "2026-05-01", "valid_to": "2027-05-01"}
    assert client.post(address, right).status_code == 302
    again = Page(client.post(address, right))
    assert (again.status, "recorded already" in again.text) == (422, True)


def test_one_reads_ones_own_certificates_and_the_data_manager_all(
    client: Client, people: People
) -> None:
    certificate(people, people.otto, until=TODAY)
    for user, sees in ((people.otto, True), (people.dora, True), (people.nils, False)):
        client.force_login(user)
        assert ("Otto Lind" in read(client, "/certificates/").html.split("<main")[1]) is sees


ACTS = {
    "changed": ("mona", 'value="asked"'),
    "verify": ("mona", "Mark th"),
    "expiring": ("ada", "Delegate</button>"),
}


@pytest.mark.parametrize("show", ["changed", "verify", "expiring"])
def test_from_home_two_clicks_reach_the_act(
    client: Client, people: People, nihss: Record, show: str
) -> None:
    """The first opens the line of the list; the second is the button of the page behind it."""
    name, button = ACTS[show]
    if show == "changed":
        verified(nihss, people)
        changed(nihss, people, gaze=1)
    ending(people, people.zoe, on=TODAY + timedelta(days=5))
    client.force_login(getattr(people, name))
    home = read(client, "/")
    (task, *_) = tasks(getattr(people, name), show)
    assert task.href.split("#")[0] in [link.split("#")[0] for link in home.links]
    assert button in read(client, task.href).html


@pytest.mark.parametrize(
    ("name", "action", "button"),
    [
        ("nils", "Open visit", "Save as complete"),
        ("nils", "Continue", "Save as complete"),
        ("ines", "Read and sign", "Sign"),
    ],
)
def test_the_backbones_own_lists_reach_their_act_as_quickly(
    client: Client, people: People, name: str, action: str, button: str
) -> None:
    """A visit's line leads to the visit, whose one solid button opens the next form."""
    participant = eligible(people)
    saved(participant, "V0", "mrs", people, complete=False)
    client.force_login(getattr(people, name))
    home = read(client, "/").html
    href = next(
        part.split('"')[0] for part in home.split('<td class="row-act"><a href="')[1:]
        if f">{action}</a>" in part.split("</td>")[0]
    )  # fmt: skip
    page = read(client, href)
    reached = [page, *(read(client, link) for link in page.links if link.startswith(href))]
    assert any(button in one.html for one in reached)


def test_the_lists_ask_as_often_for_many_records_as_for_few(people: People, nihss: Record) -> None:
    def all_lists() -> None:
        for one in LISTS:
            one.count(people.mona, TODAY)
            one.tasks(people.mona, TODAY, 40)

    verified(nihss, people)
    changed(nihss, people, gaze=1)
    few = queries(all_lists)
    for _ in range(3):
        other = saved(enrolled(people), "V0", "nihss", people)
        verified(other, people)
        changed(other, people, gaze=1)
    assert queries(all_lists) == few


def test_nobody_without_a_rater_needs_a_certificate(people: People, nihss: Record) -> None:
    nihss.assessed_by = None
    assert certificates.sentence(nihss, Look(people.ines, datetime.now(tz=UTC))) == ""
