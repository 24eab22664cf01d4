"""Locks: set, refused while something is open, asked to be lifted, lifted by a second person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from audit.models import Event
from tests.builders import enrolled, saved, visit_of
from tests.locking import lock as locked
from tests.people import AT, PASSWORD, People
from tests.stage import once
from tests.trial.reading import read, send
from trial import locks, services
from trial.access import NotDelegated
from trial.errors import Objected, ReasonRequired, SecondPerson, WrongState
from trial.models import Lock, Participant, Record
from trial.objections import Extent, Objection, objections, register_objections
from trial.selectors import record_digest

LATER = AT + timedelta(hours=2)


@once
def record(people: People) -> Record:
    """A complete record nobody signed."""
    return saved(enrolled(people), "V0", "mrs", people, grade=2)


def signed(record: Record, people: People) -> Record:
    """The record with its signature."""
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=AT
    )
    return record


@pytest.mark.requirement("R-043")
def test_a_signed_record_is_locked_by_the_data_manager(people: People, record: Record) -> None:
    made = services.lock(record=signed(record, people), actor=people.dora, at=AT)
    assert (made.scope, made.override_reason) == ("record", "")
    assert locks.covering(record=record) == made
    assert locks.covering(visit=record.visit) is None
    assert Record.objects.filter(locks.locked_record()).get() == record
    assert Event.objects.get(name="lock.set").participant == record.participant.code


@pytest.mark.requirement("R-043")
def test_what_is_open_is_named_and_needs_a_reason(people: People, record: Record) -> None:
    with pytest.raises(Objected) as refused:
        services.lock(participant=record.participant, actor=people.dora, at=AT)
    said = refused.value.details["objections"]
    assert isinstance(said, list)
    assert any("without all" in one for one in said)
    assert "1 record that is not signed as it stands" in said
    made = services.lock(
        participant=record.participant, override_reason="Site closed", actor=people.dora, at=AT
    )
    assert made.override_reason == "Site closed"
    told = Event.objects.get(name="lock.set")
    assert told.reason == "Site closed"
    assert told.data["objections"]["record that is not signed as it stands"] == 1


def test_an_app_above_adds_its_objections(
    people: People, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trial.objections._registered", {})
    register_objections("questions", lambda extent: [Objection(2, f"open at {extent.scope}")])
    extent = Extent(people.dora, record.participant, record.visit, record)
    assert [str(one) for one in objections(extent)] == ["2 open at record"]


@pytest.mark.parametrize("name", ["ines", "nils", "otto", "mona", "ivan", "ada", "carl", "zoe"])
def test_others_do_not_lock(people: People, record: Record, name: str) -> None:
    with pytest.raises(NotDelegated):
        services.lock(record=record, override_reason="x", actor=getattr(people, name), at=AT)


def test_what_is_locked_is_not_locked_twice(people: People, record: Record) -> None:
    first = locked(people.dora, visit=record.visit)
    for thing in ({"record": record}, {"visit": record.visit}):
        with pytest.raises(WrongState, match="already"):
            services.lock(**thing, override_reason="x", actor=people.dora, at=AT)
    with pytest.raises(IntegrityError, match="lock_once_per_visit"), transaction.atomic():
        Lock(scope="visit", participant=record.participant, visit=record.visit,
             locked_by=people.dora, locked_at=AT).save_base(raw=True)  # fmt: skip
    assert first.standing


@pytest.mark.requirement("R-043")
def test_it_takes_a_reason_and_a_second_person_to_unlock(people: People, record: Record) -> None:
    made = locked(people.dora, record=record)
    with pytest.raises(WrongState, match="Nobody asked"):
        services.lift(lock=made, actor=people.mona, at=LATER)
    with pytest.raises(ReasonRequired):
        services.ask_unlock(lock=made, reason=" ", actor=people.dora, at=LATER)
    services.ask_unlock(lock=made, reason="Wrong limb", actor=people.dora, at=LATER)
    with pytest.raises(SecondPerson):
        services.lift(lock=made, actor=people.dora, at=LATER)
    lifted = services.lift(lock=made, actor=people.mona, at=LATER)
    assert not lifted.standing
    assert locks.covering(record=record) is None
    names = list(Event.objects.filter(name__startswith="lock.").values_list("name", "reason"))
    assert set(names) == {("lock.unlock-asked", "Wrong limb"), ("lock.lifted", "Wrong limb")}
    with pytest.raises(WrongState, match="lifted already"):
        services.lift(lock=made, actor=people.mona, at=LATER)


@pytest.mark.requirement("R-043")
def test_the_database_asks_for_the_second_person_too(people: People, record: Record) -> None:
    made = locked(people.dora, record=record)
    services.ask_unlock(lock=made, reason="Wrong limb", actor=people.dora, at=LATER)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        _write(made, f"lifted_by_id = {people.dora.pk}, lifted_at = now()")
    other = locked(people.dora, visit=visit_of(record.participant, "M2"))
    with pytest.raises(IntegrityError, match="lifted_when_asked"), transaction.atomic():
        _write(other, f"lifted_by_id = {people.mona.pk}, lifted_at = now()")


def _write(row: Lock, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE trial_lock SET {what} WHERE id = {row.pk}")


def test_a_second_person_may_leave_it_locked(people: People, record: Record) -> None:
    made = locked(people.dora, record=record)
    services.ask_unlock(lock=made, reason="Wrong limb", actor=people.ines, at=LATER)
    with pytest.raises(WrongState, match="already"):
        services.ask_unlock(lock=made, reason="Again", actor=people.dora, at=LATER)
    row = services.decline_unlock(lock=made, reason="It is right", actor=people.dora, at=LATER)
    assert row.standing
    assert row.unlock_asked_by is None
    services.ask_unlock(lock=made, reason="It is not", actor=people.ines, at=LATER)


def test_the_site_asks_and_does_not_lift(people: People, record: Record) -> None:
    made = locked(people.dora, record=record)
    for name in ("nils", "otto", "carl", "mona"):
        with pytest.raises(NotDelegated):
            services.ask_unlock(lock=made, reason="x", actor=getattr(people, name), at=LATER)
    services.ask_unlock(lock=made, reason="Wrong limb", actor=people.dora, at=LATER)
    for name in ("ines", "nils", "ada"):
        with pytest.raises(NotDelegated):
            services.lift(lock=made, actor=getattr(people, name), at=LATER)


@pytest.mark.requirement("R-043")
def test_the_whole_trial_is_locked_and_opened_by_people_of_the_whole_trial(
    people: People, record: Record
) -> None:
    made = services.lock(override_reason="Analysis", actor=people.dora, at=AT)
    assert made.scope == "trial"
    assert locks.covering(record=record) == made
    with pytest.raises(NotDelegated):
        services.ask_unlock(lock=made, reason="x", actor=people.ines, at=LATER)
    services.ask_unlock(lock=made, reason="One more", actor=people.dora, at=LATER)
    services.lift(lock=made, actor=people.mona, at=LATER)
    assert locks.covering() is None


def test_a_visit_that_tells_an_arm_is_not_objected_to_the_blinded(people: People) -> None:
    from tests.world import make_world

    world = make_world(people)
    mine = Extent(people.dora, world.participant)
    assert not any("INF" in example for one in objections(mine) for example in one.examples)
    known = Extent(people.ines, world.participant)
    assert {visit.code for visit in known.visits()} - {visit.code for visit in mine.visits()} == {
        visit.code for visit in world.participant.visits.filter(hidden=True)
    }


@pytest.mark.requirement("R-043")
def test_from_the_page_to_the_second_person(people: People, record: Record, client: Client) -> None:
    participant = record.participant
    page_of = f"/participants/{participant.code}/visits/V0/1/mrs/"
    client.force_login(people.dora)
    assert f"{page_of}lock/" in read(client, page_of).links
    asked = read(client, f"{page_of}lock/")
    assert "1 record that is not signed as it stands" in asked.text
    assert "a second person" in asked.text
    refused = send(client, f"{page_of}lock/", override_reason="")
    assert refused.status == 422
    assert "say why to lock all the same" in refused.text
    client.post(f"{page_of}lock/", {"override_reason": "The investigator left"})
    made = Lock.objects.get()
    shown = read(client, page_of)
    assert "Locked" in shown.text
    assert 'type="radio"' not in shown.html
    client.force_login(people.ines)
    grid = read(client, f"/participants/{participant.code}/")
    assert "Locked" in grid.text
    client.post(f"/locks/{made.code}/ask/", {"reason": "The other leg"})
    client.force_login(people.mona)
    home = read(client, "/?show=unlocks")
    assert "The other leg" in home.text
    assert f"/locks/{made.code}/" in home.links
    assert client.post(f"/locks/{made.code}/lift/").status_code == 302
    assert not Lock.objects.get().standing
    client.force_login(people.nils)
    assert 'type="radio"' in read(client, page_of).html
    assert "Lifted" in read(client, "/locks/").text


def test_a_site_sees_no_lock_of_another(people: People, record: Record, client: Client) -> None:
    made = locked(people.dora, record=record)
    client.force_login(people.carl)
    assert record.participant.code not in read(client, "/locks/").text
    assert client.get(f"/locks/{made.code}/").status_code == 404


def test_a_lock_on_a_visit_that_tells_an_arm_is_unseen_by_the_blinded(
    people: People, client: Client
) -> None:
    from tests.world import make_world

    world = make_world(people)
    hidden = world.participant.visits.filter(hidden=True).first()
    assert hidden is not None
    made = locked(people.ines, visit=hidden)
    client.force_login(people.mona)
    assert client.get(f"/locks/{made.code}/").status_code == 404
    client.force_login(people.ines)
    assert client.get(f"/locks/{made.code}/").status_code == 200


def test_who_writes_without_asking_reads_the_sentence_all_the_same(
    people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    participant: Participant = enrolled(people)
    locked(people.dora, participant=participant)
    monkeypatch.setattr("trial.services.endings.refuse_locked", lambda **_what: None)
    client.force_login(people.ines)
    page = send(
        client, f"/participants/{participant.code}/lost/",
        last_contact_on="2026-02-20", attempts="Three calls",
    )  # fmt: skip
    assert page.status == 409
    assert "This is locked" in page.text
