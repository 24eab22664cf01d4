"""One participant's arm, told to one blinded person: asked for, decided, shown, on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.entries import Search
from audit.errors import Refused
from audit.models import Event
from monitoring import selectors as monitoring
from monitoring.overview.deviations import deviations
from randomization import services
from randomization.errors import KnowsAlready, NotBlinded, NotReady
from randomization.models import Unblinding
from randomization.unblinding import knowing
from tests.builders import enrolled, lowest_answers, visit_of
from tests.locking import lock
from tests.people import AT, PASSWORD, People
from tests.randomization.builders import LATER, randomized
from tests.stage import once
from trial import services as trial_services
from trial.access import NotDelegated
from trial.errors import ReasonRequired, SecondPerson, WrongPassword, WrongState
from trial.models import Participant, Record

ARM = "Mesenchymal stem cells"


@once
def someone(people: People) -> Participant:
    """Allocated to cells."""
    return randomized(people)


def ask(participant: Participant, person: User, actor: User, **given: Any) -> Unblinding:
    return services.ask_unblinding(
        **{
            "participant": participant, "person": person, "reason": "susar", "words": "",
            "password": PASSWORD, "actor": actor, "at": LATER, **given,
        }
    )  # fmt: skip


def decide(row: Unblinding, actor: User, *, grant: bool = True, **given: Any) -> Unblinding:
    return services.decide_unblinding(
        **{
            "unblinding": row, "grant": grant, "words": "", "password": PASSWORD, "actor": actor,
            "at": LATER, **given,
        }
    )  # fmt: skip


def tell(row: Unblinding, actor: User, **given: Any) -> str:
    return services.tell_arm(
        **{"unblinding": row, "password": PASSWORD, "actor": actor, "at": LATER, **given}
    )


@pytest.mark.requirement("R-018")
def test_an_emergency_is_granted_at_once(people: People, someone: Participant) -> None:
    row = ask(someone, people.otto, people.otto, reason="emergency")
    assert (row.state, row.decided_by) == ("granted", None)
    assert tell(row, people.otto) == "cells"
    row.refresh_from_db()
    assert row.shown_at == LATER


@pytest.mark.requirement("R-018")
def test_any_other_reason_waits_for_a_second_person(people: People, someone: Participant) -> None:
    row = ask(someone, people.mona, people.mona)
    with pytest.raises(WrongState):
        tell(row, people.mona)
    assert tell(decide(row, people.uma), people.mona) == "cells"


@pytest.mark.requirement("R-018")
def test_nobody_decides_what_they_asked_for(people: People, someone: Participant) -> None:
    row = ask(someone, people.dag, people.ines, reason="dsmb")
    with pytest.raises(SecondPerson):
        decide(row, people.ines)
    with pytest.raises(NotDelegated):
        decide(row, people.dora)
    assert decide(row, people.uma).state == "granted"
    with pytest.raises(WrongState):
        decide(row, people.uma)


@pytest.mark.requirement("R-018")
def test_a_refusal_says_why_and_may_be_asked_again(people: People, someone: Participant) -> None:
    row = ask(someone, people.dora, people.dora)
    with pytest.raises(ReasonRequired):
        decide(row, people.ines, grant=False)
    decide(row, people.ines, grant=False, words="The report needs no arm")
    with pytest.raises(WrongState):
        tell(row, people.dora)
    assert ask(someone, people.dora, people.dora).pk != row.pk


@pytest.mark.requirement("R-018")
def test_asked_twice_it_is_one_request_and_an_emergency_hurries_it(
    people: People, someone: Participant
) -> None:
    row = ask(someone, people.otto, people.otto, reason="end")
    assert ask(someone, people.otto, people.otto).pk == row.pk
    hurried = ask(someone, people.otto, people.otto, reason="emergency")
    assert (hurried.pk, hurried.state) == (row.pk, "granted")
    assert Unblinding.history.count() == 2


@pytest.mark.requirement("R-018")
def test_only_the_named_person_is_told(people: People, someone: Participant) -> None:
    row = ask(someone, people.otto, people.ines, reason="emergency")
    for other in [user for user in people.users() if user != people.otto]:
        with pytest.raises(NotDelegated):
            tell(row, other)
    assert Event.objects.filter(name="unblinding.shown").count() == 0


@pytest.mark.requirement("R-018")
def test_who_may_ask_and_for_whom(people: People, someone: Participant) -> None:
    for actor in (people.nils, people.tess, people.carl, people.stan, people.uma, people.ada):
        with pytest.raises(NotDelegated):
            ask(someone, people.otto, actor)
    for person in (people.stan, people.ada, people.zoe):
        with pytest.raises(NotBlinded):
            ask(someone, person, people.ines)
    with pytest.raises(KnowsAlready):
        ask(someone, people.nils, people.ines)
    with pytest.raises(NotBlinded, match="yourself"):
        ask(someone, people.mona, people.otto)
    assert ask(someone, people.mona, people.dag).person == people.mona


@pytest.mark.requirement("R-018")
def test_nothing_is_asked_before_the_randomization_or_without_words(people: People) -> None:
    with pytest.raises(NotReady):
        ask(enrolled(people), people.otto, people.otto)
    with pytest.raises(Refused, match="other reason"):
        ask(randomized(people, "control"), people.otto, people.otto, reason="other")


@pytest.mark.requirement("R-018")
def test_a_lock_does_not_stand_in_the_way_of_an_emergency(
    people: People, someone: Participant
) -> None:
    lock(people.dora, participant=someone)
    assert tell(ask(someone, people.otto, people.otto, reason="emergency"), people.otto) == "cells"


@pytest.mark.requirement("R-018")
def test_a_wrong_password_does_nothing(people: People, someone: Participant) -> None:
    with pytest.raises(WrongPassword, match="Nothing was recorded"):
        ask(someone, people.otto, people.otto, password="not it")
    row = ask(someone, people.otto, people.otto, reason="emergency")
    with pytest.raises(WrongPassword):
        tell(row, people.otto, password="not it")
    row.refresh_from_db()
    assert row.shown_at is None


@pytest.mark.requirement("R-018")
def test_the_trail_tells_the_others_everything_but_the_arm(
    people: People, someone: Participant
) -> None:
    tell(ask(someone, people.otto, people.otto, reason="emergency"), people.otto)
    for reader in (people.mona, people.dora, people.ines, people.ivan):
        lines = repr(list(monitoring.trail(reader, Search()).entries))
        assert "unblinding.asked" in lines
        assert "unblinding.shown" in lines
    told = Event.objects.filter(name__startswith="unblinding.")
    assert not any("cells" in f"{one.data} {one.reason}" for one in told)
    assert "cells" not in repr(list(Unblinding.history.values()))


@pytest.mark.requirement("R-018")
def test_the_database_refuses_what_the_service_would(people: People, someone: Participant) -> None:
    row = ask(someone, people.otto, people.otto)
    for wrong in (
        {"state": "granted"},
        {"shown_at": LATER},
        {"reason": "emergency"},
        {"state": "granted", "decided_by": people.otto, "decided_at": LATER},
        {"state": "refused", "decided_by": people.uma, "decided_at": LATER},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Unblinding.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.requirement("R-018")
def test_what_is_assessed_knowing_the_arm_is_a_deviation_and_not_refused(
    people: People, someone: Participant, client: Client
) -> None:
    before = assessed(someone, "M1", people.otto, at=AT)
    assert kinds(people) == []
    tell(ask(someone, people.otto, people.otto, reason="emergency", at=AT), people.otto, at=AT)
    assert kinds(people) == []
    after = assessed(someone, "M1", people.otto, at=AT + timedelta(days=1), form="barthel")
    assert kinds(people) == [("M1", "barthel")]
    marked = knowing.saved_knowing(Record.objects.all(), knowing.told_to())
    assert [one.record for one in marked] == [after.pk]
    for reader, words in ((people.mona, "a deviation"), (people.otto, "You know")):
        client.force_login(reader)
        assert words in body(client, f"/participants/{someone.code}/visits/M1/1/barthel/")[1]
        page = f"/participants/{someone.code}/visits/M1/1/{before.form}/"
        assert "a deviation" not in body(client, page)[1]


def assessed(
    participant: Participant, visit: str, actor: User, *, at: datetime, form: str = "mrs"
) -> Record:
    return trial_services.save_record(
        visit=visit_of(participant, visit), form=form, answers=lowest_answers(form),
        assessed_on=at.date(), version=0, complete=True, actor=actor, at=at,
    )  # fmt: skip


def kinds(people: People) -> list[tuple[str, str]]:
    return [(one.visit, one.form) for one in deviations(people.mona) if one.kind == "unblinded"]


def body(client: Client, address: str, **sent: str) -> tuple[int, str]:
    answer = client.post(address, sent) if sent else client.get(address)
    return answer.status_code, answer.content.decode()


@pytest.mark.requirement("R-018")
def test_the_page_shows_the_arm_to_the_password_and_to_nobody_else(
    people: People, someone: Participant, client: Client
) -> None:
    client.force_login(people.otto)
    sent = {"code": someone.code, "reason": "emergency", "password": PASSWORD}
    answer = client.post("/unblinding/new/", sent)
    assert ARM in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    row = Unblinding.objects.get()
    address = f"/unblinding/{row.code}/"
    status, page = body(client, address)
    assert (status, ARM in page) == (200, False)
    assert ARM in body(client, address, password=PASSWORD)[1]
    assert ARM not in body(client, address, password="wrong")[1]
    for other in (people.mona, people.dora, people.ines, people.uma):
        client.force_login(other)
        assert body(client, address)[0] == 200
        status, page = body(client, address, password=PASSWORD)
        assert (status, ARM in page) == (403, False)
    for stranger in (people.stan, people.dag, people.carl):
        client.force_login(stranger)
        assert body(client, address)[0] in {403, 404}


@pytest.mark.requirement("R-018")
def test_nothing_else_opens_to_the_person_who_was_told(
    people: People, someone: Participant, client: Client
) -> None:
    tell(ask(someone, people.otto, people.otto, reason="emergency"), people.otto)
    client.force_login(people.otto)
    for place in ("treatment/", "visits/BMA/1/"):
        assert body(client, f"/participants/{someone.code}/{place}")[0] in {403, 404}
    assert ARM not in body(client, f"/participants/{someone.code}/")[1]


@pytest.mark.requirement("R-018")
def test_those_who_must_know_are_told_on_their_home_page(
    people: People, someone: Participant, client: Client
) -> None:
    ask(someone, people.otto, people.otto, reason="emergency", at=timezone.now())
    for told in (people.ines, people.mona, people.dora, people.uma):
        client.force_login(told)
        page = body(client, "/")[1]
        assert f"To {people.otto}: medical emergency" in page
        assert ARM not in page
    for other in (people.ada, people.stan, people.dag, people.carl, people.nils):
        client.force_login(other)
        assert "medical emergency" not in body(client, "/")[1]


@pytest.mark.requirement("R-018")
def test_three_wrong_passwords_end_the_session_and_others_are_told(
    people: People, someone: Participant, client: Client
) -> None:
    row = ask(someone, people.otto, people.otto, reason="emergency")
    client.force_login(people.otto)
    for _ in range(3):
        answer = client.post(f"/unblinding/{row.code}/", {"password": "wrong"})
    assert answer.status_code == 302
    assert Event.objects.filter(name="signature.refused").count() == 3
    assert Event.objects.filter(name="signature.alert").exists()


@pytest.mark.requirement("R-018")
def test_a_decision_by_its_page(people: People, someone: Participant, client: Client) -> None:
    row = ask(someone, people.mona, people.mona, at=timezone.now())
    client.force_login(people.uma)
    assert "Unblinding to decide" in body(client, "/")[1]
    address = f"/unblinding/{row.code}/decide/"
    assert body(client, address, grant="no", password=PASSWORD)[0] == 422
    assert body(client, address, grant="yes", password=PASSWORD)[0] == 302
    client.force_login(people.mona)
    assert "Granted to you" in body(client, "/")[1]


@pytest.mark.requirement("R-018")
def test_a_broken_trail_grants_nothing(
    people: People, someone: Participant, unwritable: Callable[[str], None]
) -> None:
    unwritable("audit_event")
    with pytest.raises(DatabaseError), transaction.atomic():
        ask(someone, people.otto, people.otto, reason="emergency")
