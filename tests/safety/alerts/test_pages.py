"""What I was told, acknowledged with one press; and who was told and who has read it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from safety.alerts.kinds import KINDS
from safety.alerts.models import Alert
from safety.alerts.services import acknowledge, raise_alert
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.alerts.builders import only, told_of_sae, with_mail

SAE = KINDS["sae"].title
BOUNDARY = KINDS["boundary"].title


def page(user: User, name: str, *arguments: str, show: str = "") -> str:
    """What this person reads there; the status where it is not 200."""
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=arguments), {"show": show} if show else {})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


@pytest.fixture
def boundary(people: People) -> Alert:
    """A confidential alert for Dag alone."""
    return raise_alert(
        kind="boundary", subject=enrolled(people), recipients=[people.dag], actor=None, at=AT
    )


@pytest.mark.requirement("R-053")
def test_one_press_acknowledges_on_the_list(people: People, client: Client) -> None:
    alert = told_of_sae(people)
    assert "Acknowledge</button>" in page(people.sara, "alerts")
    client.force_login(people.sara)
    answer = client.post(reverse("alert", args=[alert.code]), follow=True)
    assert answer.redirect_chain == [(reverse("alerts"), 302)]
    said = answer.content.decode()
    assert f"Acknowledged: {SAE}." in said
    assert "Acknowledge</button>" not in said
    assert only(alert).acknowledged_at is not None
    again = client.post(reverse("alert", args=[alert.code]), follow=True)
    assert "Acknowledged:" not in again.content.decode()


@pytest.mark.requirement("R-053")
def test_an_alert_waits_on_home_until_it_is_acknowledged(people: People) -> None:
    alert = told_of_sae(people)
    assert "Alerts to acknowledge" in (home := page(people.sara, "home"))
    assert reverse("alert", args=[alert.code]) in home
    acknowledge(alert=alert, actor=people.sara, at=AT)
    assert "Alerts to acknowledge" not in page(people.sara, "home")
    assert "Alerts to acknowledge" not in page(people.ines, "home")


@pytest.mark.requirement("R-053")
def test_home_shows_alerts_to_somebody_without_clinical_pages(
    people: People, boundary: Alert
) -> None:
    assert BOUNDARY in page(people.dag, "home")


@pytest.mark.requirement("R-053")
def test_the_desk_reads_who_was_told_and_who_has_read(people: People) -> None:
    alert = told_of_sae(people)
    for reader in (people.sara, people.ivan):
        listed = page(reader, "alerts-told")
        assert [word in listed for word in (SAE, "Sara Vidal", "Waits to be sent", "Not yet")] == [
            *(True, True, True, True)
        ]
    assert page(people.ines, "alerts-told") == "403"
    assert SAE not in page(people.sara, "alerts-told", show="nonsense" * 3).split("<table")[0]
    acknowledge(alert=alert, actor=people.sara, at=AT)
    assert "Not yet" not in page(people.ivan, "alerts-told")
    assert "Nothing is like this." in page(people.ivan, "alerts-told", show="unread")
    assert "Sara Vidal" in page(people.ivan, "alerts-told", show="unsent")


def test_it_shows_that_no_mail_can_go_or_that_one_may_have_come_twice(people: People) -> None:
    alert = raise_alert(kind="sae", subject=enrolled(people), actor=None, at=AT)
    assert "No e-mail address" in page(people.sara, "alerts-told")
    assert "no e-mail address" in page(people.sara, "alerts")
    with_mail(people.sara)
    alert.deliveries.update(
        state="sent", sent_at=AT, attempts=2, doubtful=True, trouble="", next_try=AT
    )
    told = page(people.sara, "alert", alert.code)
    assert "it may have arrived twice" in told
    assert "no e-mail address" not in page(people.sara, "alerts")
    other = raise_alert(kind="sae", subject=enrolled(people), actor=None, at=AT)
    other.deliveries.update(state="waiting", attempts=3, trouble="SMTP 451", next_try=AT)
    waits = page(people.sara, "alert", other.code)
    assert "Waits to be sent, tried 3 times" in waits
    assert "SMTP 451" in waits


@pytest.mark.requirement("R-053")
def test_an_alert_of_others_is_not_found(people: People, client: Client) -> None:
    alert = told_of_sae(people)
    for stranger in (people.ines, people.mona, people.dag, people.ada, people.zoe):
        assert page(stranger, "alert", alert.code) == "404"
        assert SAE not in page(stranger, "alerts")
        client.force_login(stranger)
        assert client.post(reverse("alert", args=[alert.code])).status_code == 404
    assert SAE in page(people.ivan, "alert", alert.code)
    client.force_login(people.ivan)
    assert client.post(reverse("alert", args=[alert.code])).status_code == 404


@pytest.mark.requirement("R-054")
def test_a_confidential_alert_is_for_those_told_and_readers_of_closed_packs(
    people: People, boundary: Alert
) -> None:
    for reader in (people.dag, people.uma):
        assert BOUNDARY in page(reader, "alert", boundary.code)
    for reader in (people.sara, people.ivan, people.ines, people.ada):
        assert page(reader, "alert", boundary.code) == "404"
    for reader in (people.sara, people.ivan):
        assert BOUNDARY not in page(reader, "alerts-told")
