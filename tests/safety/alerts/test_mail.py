"""A mail says nothing that an outsider may not read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from safety.alerts import mail
from safety.alerts.kinds import KINDS
from safety.alerts.models import Delivery
from safety.alerts.services import raise_alert, tell_again
from tests.builders import eligible
from tests.people import AT, People
from tests.randomization.builders import allocate, sealed
from tests.safety.alerts.builders import with_mail
from tests.safety.reports import SERIOUS, reported_sae
from trial.protocol import current

# Every word that any mail may hold, the trial's code, the link and numbers apart.
_WORDS = """
    a again and acknowledge acknowledged an answer because by few has is in it limit may message
    more near no nobody of on or past program purpose raised read reads reference
    report safety says sent sign something step that the this time to utc waits was you for
"""
NEUTRAL = set(_WORDS.split())


def words_of(delivery: Delivery) -> set[str]:
    """The words of subject and text, in lower case."""
    made = mail.message(delivery)
    text = f"{made['Subject']} {made.get_content()}"
    for known in (mail.link(delivery.alert), delivery.alert.code, current().code, "[simulated]"):
        text = text.replace(known, " ")
    return set(re.findall(r"[^\W\d]+", text.lower())) - {"mar"}


@pytest.mark.requirement("R-054")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_mail_of_no_kind_says_what_happened_to_whom(people: People, kind: str) -> None:
    sealed(people, "cells")
    participant = allocate(eligible(people), people)
    event = reported_sae(people, participant)
    with_mail(*people.users())
    alert = raise_alert(
        kind=kind, subject=event, occasion="again", address=f"/participants/{participant.code}/",
        site=people.grenoble, participant=participant.code, due_at=AT, actor=people.nils, at=AT,
    )  # fmt: skip
    tell_again(alert=alert, step=2, people=[people.sara], at=AT)
    assert alert.deliveries.count() >= 2
    for delivery in alert.deliveries.all():
        assert words_of(delivery) - NEUTRAL == set()
        everything = mail.message(delivery).as_string()
        secrets = [
            *(participant.code, people.grenoble.code, people.grenoble.name, SERIOUS["term"]),
            *(arm.label for arm in current().arms),
            *current().ae_categories.values(),
            *(user.full_name for user in people.users()),
        ]
        assert [word for word in secrets if word.lower() in everything.lower()] == []


@pytest.mark.requirement("R-053")
def test_every_attempt_is_the_same_message(people: People) -> None:
    with_mail(people.sara)
    alert = raise_alert(kind="sae", subject=people.grenoble, actor=None, at=AT)
    row = alert.deliveries.select_related("alert", "recipient").get()
    first, second = (mail.message(row).as_bytes() for _ in range(2))
    assert first == second
    assert f"Message-ID: {row.message_id}\r\n".encode() in first
    assert b"Date: Thu, 12 Mar 2026 10:00:00 +0000\r\n" in first
    assert max(map(len, first.splitlines())) <= 200


def test_the_link_leads_to_the_alert_on_the_address_that_people_use(
    people: People, settings: Any
) -> None:
    settings.PUBLIC_ADDRESS = "https://trial.example.org"
    settings.HERMES_ENVIRONMENT = "production"
    with_mail(people.sara)
    alert = raise_alert(kind="sae", subject=people.grenoble, actor=None, at=AT)
    made = mail.message(alert.deliveries.get())
    assert f"https://trial.example.org/alerts/{alert.code}/\n" in made.get_content()
    assert made["Subject"] == f"{current().code}: A safety report waits for you."
