"""Signatures of a record, a visit, a casebook: made, refused, void after a change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from audit.models import Event
from tests.builders import NIHSS_12, enrolled, lowest_answers, saved, visit_of
from tests.locking import lock
from tests.people import AT, PASSWORD, People
from tests.stage import once
from tests.trial.reading import queries, read, send
from trial import services
from trial.access import NotDelegated
from trial.errors import Locked, WrongPassword, WrongState
from trial.models import Participant, Record, Signature, Visit
from trial.presenters import home
from trial.presenters.signing import records_to_sign_again, wholes_to_sign_again
from trial.protocol import current
from trial.services.signing import casebook_seen, casebook_visits
from trial.signatures import Book

LATER = AT + timedelta(hours=2)
AGAIN = AT + timedelta(hours=4)


@once
def participant(people: People) -> Participant:
    """A participant whose first visit is complete."""
    found = enrolled(people)
    fill(found, "V0", people)
    return found


def fill(participant: Participant, code: str, people: People) -> None:
    """Complete every required form of a visit."""
    given = {"nihss": NIHSS_12, "demographics": {"prestroke_mrs": 0}, "mrs": {"grade": 3}}
    for plan in current().visit(code).forms:
        if plan.required:
            saved(participant, code, plan.form, people, **given.get(plan.form, {}))


def seen(visit: Visit) -> str:
    """What the page of the visit showed."""
    return Book(visit.participant, [visit]).visit_digest(visit)


def signed(visit: Visit, people: People, **given: Any) -> Signature:
    """The visit signed by the investigator."""
    facts: dict[str, Any] = {
        "password": PASSWORD,
        "seen": seen(visit),
        "actor": people.ines,
        "at": AT,
        **given,
    }
    return services.sign_visit(visit=visit, **facts)


def change(participant: Participant, people: People, at: datetime = LATER) -> Record:
    """One item of the NIHSS corrected later."""
    record = Record.objects.get(participant=participant, visit__code="V0", form="nihss")
    return services.save_record(
        visit=record.visit, form="nihss",
        answers=lowest_answers("nihss", **{**NIHSS_12, "gaze": 1}),
        assessed_on=record.assessed_on, version=record.version, complete=True,
        reason="Transcription error", actor=people.nils, at=at,
    )  # fmt: skip


def holds(participant: Participant, people: People, meaning: str) -> list[bool]:
    """Whether each signature of a kind holds, the newest first."""
    book = Book(participant, casebook_visits(participant, people.ines))
    rows = participant.signatures.filter(meaning=meaning)
    return [one.holds for one in book.signed(rows)]


@pytest.mark.requirement("R-042")
def test_a_signed_visit_signs_each_of_its_records_within_it(
    people: People, participant: Participant
) -> None:
    whole = signed(visit_of(participant, "V0"), people)
    records = list(Record.objects.filter(participant=participant))
    assert [one.record_id for one in whole.parts.order_by("record")] == [
        row.pk for row in sorted(records, key=lambda row: row.pk)
    ]
    assert holds(participant, people, "visit") == [True]
    assert all(holds(participant, people, "record"))
    assert Event.objects.filter(name="visit.signed", actor=people.ines).count() == 1


@pytest.mark.requirement("R-042")
def test_one_changed_item_voids_the_record_and_the_visit_and_says_which_change(
    people: People, participant: Participant
) -> None:
    visit = visit_of(participant, "V0")
    signed(visit, people)
    change(participant, people)
    assert holds(participant, people, "visit") == [False]
    assert holds(participant, people, "record").count(False) == 1
    book = Book(participant, [visit])
    void = book.signed(visit.signatures.filter(meaning="visit"))[0]
    assert void.change is not None
    assert (void.change.by, void.change.reason) == ("Nils Berg", "Transcription error")
    assert void.change.what == "NIHSS, version 2"
    assert void.change.at == LATER


@pytest.mark.requirement("R-042")
def test_what_a_change_voided_is_on_the_investigators_list_until_signed_again(
    people: People, participant: Participant
) -> None:
    visit = visit_of(participant, "V0")
    signed(visit, people)
    assert not records_to_sign_again(people.ines).exists()
    assert not wholes_to_sign_again(people.ines).exists()
    change(participant, people)
    assert [row.form for row in records_to_sign_again(people.ines)] == ["nihss"]
    assert [row.visit for row in wholes_to_sign_again(people.ines)] == [visit]
    board = home.board(people.ines, AT.date(), "again")
    assert [task.what for task in board.tasks] == ["NIHSS", "The visit"]
    assert not records_to_sign_again(people.carl).exists()
    signed(visit, people, at=AGAIN)
    assert not records_to_sign_again(people.ines).exists()
    assert not wholes_to_sign_again(people.ines).exists()
    assert holds(participant, people, "visit") == [True, False]


def test_a_changed_visit_date_voids_the_visit_and_not_its_records(
    people: People, participant: Participant
) -> None:
    visit = visit_of(participant, "V0")
    signed(visit, people)
    services.set_visit_date(
        visit=visit, actual_on=date(2026, 2, 5), reason="Source", actor=people.nils, at=LATER
    )
    assert holds(participant, people, "visit") == [False]
    assert all(holds(participant, people, "record"))


@pytest.mark.requirement("R-042")
def test_a_visit_with_missing_forms_or_drafts_says_which_and_is_refused(people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people, complete=False)
    saved(participant, "V0", "demographics", people, prestroke_mrs=0)
    with pytest.raises(WrongState, match="NIHSS is a draft") as refused:
        signed(visit_of(participant, "V0"), people)
    assert refused.value.code == "not-complete"
    with pytest.raises(WrongState, match="has not taken place"):
        signed(visit_of(participant, "M2"), people)
    saved(participant, "M1", "mrs", people, grade=1)
    with pytest.raises(WrongState, match="is missing"):
        signed(visit_of(participant, "M1"), people)
    assert not Signature.objects.exists()


def test_it_is_signed_once(people: People, participant: Participant) -> None:
    visit = visit_of(participant, "V0")
    first = signed(visit, people)
    with pytest.raises(WrongState, match="already"):
        signed(visit, people)
    with pytest.raises(IntegrityError, match="visit_signed_once"), transaction.atomic():
        _copy(first)


def _copy(row: Signature) -> None:
    from audit.acts import act

    with act(actor=row.signed_by, at=AT):
        row.pk, row._state.adding = None, True
        row.save()


def test_what_changed_since_it_was_read_is_not_signed(
    people: People, participant: Participant
) -> None:
    visit = visit_of(participant, "V0")
    read_as = seen(visit)
    change(participant, people)
    with pytest.raises(WrongState, match="Something changed") as refused:
        signed(visit, people, seen=read_as, at=AGAIN)
    assert refused.value.code == "changed-meanwhile"


@pytest.mark.parametrize("name", ["nils", "otto", "carl", "mona", "dora", "ivan", "ada", "zoe"])
def test_others_do_not_sign(people: People, participant: Participant, name: str) -> None:
    with pytest.raises(NotDelegated):
        signed(visit_of(participant, "V0"), people, actor=getattr(people, name))


def test_under_a_lock_nothing_is_signed(people: People, participant: Participant) -> None:
    visit = visit_of(participant, "V0")
    lock(people.dora, visit=visit)
    with pytest.raises(Locked):
        signed(visit, people)


def settle(participant: Participant, people: People) -> None:
    """Say of every visit but the first that it was missed."""
    for visit in participant.visits.exclude(code="V0"):
        services.mark_missed(visit=visit, reason="Abroad", actor=people.nils, at=AT)


@pytest.mark.requirement("R-042")
def test_a_casebook_is_signed_when_every_visit_is_settled_and_void_after_one_item(
    people: People, participant: Participant
) -> None:
    with pytest.raises(WrongState, match="M1 has not taken place"):
        sign_casebook(participant, people)
    settle(participant, people)
    sign_casebook(participant, people)
    assert holds(participant, people, "casebook") == [True]
    assert all(holds(participant, people, "record"))
    change(participant, people)
    assert holds(participant, people, "casebook") == [False]
    assert [row.meaning for row in wholes_to_sign_again(people.ines)] == ["casebook"]
    with pytest.raises(WrongPassword):
        sign_casebook(participant, people, password="guess")
    sign_casebook(participant, people)
    assert holds(participant, people, "casebook") == [True, False]


def sign_casebook(participant: Participant, people: People, password: str = PASSWORD) -> Signature:
    """The casebook signed by the investigator, as it was shown."""
    book = Book(participant, casebook_visits(participant, people.ines))
    return services.sign_casebook(
        participant=participant, password=password, seen=casebook_seen(book),
        actor=people.ines, at=AGAIN if participant.signatures.exists() else AT,
    )  # fmt: skip


def test_a_new_fact_about_the_participant_voids_the_casebook(
    people: People, participant: Participant
) -> None:
    settle(participant, people)
    sign_casebook(participant, people)
    services.record_loss(
        participant=participant, last_contact_on=date(2026, 2, 20), attempts="Three calls",
        actor=people.ines, at=LATER,
    )  # fmt: skip
    participant = Participant.objects.get(pk=participant.pk)
    assert holds(participant, people, "casebook") == [False]


def test_the_database_knows_what_a_signature_covers(
    people: People, participant: Participant
) -> None:
    whole = signed(visit_of(participant, "V0"), people)
    for wrong in ("visit_id = NULL", "meaning = 'casebook'", "digest = 'none'"):
        with pytest.raises(IntegrityError), transaction.atomic():
            _write(whole, wrong)


def _write(row: Signature, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE trial_signature SET {what} WHERE id = {row.pk}")


@pytest.mark.requirement("R-042")
def test_the_third_wrong_password_ends_the_session_and_tells_who_watches(
    people: People, participant: Participant, client: Client
) -> None:
    client.force_login(people.ines)
    address = f"/participants/{participant.code}/visits/V0/1/sign/"
    page = read(client, address)
    for _ in range(2):
        answer = send(client, address, password="guess", seen=page.typed["seen"])
        assert answer.status == 422
        assert "not right" in answer.text
    third = client.post(address, {"password": "guess", "seen": page.typed["seen"]})
    assert third.headers["Location"] == "/sign-in/"
    assert "you are signed out" in read(client, "/sign-in/").text
    assert client.get(address).status_code == 302
    assert not Signature.objects.exists()
    alert = Event.objects.get(name="signature.alert")
    assert (alert.actor, alert.participant) == (people.ines, "")
    for name in ("mona", "dora", "ada"):
        client.force_login(getattr(people, name))
        words = read(client, "/").text
        assert "The password was wrong 3 times" in words, name
        assert "Ines Roth" in words
    assert participant.code not in words
    client.force_login(people.nils)
    assert "The password was wrong" not in read(client, "/").text


@pytest.mark.requirement("R-042")
def test_a_void_signature_is_struck_on_screen_and_in_the_printed_record(
    people: People, participant: Participant, client: Client
) -> None:
    client.force_login(people.ines)
    base = f"/participants/{participant.code}/"
    address = f"{base}visits/V0/1/"
    page = read(client, f"{address}sign/")
    assert "National" in page.text or "NIHSS" in page.text
    assert "version 1" in page.text
    done = client.post(f"{address}sign/", {"password": PASSWORD, "seen": page.typed["seen"]})
    assert done.headers["Location"] == address
    meaning = "I confirm that the records of this visit are complete and correct."
    for shown in (address, f"{address}casebook/", f"{base}casebook/"):
        text = read(client, shown).text
        assert meaning in text, shown
        assert "Ines Roth" in text
        assert "UTC" in text
        assert "Signature void" not in text
    record = change(participant, people, at=timezone.now() + timedelta(minutes=1))
    assert record.version == 2
    for shown in (address, f"{address}casebook/", f"{base}casebook/", f"{address}nihss/", base):
        page = read(client, shown)
        assert "Signature void" in page.text, shown
    for shown in (address, f"{address}casebook/", f"{base}casebook/", f"{address}nihss/"):
        page = read(client, shown)
        assert "<s>Ines Roth" in page.html, shown
        assert "NIHSS, version 2, changed by Nils Berg (Transcription error)" in page.text, shown
    assert "Changed since signed" in read(client, f"{address}sign/").text


def test_a_casebook_asks_as_many_queries_for_few_records_as_for_many(
    people: People, client: Client, participant: Participant
) -> None:
    client.force_login(people.ines)
    book = f"/participants/{participant.code}/casebook/"
    read(client, book)
    few = queries(lambda: read(client, book))
    for visit in ("M1", "M2", "M4"):
        saved(participant, visit, "nihss", people)
    assert queries(lambda: read(client, book)) == few


@pytest.mark.requirement("R-042")
def test_a_casebook_says_what_its_signature_covers_and_what_it_does_not(
    people: People, participant: Participant, client: Client
) -> None:
    settle(participant, people)
    services.record_loss(
        participant=participant, last_contact_on=date(2026, 2, 20), attempts="Three calls",
        actor=people.ines, at=AT,
    )  # fmt: skip
    services.answer_criteria(
        participant=participant, answers={"E5": False}, actor=people.ines, at=AT
    )
    client.force_login(people.ines)
    base = f"/participants/{participant.code}/casebook/"
    for shown in (base, f"{base}sign/"):
        text = read(client, shown).text
        assert "It does not cover adverse events or treatment" in text, shown
        for covered in ("E5 no", "Three calls", "1960", "not yet"):
            assert covered in text, (shown, covered)
    assert "Adverse events and treatment are not part of this." in text
    page = read(client, f"/participants/{participant.code}/visits/V0/1/casebook/")
    assert "It does not cover" not in page.text
