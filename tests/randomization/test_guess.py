"""The blinded assessor's guess of the arm: kept beside the record, read by few, never used."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.entries import Search
from monitoring import selectors as monitoring
from randomization import services
from randomization.errors import Impossible, NotBlinded
from randomization.guesses import pages
from randomization.models import ArmGuess
from tests.builders import lowest_answers, visit_of
from tests.locking import lock
from tests.people import AT, People
from tests.randomization.builders import randomized
from trial import services as trial
from trial.access import NotDelegated
from trial.errors import Locked, ReasonRequired, WrongState
from trial.models import Record

GUESS = {"guess": "cells", "certainty": "rather", "led_by": "course", "words": ""}


def assessed(people: People, actor: User, *, complete: bool = True) -> Record:
    return trial.save_record(
        visit=visit_of(randomized(people), "M1"), form="mrs", answers=lowest_answers("mrs"),
        assessed_on=AT.date(), version=0, complete=complete, actor=actor, at=AT,
    )  # fmt: skip


def guess(record: Record, actor: User, **given: Any) -> ArmGuess:
    return services.record_guess(
        **{"record": record, "reason": "", "actor": actor, "at": AT, **GUESS, **given}
    )


@pytest.fixture
def record(people: People) -> Record:
    return assessed(people, people.otto)


@pytest.mark.requirement("R-017")
def test_one_guess_a_record_and_a_change_needs_a_reason(people: People, record: Record) -> None:
    first = guess(record, people.otto)
    assert guess(record, people.otto).pk == first.pk
    with pytest.raises(ReasonRequired):
        guess(record, people.otto, guess="control")
    changed = guess(record, people.otto, guess="control", reason="Thought again")
    assert (changed.pk, changed.guess) == (first.pk, "control")
    assert [one.history_change_reason for one in ArmGuess.history.all()] == ["Thought again", ""]


@pytest.mark.requirement("R-017")
def test_only_whoever_assessed_blinded_guesses(people: People, record: Record) -> None:
    for actor in (people.nils, people.ines):
        with pytest.raises(NotBlinded):
            guess(record, actor)
    for actor in (people.mona, people.tess, people.carl, people.uma):
        with pytest.raises(NotDelegated):
            guess(record, actor)


@pytest.mark.requirement("R-017")
def test_what_is_no_guess_is_refused(people: People, record: Record) -> None:
    for wrong in (
        {"guess": "gold"},
        {"guess": "cells", "certainty": ""},
        {"guess": "cannot-tell", "certainty": "sure"},
        {"led_by": ""},
    ):
        with pytest.raises(Impossible):
            guess(record, people.otto, **wrong)
    lock(people.dora, record=record)
    with pytest.raises(Locked):
        guess(record, people.otto)


@pytest.mark.requirement("R-017")
def test_it_comes_after_the_assessment(people: People) -> None:
    with pytest.raises(WrongState):
        guess(assessed(people, people.otto, complete=False), people.otto)


@pytest.mark.requirement("R-017")
def test_the_guesser_and_those_who_know_read_it(
    people: People, record: Record, client: Client
) -> None:
    guess(record, people.otto)
    page = f"/participants/{record.participant.code}/visits/M1/1/mrs/"
    words = "guesses: Mesenchymal stem cells, rather sure"
    for reader, sees in (
        (people.otto, True), (people.ines, True), (people.mona, False), (people.dora, False),
    ):  # fmt: skip
        client.force_login(reader)
        assert (words in client.get(page).content.decode()) is sees, reader
    for reader, sees in ((people.mona, False), (people.dora, False), (people.ivan, True)):
        entries = repr(list(monitoring.trail(reader, Search()).entries))
        assert ("arm.guessed" in entries) is sees


@pytest.mark.requirement("R-017")
def test_by_its_page_with_nothing_chosen_beforehand(
    people: People, record: Record, client: Client
) -> None:
    page = f"/participants/{record.participant.code}/visits/M1/1/mrs/guess/"
    client.force_login(people.nils)
    assert client.get(page).status_code == 404
    client.force_login(people.otto)
    assert "checked" not in client.get(page).content.decode()
    assert client.post(page, {"guess": "cells"}).status_code == 422
    assert client.post(page, GUESS).status_code == 302
    assert ArmGuess.objects.get().guess == "cells"


@pytest.mark.requirement("R-017")
def test_what_all_guesses_say_is_for_the_unblinded_statistician(
    people: People, record: Record, client: Client
) -> None:
    guess(record, people.otto)
    client.force_login(people.uma)
    text = client.get("/blinding/").content.decode()
    assert "1 participant with a guess" in text
    lines = pages.indices(people.uma)["lines"]
    assert isinstance(lines, list)
    assert lines[0].found.index == 1
    for other in (people.ines, people.mona, people.otto, people.stan):
        client.force_login(other)
        assert client.get("/blinding/").status_code == 403
    with pytest.raises(NotDelegated):
        pages.indices(people.stan)
