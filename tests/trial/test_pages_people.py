"""Accounts and delegations in the administrator's browser."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from tests.people import AT, PASSWORD, People
from tests.trial.reading import queries, read, send
from trial import access, services
from trial.models import Delegation
from trial.roles import P, Role

NEW = {
    "full_name": "Eve Blanc", "username": "eve", "email": "", "password": PASSWORD,
    "again": PASSWORD,
}  # fmt: skip
NURSE = {
    "role": "nurse", "site": "GRE", "trained_on": "2026-01-05", "starts_on": "2026-02-01",
    "ends_on": "",
}  # fmt: skip


def page_of(user: User) -> str:
    """The address of one account."""
    return f"/people/{user.pk}/"


def delegate_page(user: User) -> str:
    """Where the person gets a role."""
    return f"{page_of(user)}delegations/new/"


def end_page(row: Delegation) -> str:
    """Where a delegation ends."""
    return f"{page_of(row.user)}delegations/{row.pk}/end/"


def test_everybody_is_listed_with_role_place_and_state(people: People, client: Client) -> None:
    services.set_active(user=people.dag, active=False, reason="Left", actor=people.ada, at=AT)
    client.force_login(people.ada)
    page = read(client, "/people/")
    for user in people.users():
        assert user.full_name in page.text
        assert page_of(user) in page.links
    assert "study nurse, GRE Grenoble" in page.text
    assert "monitor, the whole trial" in page.text
    assert "No role" in page.text.split("Zoe Alone")[1]
    assert "Closed" in page.text.split("Dag Holm")[1]
    assert page.text.index("Zoe Alone") < page.text.index("Dag Holm")


@pytest.mark.requirement("R-070")
def test_an_account_is_opened_and_then_delegated(people: People, client: Client) -> None:
    client.force_login(people.ada)
    sent = client.post("/people/new/", NEW)
    eve = User.objects.get(username="eve")
    assert sent.url == delegate_page(eve)  # type: ignore[attr-defined]  # a redirect has one
    assert eve.check_password(PASSWORD)
    assert not access.roles(eve)
    assert client.post(delegate_page(eve), NURSE).status_code == 302
    eve = User.objects.get(username="eve")
    assert access.roles(eve) == [Role.NURSE]
    assert access.may(eve, P.SCREEN, site=people.grenoble)
    assert not access.may(eve, P.SCREEN, site=people.lyon)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("full_name", "", "This field is required."),
        ("username", "NILS", "is taken"),
        ("username", "e", "at least 3 characters"),
        ("username", "e v e", "valid username"),
        ("email", "nobody", "valid email"),
        ("again", "something else entirely", "not the same"),
    ],
)
def test_a_wrong_account_is_refused_and_kept(
    people: People, client: Client, field: str, value: str, sentence: str
) -> None:
    client.force_login(people.ada)
    page = send(client, "/people/new/", **{**NEW, field: value})
    assert page.status in {409, 422}
    assert sentence in page.text
    kept = {"full_name", "username"}
    assert {name: page.typed[name] for name in kept} == {
        name: {**NEW, field: value}[name] for name in kept
    }
    assert PASSWORD not in page.html
    assert not User.objects.filter(full_name="Eve Blanc").exists()


def test_a_weak_password_is_refused(people: People, client: Client) -> None:
    client.force_login(people.ada)
    page = send(client, "/people/new/", **{**NEW, "password": "short", "again": "short"})
    assert page.status == 422
    assert "too short" in page.text


def test_nothing_is_preselected(people: People, client: Client) -> None:
    client.force_login(people.ada)
    row = people.nils.delegations.get()
    for address in (
        "/people/new/", page_of(people.nils), delegate_page(people.zoe), end_page(row),
    ):  # fmt: skip
        page = read(client, address)
        assert page.status == 200
        assert (page.chosen, page.filled()) == ({}, {})


@pytest.mark.requirement("R-072")
@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"role": ""}, 422, "This field is required."),
        ({"role": "owner"}, 422, "not one of the available choices"),
        ({"site": ""}, 422, "This field is required."),
        ({"site": "XXX"}, 422, "not one of the available choices"),
        ({"site": "all"}, 422, "This role works at a site: choose it."),
        ({"trained_on": "2026-02-02"}, 422, "Training comes before the delegation"),
        ({"ends_on": "2026-01-31"}, 422, "cannot end before it starts"),
        ({"starts_on": "February"}, 422, "Enter a valid date."),
    ],
)
def test_a_wrong_delegation_is_refused_and_kept(
    people: People, client: Client, changed: dict[str, str], status: int, sentence: str
) -> None:
    client.force_login(people.ada)
    given = {**NURSE, **changed}
    page = send(client, delegate_page(people.zoe), **given)
    assert page.status == status
    assert sentence in page.text
    assert {name: page.typed[name] for name in ("trained_on", "starts_on", "ends_on")} == {
        name: given[name] for name in ("trained_on", "starts_on", "ends_on")
    }
    if not {"role", "site"} & set(changed):
        assert page.chosen == {"role": ["nurse"], "site": ["GRE"]}
    assert not people.zoe.delegations.exists()


@pytest.mark.requirement("R-017")
def test_nobody_becomes_blinded_and_unblinded_at_once(people: People, client: Client) -> None:
    client.force_login(people.ada)
    page = send(client, delegate_page(people.otto), **NURSE)
    assert page.status == 409
    assert "blinded and know the arms" in page.text
    assert page.chosen == {"role": ["nurse"], "site": ["GRE"]}


def test_a_role_for_the_whole_trial_has_no_site(people: People, client: Client) -> None:
    client.force_login(people.ada)
    given = {**NURSE, "role": "monitor", "site": "all"}
    assert send(client, delegate_page(people.zoe), **given).status == 302
    assert people.zoe.delegations.get().site is None


def test_ending_a_delegation_needs_a_day_and_a_reason(people: People, client: Client) -> None:
    client.force_login(people.ada)
    row = people.nils.delegations.get()
    assert end_page(row) in read(client, page_of(people.nils)).links
    page = send(client, end_page(row), ends_on="2026-03-01", reason="")
    assert (page.status, page.typed["ends_on"]) == (422, "2026-03-01")
    page = send(client, end_page(row), ends_on="2019-03-01", reason="Left")
    assert page.status == 422
    assert "cannot end before it starts" in page.text
    assert page.typed["reason"] == "Left"
    assert send(client, end_page(row), ends_on="2026-03-01", reason="Left").status == 302
    row.refresh_from_db()
    assert row.ends_on == date(2026, 3, 1)
    page = read(client, page_of(people.nils))
    assert "Ended" in page.text
    assert end_page(row) not in page.links
    assert send(client, end_page(row), ends_on="2026-03-02", reason="Again").status == 409


@pytest.mark.requirement("R-070")
def test_closing_needs_a_reason_and_ends_the_session(people: People, client: Client) -> None:
    nils = Client()
    nils.force_login(people.nils)
    assert nils.get("/screening/").status_code == 200
    client.force_login(people.ada)
    assert send(client, page_of(people.nils), active="no", reason="").status == 422
    assert nils.get("/screening/").status_code == 200
    assert send(client, page_of(people.nils), active="no", reason="Left").status == 302
    for address in ("/screening/", "/", "/password/", "/protocol/"):
        answer = nils.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/sign-in/")  # type: ignore[attr-defined]  # a redirect has one
    assert nils.get("/sign-in/").status_code == 200


def test_closing_twice_does_not_open_again(people: People, client: Client) -> None:
    client.force_login(people.ada)
    for _ in range(2):
        send(client, page_of(people.nils), active="no", reason="Left")
        people.nils.refresh_from_db()
        assert people.nils.is_active is False
    send(client, page_of(people.nils), active="yes", reason="Back")
    people.nils.refresh_from_db()
    assert people.nils.is_active is True


def test_nobody_closes_their_own_account(people: People, client: Client) -> None:
    client.force_login(people.ada)
    assert "Close the account" not in read(client, page_of(people.ada)).text
    page = send(client, page_of(people.ada), active="no", reason="Tired")
    assert page.status == 409
    assert "your own account" in page.text


@pytest.mark.requirement("R-073")
def test_only_the_administrator_opens_these_pages(people: People, client: Client) -> None:
    row = people.nils.delegations.get()
    addresses = ["/people/", "/people/new/", page_of(people.nils), delegate_page(people.nils)]
    for user in people.users():
        if user == people.ada:
            continue
        client.force_login(user)
        for address in [*addresses, end_page(row)]:
            assert client.get(address).status_code == 403
            assert client.post(address, {}).status_code in {403, 405}


def test_somebody_else_s_delegation_is_not_found(people: People, client: Client) -> None:
    client.force_login(people.ada)
    row = people.nils.delegations.get()
    for address in (
        f"{page_of(people.otto)}delegations/{row.pk}/end/", "/people/999999/",
        "/people/99999999999999999999/", "/people/999999/delegations/new/",
    ):  # fmt: skip
        assert client.get(address).status_code == 404


def test_the_list_takes_the_same_queries_for_more_people(people: People, client: Client) -> None:
    client.force_login(people.ada)
    few = queries(lambda: client.get("/people/"))
    for number in range(30):
        user = services.create_account(
            username=f"nurse{number}", full_name=f"Nurse {number}", password=PASSWORD,
            actor=people.ada, at=AT,
        )  # fmt: skip
        services.delegate(
            user=user, role=Role.NURSE, site=people.lyon, trained_on=date(2026, 1, 1),
            starts_on=date(2026, 2, 1), ends_on=None, actor=people.ada, at=AT,
        )  # fmt: skip
    assert queries(lambda: client.get("/people/")) == few
