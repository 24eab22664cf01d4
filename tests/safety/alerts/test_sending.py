"""A mail goes out once: claimed, handed over, recorded; and later when it cannot go out now."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from audit.models import Event
from safety.alerts import mail, sending, tasks, transports
from safety.alerts.models import Alert, Delivery
from safety.alerts.services import acknowledge, raise_alert
from tests.builders import enrolled
from tests.mailserver import Mailbox
from tests.people import AT, People
from tests.safety.alerts.builders import ended, only, told_of_sae, with_mail


def state(alert: Alert) -> tuple[str, int, str]:
    """State, attempts and trouble of the one mail of an alert."""
    row = only(alert)
    return row.state, row.attempts, row.trouble


def due(alert: Alert) -> None:
    """The waiting time is over."""
    alert.deliveries.update(next_try=AT)


@pytest.mark.requirement("R-053")
def test_it_is_sent_once_however_often_a_worker_is_asked(people: People, mails: Path) -> None:
    alert = told_of_sae(people)
    assert [tasks.send(alert.pk), tasks.send(alert.pk), sending.send_due()] == [1, 0, 0]
    row = only(alert)
    assert (row.state, row.attempts, row.doubtful) == ("sent", 1, False)
    (file,) = mails.iterdir()
    assert file.name == f"{row.message_id.strip('<>')}.eml"
    (event,) = Event.objects.filter(name="alert.sent")
    assert event.data == {"alert": alert.code, "kind": "sae", "told": ["Sara Vidal"]}
    assert (event.actor, event.role) == (None, "alerts")


@pytest.mark.requirement("R-053")
def test_of_two_workers_one_gets_the_claim(people: People) -> None:
    alert = told_of_sae(people)
    now = timezone.now()
    claims = [sending.take(only(alert).pk, now) for _ in range(2)]
    assert [claim is None for claim in claims] == [False, True]


@pytest.mark.requirement("R-053")
def test_a_worker_that_lost_its_claim_hands_nothing_over(people: People, mails: Path) -> None:
    alert = told_of_sae(people)
    slow = sending.take(only(alert).pk, timezone.now())
    due(alert)
    quick = sending.take(only(alert).pk, timezone.now())
    assert slow is not None
    assert quick is not None
    assert not slow.begin()
    assert quick.begin()
    assert not slow.settle("sent", sent_at=AT)
    assert quick.settle("sent", sent_at=AT)


@pytest.mark.requirement("R-053")
def test_what_a_dead_worker_claimed_is_taken_up_and_not_in_doubt_before_the_text_went(
    people: People, mailbox: Mailbox
) -> None:
    alert = told_of_sae(people)
    sending.take(only(alert).pk, timezone.now())
    assert sending.send_due() == 0
    due(alert)
    assert sending.send_due() == 1
    assert (only(alert).doubtful, len(mailbox.taken)) == (False, 1)


@pytest.mark.requirement("R-053")
def test_in_doubt_the_same_message_goes_again_and_the_row_says_so(
    people: People, mailbox: Mailbox
) -> None:
    alert = told_of_sae(people)
    message = only(alert).message_id
    claim = sending.take(only(alert).pk, timezone.now())
    assert claim is not None
    # The worker dies after the server took the text and before it was recorded.
    transports.Server().hand_over(mail.message(claim.row), claim.begin)
    due(alert)
    assert sending.send_due() == 1
    assert only(alert).doubtful
    assert mailbox.copies() == {("sara@example.org", message): 2}
    first, second = (content for _, content in mailbox.taken)
    assert first == second


@pytest.mark.requirement("R-053")
@pytest.mark.parametrize("verb", ["CONNECT", "MAIL", "RCPT", "DATA", "DOT"])
def test_a_server_that_cannot_now_is_asked_again_later(
    people: People, mailbox: Mailbox, verb: str
) -> None:
    alert = told_of_sae(people)
    mailbox.codes[verb] = "451 later"
    assert tasks.send(alert.pk) == 0
    assert state(alert) == ("waiting", 1, "SMTP 451")
    assert sending.send_due() == 0, "before its time"
    mailbox.codes.clear()
    due(alert)
    assert sending.send_due() == 1
    assert not only(alert).doubtful
    assert set(mailbox.copies().values()) == {1}


@pytest.mark.requirement("R-053")
def test_a_server_that_is_away_or_breaks_off_is_asked_again(
    people: People, mailbox: Mailbox, settings: Any
) -> None:
    alert = told_of_sae(people)
    port, settings.MAIL_PORT = settings.MAIL_PORT, 1
    tasks.send(alert.pk)
    assert state(alert) == ("waiting", 1, "ConnectionRefusedError")
    settings.MAIL_PORT = port
    due(alert)
    mailbox.silent("DOT")
    mailbox.released.set()
    tasks.send(alert.pk)
    assert state(alert) == ("waiting", 2, "SMTPServerDisconnected")
    assert only(alert).doubtful


@pytest.mark.requirement("R-053")
def test_a_mistake_of_the_settings_is_no_refusal_of_the_person(
    people: People, mailbox: Mailbox
) -> None:
    alert = told_of_sae(people)
    mailbox.codes["MAIL"] = "553 not from you"
    tasks.send(alert.pk)
    assert state(alert) == ("waiting", 1, "SMTP 553")


@pytest.mark.requirement("R-053")
def test_a_refused_address_is_told_and_not_tried_again(people: People, mailbox: Mailbox) -> None:
    alert = told_of_sae(people)
    mailbox.codes["RCPT"] = "550 nobody here"
    tasks.send(alert.pk)
    assert state(alert) == ("refused", 1, "SMTP 550")
    assert Event.objects.filter(name="alert.refused").count() == 1


def test_a_goodbye_that_fails_changes_nothing(people: People, mailbox: Mailbox) -> None:
    alert = told_of_sae(people)
    mailbox.silent("QUIT")
    mailbox.released.set()
    assert tasks.send(alert.pk) == 1
    assert state(alert) == ("sent", 1, "")


def test_waiting_doubles_up_to_an_hour() -> None:
    waits = [int(sending.wait_after(attempts).total_seconds()) for attempts in range(1, 9)]
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert sending.wait_after(10**6) == timedelta(hours=1)


@pytest.mark.requirement("R-053")
def test_one_round_stops_at_a_server_that_is_down(people: People, mailbox: Mailbox) -> None:
    with_mail(people.uma, people.dag)
    alert = raise_alert(kind="boundary", subject=enrolled(people), actor=None, at=AT)
    mailbox.codes["CONNECT"] = "421 full"
    sending.send_due()
    assert list(alert.deliveries.values_list("attempts", flat=True)) == [1, 0]


def test_without_an_address_no_mail_can_go_and_the_row_says_so(people: People, mails: Path) -> None:
    alert = raise_alert(kind="sae", subject=enrolled(people), actor=None, at=AT)
    sending.send_due()
    assert state(alert) == ("no_address", 1, "")
    assert not mails.exists()


@pytest.mark.requirement("R-053")
@pytest.mark.requirement("R-054")
def test_a_delegation_that_ends_before_the_mail_goes_stops_it(people: People, mails: Path) -> None:
    alert = told_of_sae(people)
    ended(people.sara)
    sending.send_due()
    assert state(alert) == ("not_owed", 1, "delegation ended")


def test_what_is_acknowledged_before_is_not_sent(people: People, mails: Path) -> None:
    alert = told_of_sae(people)
    acknowledge(alert=alert, actor=people.sara, at=AT)
    sending.send_due()
    assert state(alert) == ("not_owed", 1, "acknowledged before")


@pytest.mark.requirement("R-053")
def test_a_full_disk_is_tried_again(people: People, settings: Any, mails: Path) -> None:
    alert = told_of_sae(people)
    mails.touch()
    sending.send_due()
    assert state(alert) == ("waiting", 1, "FileExistsError")
    assert only(alert).next_try > timezone.now()


@pytest.mark.requirement("R-053")
def test_what_the_server_said_is_recorded_once_the_database_is_back(
    committed_people: People, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker alone knows that it was taken: it does not let go of that."""
    with transaction.atomic():
        alert = told_of_sae(committed_people)
    gone: Iterator[bool] = itertools.chain([True, True], itertools.repeat(False))
    whole = sending.Claim.settle

    def settle(claim: sending.Claim, code: str, **values: object) -> bool:
        if code == "sent" and next(gone):
            raise OperationalError("the server closed the connection")
        return whole(claim, code, **values)

    monkeypatch.setattr(sending.Claim, "settle", settle)
    monkeypatch.setattr(sending, "_PAUSE", 0)
    assert tasks.send(alert.pk) == 1
    assert state(alert) == ("sent", 1, "")
    assert not next(gone)
    assert Delivery.objects.count() == 1
