"""Broker, worker, mail server and database fail in turn; every alert arrives, once, and entry
goes on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.config.conftest import free_port, state
from tests.faults.scene import DESK
from tests.faults.stack import Stack, Ward
from tests.mailserver import Mailbox, MailServer

__all__ = ["free_port", "state"]

SENT = "SELECT message_id FROM safety_delivery WHERE state = 'sent'"
OPEN = "SELECT count(*) FROM safety_delivery WHERE state <> 'sent'"
DOUBTFUL = "SELECT message_id FROM safety_delivery WHERE doubtful"


class Trial:
    """One stack, one participant, and a nurse who reports one event after the other."""

    def __init__(self, stack: Stack, mail: MailServer) -> None:
        self.stack, self.mail = stack, mail
        self.code = stack.runs("-m", "tests.faults.scene")
        self.ward = Ward(f"http://127.0.0.1:{stack.port}", "nils")
        self.events = 0

    @property
    def box(self) -> Mailbox:
        """What the mail server took."""
        return self.mail.box

    def reports(self) -> None:
        """Entry goes on: the event is taken, and both of the desk are to be told of it."""
        self.events += 1
        status, _ = self.ward.reports(self.code, f"Fever {self.events}")
        assert status == 302, self.stack.said()

    def arrived(self) -> bool:
        """Whether everybody was told of everything so far."""
        return len(self.box.copies()) == 2 * self.events and self.stack.rows(OPEN) == [(0,)]

    def arrives(self) -> None:
        """Everybody is told of everything so far, in the end."""
        assert self.stack.waits_until(self.arrived), self.stack.said()

    def copies_of_last(self) -> list[int]:
        """How often each mail of the last event came."""
        return sorted([*self.box.copies().values()][-2:])


@contextmanager
def trial(state: Path, port: int) -> Iterator[Trial]:
    """The stack, serving."""
    with MailServer() as mail, Stack(state, port, mail.port) as stack:
        stack.await_serving()
        yield Trial(stack, mail)


@pytest.mark.requirement("R-053")
@pytest.mark.requirement("R-083")
def test_every_alert_arrives_once_whatever_fails(state: Path, free_port: int) -> None:
    with trial(state, free_port) as here:
        here.reports()
        here.arrives()

        # The mail server refuses connections, then is back.
        here.mail.stop()
        here.reports()
        tried = "SELECT count(*) FROM safety_delivery WHERE state <> 'sent' AND attempts > 0"
        assert here.stack.waits_until(lambda: here.stack.rows(tried) != [(0,)])
        here.mail.start()
        here.arrives()

        # The broker is killed; what its queue held is gone with it.
        with here.stack.without_broker():
            here.reports()
            here.reports()
        here.arrives()

        # The worker is killed in the middle of a mail, before its text went.
        here.box.silent("RCPT")
        here.reports()
        assert here.box.stuck.wait(60)
        here.stack.kill_worker()
        here.box.release()
        here.reports()
        here.arrives()
        assert set(here.box.copies().values()) == {1}
        assert here.stack.rows(DOUBTFUL) == []

        # The database restarts while the server has the mail and has not answered.
        here.box.silent("DOT", answers=True)
        here.reports()
        assert here.box.stuck.wait(60)
        here.stack.restart_database()
        here.box.release()
        here.arrives()
        assert set(here.box.copies().values()) == {1}

        # The worker is killed in the one moment that nothing can settle afterwards.
        here.box.silent("DOT")
        here.reports()
        assert here.box.stuck.wait(60)
        here.stack.kill_worker()
        here.box.release()
        here.reports()
        here.arrives()
        twice = [message for (_, message), times in here.box.copies().items() if times > 1]
        assert here.stack.rows(DOUBTFUL) == [(message,) for message in twice]
        assert len(twice) == 1

        everybody_was_told_once(here)


def everybody_was_told_once(here: Trial) -> None:
    """One Message-ID for each event and person, in the mailboxes as in the database."""
    told = here.box.copies()
    for name in DESK:
        assert sum(to == f"{name}@example.org" for to, _ in told) == here.events
    assert sorted(message for _, message in told) == sorted(row[0] for row in here.stack.rows(SENT))
    links = {message["Subject"] for message in here.box.messages()}
    assert len(links) == 1
