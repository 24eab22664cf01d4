"""Broker, worker, mail server and database fail in turn; every alert arrives, once, and entry
goes on meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from audit.acts import act
from config.servers.folders import Folders
from tests.builders import enrolled
from tests.config.conftest import reachable_folder
from tests.faults.stack import Stack, Ward
from tests.mailserver import Mailbox, MailServer
from tests.people import AT, People
from tests.safety.alerts.builders import with_mail
from trial.models import Delegation
from trial.roles import Role

DESK = ("sara", "zoe")
SENT = "SELECT message_id FROM safety_delivery WHERE state = 'sent'"
OPEN = "SELECT count(*) FROM safety_delivery WHERE state <> 'sent'"
TRIED = "SELECT count(*) FROM safety_delivery WHERE state <> 'sent' AND attempts > 0"
DOUBTFUL = "SELECT message_id FROM safety_delivery WHERE doubtful"


class Trial:
    """One stack, one participant, and a nurse who reports one event after the other."""

    def __init__(self, stack: Stack, mail: MailServer, code: str) -> None:
        self.stack, self.mail, self.code = stack, mail, code
        self.ward = Ward(stack.address, "nils")
        self.events = 0

    @property
    def box(self) -> Mailbox:
        """What the mail server took."""
        return self.mail.box

    def reports(self) -> None:
        """Entry goes on: the event is taken, and both of the desk are to be told of it."""
        self.events += 1
        status, _ = self.ward.reports(self.code, f"Fever {self.events}")
        assert status == 302, self.stack.logs()

    def arrived(self) -> bool:
        """Whether everybody was told of everything so far."""
        return len(self.box.copies()) == 2 * self.events and self.stack.rows(OPEN) == [(0,)]

    def arrives(self) -> None:
        """Everybody is told of everything so far, in the end."""
        assert self.stack.waits_until(self.arrived), self.stack.logs()


@pytest.fixture
def here(committed_people: People) -> Iterator[Trial]:
    """The stack, serving; Sara and Zoe are of the safety desk."""
    people = committed_people
    with transaction.atomic():
        with act(actor=None, at=AT, system="test people"):
            role, day = Role.SAFETY_DESK.value, date(2020, 2, 1)
            Delegation(user=people.zoe, role=role, trained_on=day, starts_on=day).save()
        with_mail(people.sara, people.zoe)
        code = enrolled(people).code
    folder = reachable_folder()
    try:
        with MailServer() as mail, Stack(folder, mail.port) as stack:
            yield Trial(stack, mail, code)
    finally:
        shutil.rmtree(Folders(folder / "state").socket, ignore_errors=True)
        shutil.rmtree(folder)


@pytest.mark.requirement("R-053")
@pytest.mark.requirement("R-083")
def test_every_alert_arrives_once_whatever_fails(here: Trial) -> None:
    here.reports()
    here.arrives()

    # The mail server refuses connections, then is back.
    here.mail.stop()
    here.reports()
    assert here.stack.waits_until(lambda: here.stack.rows(TRIED) != [(0,)])
    here.mail.start()
    here.arrives()

    # The broker is killed; what its queue held is gone with it.
    here.stack.broker_is_killed()
    here.reports()
    here.stack.valkey.start()
    here.arrives()

    # The worker is killed in the middle of a mail, before its text went.
    here.box.silent("RCPT")
    here.reports()
    assert here.box.stuck.wait(60)
    here.stack.worker_is_killed()
    here.box.release()
    here.reports()
    here.stack.worker_starts()
    here.arrives()
    assert set(here.box.copies().values()) == {1}
    assert here.stack.rows(DOUBTFUL) == []

    # The database restarts while the server has the mail and has not answered.
    here.box.silent("DOT", answers=True)
    here.reports()
    assert here.box.stuck.wait(60)
    here.stack.database_restarts()
    here.box.release()
    here.reports()
    here.arrives()
    assert set(here.box.copies().values()) == {1}

    # The worker is killed in the one moment that nothing can settle afterwards.
    here.box.silent("DOT")
    here.reports()
    assert here.box.stuck.wait(60)
    here.stack.worker_is_killed()
    here.box.release()
    here.reports()
    here.stack.worker_starts()
    here.arrives()
    twice = [message for (_, message), times in here.box.copies().items() if times > 1]
    assert len(twice) == 1
    assert here.stack.rows(DOUBTFUL) == [(message,) for message in twice]

    everybody_was_told_once(here)


def everybody_was_told_once(here: Trial) -> None:
    """One Message-ID for each event and person, in the mailboxes as in the database."""
    told = here.box.copies()
    for name in DESK:
        assert sum(to == f"{name}@example.org" for to, _ in told) == here.events
    assert sorted(message for _, message in told) == sorted(row[0] for row in here.stack.rows(SENT))
    links = {message["Subject"] for message in here.box.messages()}
    assert len(links) == 1
