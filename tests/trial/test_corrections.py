"""What was recorded wrongly of a consent or an ending is put right; every version stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from monitoring.models import Query
from monitoring.services.checks import CAUSES, check_participant
from tests.builders import enrolled
from tests.locking import lock
from tests.people import AT, People
from tests.trial.reading import read, send
from trial import selectors, services
from trial.access import NotDelegated
from trial.errors import Locked, ReasonRequired, Stale, WrongDate, WrongState
from trial.models import Death, Participant

LATER = AT + timedelta(days=1)
WHY = {"reason_pick": "Transcription error", "reason_words": ""}


def dead(people: People, day: str = "2025-02-10") -> Death:
    """A death with the wrong year: before the consent."""
    return services.record_death(
        participant=enrolled(people), died_on=day, cause="pneumonia", actor=people.nils, at=AT
    )


def corrected(people: People, death: Death, **given: Any) -> Death:
    """Nils puts the year right."""
    usual = {"died_on": "2026-02-10", "cause": "pneumonia", "because": "Typing error",
             "seen": 1, "actor": people.nils, "at": LATER}  # fmt: skip
    return services.correct_death(death=death, **{**usual, **given})


@pytest.mark.requirement("R-040")
def test_a_death_put_right_closes_the_query_about_it(people: People) -> None:
    death = dead(people)
    check_participant(participant=death.participant, at=AT)
    asked = Query.objects.get(check_code="DEATH-CONSENT")
    corrected(people, death)
    event = Event.objects.get(name="death.corrected")
    assert (event.name in CAUSES, event.actor, event.reason) == (True, people.nils, "Typing error")
    check_participant(participant=death.participant, at=LATER)
    asked.refresh_from_db()
    assert asked.status == "closed"
    found = Participant.objects.get(pk=death.participant_id)
    assert str(selectors.died_on(found)) == "2026-02-10"
    versions = [(row.died_on, row.history_change_reason) for row in death.history.all()]
    assert versions == [("2026-02-10", "Typing error"), ("2025-02-10", "")]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"because": " "}, ReasonRequired),
        ({"died_on": "2099"}, WrongDate),
        ({"died_on": "2025-02-10"}, WrongState),
        ({"seen": 0}, Stale),
        ({"actor": "otto"}, NotDelegated),
        ({"actor": "carl"}, NotDelegated),
    ],
)
def test_a_correction_is_refused(
    people: People, given: dict[str, Any], refusal: type[Exception]
) -> None:
    death = dead(people)
    if "actor" in given:
        given = {"actor": getattr(people, given["actor"])}
    with pytest.raises(refusal):
        corrected(people, death, **given)
    death.refresh_from_db()
    assert (death.died_on, death.history.count()) == ("2025-02-10", 1)


def test_nothing_is_corrected_under_a_lock(people: People) -> None:
    death = dead(people)
    lock(people.dora, participant=death.participant)
    with pytest.raises(Locked):
        corrected(people, death)


def test_of_two_corrections_of_one_version_the_second_is_told(people: People) -> None:
    death = dead(people)
    corrected(people, death)
    with pytest.raises(Stale):
        corrected(people, death, cause="sepsis")


KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "death": (
        {"died_on": "2026-03", "cause": "pneumonia"}, {"died_on": "2026-02-20"}, "20 Feb 2026",
    ),
    "lost": (
        {"last_contact_on": "2026-03-01", "attempts": "three calls"},
        {"last_contact_on": "2026-02-20"}, "20 Feb 2026",
    ),
    "withdrawal": (
        {"withdrawn_on": "2026-03-01", "scopes": ["treatment"], "reason": ""},
        {"scopes": ["samples"]}, "the keeping of their samples",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_shows_what_is_saved_and_takes_the_correction(
    people: People, client: Client, kind: str
) -> None:
    client.force_login(people.nils)
    first, then, words = KINDS[kind]
    participant = enrolled(people)
    address = f"/participants/{participant.code}/{kind}/"
    assert send(client, address, **first).status == 302
    manager = {"death": "death", "lost": "lost", "withdrawal": "withdrawals"}[kind]
    found = getattr(Participant.objects.get(pk=participant.pk), manager)
    row = found.get() if kind == "withdrawal" else found
    page = read(client, f"{address}?correct={row.pk}")
    assert page.status == 200
    given = {**first, **then}
    refused = send(client, f"{address}?correct={row.pk}", **given, seen="1")
    assert refused.status == 422
    assert "say why" in refused.text
    assert send(client, f"{address}?correct={row.pk}", **given, seen="1", **WHY).status == 302
    assert words in read(client, address).text
    assert row.history.count() == 2
    assert client.get(f"{address}?correct={row.pk + 1}").status_code == 404
    assert client.get(f"{address}?correct=x").status_code == 404


def test_a_consent_is_corrected_by_who_obtains_them(people: People, client: Client) -> None:
    participant = enrolled(people)
    consent = participant.consents.get()
    day = consent.consented_on - timedelta(days=1)
    address = f"/participants/{participant.code}/consent/?correct={consent.pk}"
    given = {"version": consent.version, "given_by": consent.given_by,
             "consented_on": day.isoformat(), "seen": "1", **WHY}  # fmt: skip
    client.force_login(people.ines)
    assert read(client, address).status == 200
    assert send(client, address, **given).status == 302
    consent.refresh_from_db()
    assert consent.consented_on == day
    assert Event.objects.filter(name="consent.corrected").exists()
    assert send(client, address, **given).status == 409
    with pytest.raises(WrongDate):
        services.correct_consent(
            consent=consent, version=consent.version, given_by=consent.given_by,
            consented_on=date(2001, 1, 1), because="Typing error", seen=2, actor=people.ines,
            at=LATER,
        )  # fmt: skip
