"""The protocol page: what the declaration says, to everybody, and nothing that helps to guess."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.people import People
from tests.trial.reading import read
from trial import registry
from trial.protocol import current, load


def test_it_shows_the_whole_declaration(people: People, client: Client) -> None:
    client.force_login(people.nils)
    page, plan = read(client, "/protocol/"), current()
    assert page.status == 200
    shown = [
        plan.title, plan.registry_id, "Allocated 2:1 at random",
        *(arm.label for arm in plan.arms),
        *(criterion.text for criterion in plan.criteria),
        *(visit.label for visit in plan.visits),
        *(outcome.label for outcome in plan.outcomes),
        *(horizon.label for horizon in plan.horizons),
        *(version.code for version in plan.consents),
        *(registry.form(code).title for code in plan.form_codes()),
    ]  # fmt: skip
    missing = [words for words in shown if words not in page.text.replace("&#x27;", "'")]
    assert missing == []


def test_the_schedule_says_which_form_is_required_where(people: People, client: Client) -> None:
    client.force_login(people.nils)
    page = read(client, "/protocol/")
    table = page.html.split('class="table schedule"')[1].split("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.DOTALL)
    for visit, row in zip(current().visits, rows, strict=True):
        assert visit.label in row
        assert row.count(">required<") == sum(form.required for form in visit.forms)
        assert row.count(">optional<") == sum(not form.required for form in visit.forms)
    assert "159 to 201" in rows[[visit.code for visit in current().visits].index("M6")]


def test_what_we_decided_ourselves_is_marked(people: People, client: Client) -> None:
    client.force_login(people.nils)
    html = read(client, "/protocol/").html.split('id="eligibility"')[1].split("</table>")[0]
    assert html.count(">ours<") == sum(criterion.ours for criterion in current().criteria)


def test_it_says_who_answers_each_criterion(people: People, client: Client) -> None:
    client.force_login(people.nils)
    table = read(client, "/protocol/").html.split('id="eligibility"')[1].split("</table>")[0]
    for criterion in current().criteria:
        row = table.split(f">{criterion.code}</th>")[1].split("</tr>")[0]
        assert ("the system" in row) is (criterion.computed is not None)
        assert ("<td>yes</td>" in row) is criterion.wanted


@pytest.mark.requirement("R-017")
def test_it_never_tells_the_block_sizes(people: People, client: Client) -> None:
    client.force_login(people.nils)
    assert "block" not in read(client, "/protocol/").text.lower()


def test_everybody_signed_in_may_read_it_and_nobody_else(people: People, client: Client) -> None:
    assert client.get("/protocol/").status_code == 302
    for user in people.users():
        client.force_login(user)
        assert client.get("/protocol/").status_code == 200
        assert client.post("/protocol/").status_code == 405


def test_another_trial_has_its_own_page(
    people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    other = load("tests.protocols.three_arms")
    client.force_login(people.nils)
    page = read(client, "/protocol/")
    assert "Allocated 1:1:1 at random, within strata of site and severity" in page.text
    for arm in other.arms:
        assert arm.label in page.text
    assert "Mesenchymal" not in page.text
