"""An event is coded by whoever may read its words; earlier codings stay as they were."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from audit.errors import Refused
from audit.models import Event
from safety import services as safety
from safety.coding import selectors, suggesting
from safety.coding.errors import CodedMeanwhile, NoSuchTerm, WordsWithheld
from safety.coding.models import Coding
from safety.coding.services import code_event
from safety.models import AdverseEvent
from tests.builders import enrolled
from tests.locking import lock
from tests.people import AT, People
from tests.safety.coding.books import SECOND, coded, load
from tests.safety.reports import reported
from tests.stage import Scene
from trial import margin
from trial.access import NotDelegated
from trial.errors import Locked, ReasonRequired, WrongState

pytestmark = pytest.mark.requirement("R-050")
WORDS: dict[str, Any] = {"term": "Ache of blorb", "category": "infection"}


def set_out(people: People) -> AdverseEvent:
    """A dictionary, and one event that anybody may read."""
    load()
    return reported(people, **WORDS)


@pytest.fixture
def scene() -> Scene:
    """What each of these tests begins with."""
    return set_out


def amended(event: AdverseEvent, people: People, **given: Any) -> AdverseEvent:
    """The site puts something right."""
    return safety.amend_ae(
        ae=event, version=event.version, reason="Source", actor=people.nils, at=AT, **given
    )


def test_a_coding_keeps_words_codes_version_and_person(
    people: People, staged: AdverseEvent
) -> None:
    made = coded(staged, 202, people.dora)
    assert (made.number, made.verbatim, made.name) == (1, "Ache of blorb", "Ache of the left blorb")
    assert (made.pt_code, made.pt, made.soc_code, made.soc) == (
        101, "Blorb ache", 1, "Blorb disorders",
    )  # fmt: skip
    assert (made.dictionary.version, made.dictionary.language) == ("1.0", "en")
    assert (made.coded_by, made.coded_at) == (people.dora, AT)
    assert made.history.get().history_user == people.dora
    event = Event.objects.get(name="ae.coded")
    assert event.data == {"number": 1, "dictionary": "1.0"}
    assert not event.reveals_arm


@pytest.mark.parametrize(
    "name", ["nils", "ines", "mona", "stan", "uma", "dag", "ivan", "ada", "zoe"]
)
def test_whoever_does_not_code_is_refused(people: People, staged: AdverseEvent, name: str) -> None:
    with pytest.raises(NotDelegated):
        coded(staged, 201, getattr(people, name))
    assert not Coding.objects.exists()


def test_a_blinded_coder_neither_meets_nor_codes_words_that_are_withheld(
    people: People, staged: AdverseEvent
) -> None:
    assert staged.pk
    hidden = [
        reported(people, staged.participant, term=term, category=category)
        for term, category in (("Quang fever", "infusion_reaction"), ("Quang itch", "other"))
    ]
    for event in hidden:
        with pytest.raises(WordsWithheld):
            coded(event, 204, people.dora)
        coded(event, 204, people.sara)
    assert {event.pk for event in selectors.events_for(people.dora)} == {staged.pk}
    assert selectors.events_for(people.sara).count() == 3
    # What was made of them is no suggestion either.
    alike = reported(people, staged.participant, term="Fever with quang", category="infection")
    again = reported(people, staged.participant, term="Quang fever, again", category="infection")
    dictionary = selectors.in_use()
    assert dictionary is not None
    asked = [alike, again]
    assert not any(suggesting.suggestions(asked, dictionary, people.dora).values())
    assert all(suggesting.suggestions(asked, dictionary, people.sara).values())


def test_another_site_s_events_are_coded_by_the_sponsor_s_people(
    people: People, staged: AdverseEvent
) -> None:
    assert staged.pk
    event = reported(people, enrolled(people, site=people.lyon), actor=people.carl, **WORDS)
    assert event in selectors.waiting(people.dora)
    assert not selectors.waiting(people.nils).exists()
    assert coded(event, 201, people.dora).number == 1


@pytest.mark.parametrize(("llt", "said"), [(999, "has no term 999"), (205, "no longer current")])
def test_only_a_current_term_will_do(
    people: People, staged: AdverseEvent, llt: int, said: str
) -> None:
    with pytest.raises(NoSuchTerm, match=said):
        coded(staged, llt, people.dora)


def test_changed_words_put_the_event_back_and_the_coding_stays(
    people: People, staged: AdverseEvent
) -> None:
    first = coded(staged, 202, people.dora)
    assert not selectors.waiting(people.dora).exists()
    event = amended(staged, people, term="Itch of quang")
    assert [one.pk for one in selectors.waiting(people.dora)] == [event.pk]
    assert selectors.is_stale(first, event)
    # Another item of the event is none of its words.
    event = amended(event, people, severity="moderate")
    second = coded(event, 206, people.dora)
    assert [one.name for one in event.codings.order_by("number")] == [first.name, second.name]
    assert not selectors.waiting(people.dora).exists()


def test_a_coding_that_is_put_right_has_a_reason(people: People, staged: AdverseEvent) -> None:
    coded(staged, 202, people.dora)
    with pytest.raises(WrongState, match="coded so already"):
        coded(staged, 202, people.sara)
    with pytest.raises(ReasonRequired):
        coded(staged, 201, people.sara, reason=" ")
    made = coded(staged, 201, people.sara, reason="The right one")
    assert made.history.get().history_change_reason == "The right one"
    # Free words about an event may tell an arm.
    assert Event.objects.filter(name="ae.coded").latest("pk").reveals_arm


def test_whoever_is_late_is_told_and_overwrites_nothing(
    people: People, staged: AdverseEvent
) -> None:
    coded(staged, 202, people.dora)
    for verbatim, seen in (("Ache of blorb", 0), ("Ache", 1), ("Ache of blorb", 2)):
        with pytest.raises(CodedMeanwhile):
            code_event(
                event=staged, llt=201, verbatim=verbatim, seen=seen, actor=people.sara, at=AT,
                reason="Better",
            )  # fmt: skip
    assert Coding.objects.count() == 1


@pytest.mark.requirement("R-043")
def test_a_locked_participant_s_events_stay_as_they_are_coded(
    people: People, staged: AdverseEvent
) -> None:
    lock(people.dora, participant=staged.participant)
    with pytest.raises(Locked):
        coded(staged, 202, people.dora)


def test_an_event_entered_in_error_is_not_coded(people: People, staged: AdverseEvent) -> None:
    event = safety.void_ae(
        ae=staged, version=1, reason="Other participant", actor=people.nils, at=AT
    )
    with pytest.raises(WrongState, match="entered in error"):
        coded(event, 202, people.dora)
    assert not selectors.events_for(people.sara).exists()


@pytest.mark.requirement("R-030")
def test_the_database_keeps_codings_as_they_are_and_compares_the_codes(
    people: People, staged: AdverseEvent
) -> None:
    made = coded(staged, 202, people.dora)
    for statement in ("UPDATE coding_coding SET name = 'x'", "DELETE FROM coding_coding"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    other = (
        "INSERT INTO coding_coding (event_id, number, verbatim, dictionary_id, code, name,"
        " pt_code, pt, soc_code, soc, coded_at, coded_by_id)"
        " SELECT event_id, 2, verbatim, dictionary_id, code, name, 102, pt, soc_code, soc,"
        " coded_at, coded_by_id FROM coding_coding WHERE id = "
        f"{made.pk}"
    )
    with pytest.raises(DatabaseError, match="of_one_line"), connection.cursor() as cursor:
        cursor.execute(other)


def test_the_trail_breaks_and_the_coding_is_not_made(
    people: People, staged: AdverseEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: object) -> None:
        raise Refused("The log is full.")

    monkeypatch.setattr("safety.coding.services.record_event", broken)
    with pytest.raises(Refused, match="log is full"):
        coded(staged, 202, people.dora)
    assert not Coding.objects.exists()


def test_suggestions_are_earlier_codings_then_names_then_like_words(
    people: People, staged: AdverseEvent
) -> None:
    at_hand = staged.participant
    for llt in (206, 207, 206):
        one = reported(people, at_hand, term="Quang Fever", category="infection")
        coded(one, llt, people.dora)
    coded(staged, 202, people.dora)
    asked = [
        reported(people, at_hand, term=term, category="infection")
        for term in ("quang fever ", "Blorb ache", "Nothing like it", "Quang fever, old word")
    ]
    dictionary = selectors.in_use()
    assert dictionary is not None
    found = suggesting.suggestions(asked, dictionary, people.dora)
    assert [
        [(one.term.code, one.why, one.times, one.sure) for one in found[event.pk]]
        for event in asked
    ] == [
        [(206, "earlier", 2, True), (207, "earlier", 1, True), (204, "named", 0, True)],
        [(201, "named", 0, True), (202, "like", 1, False)],
        [],
        [(206, "like", 2, False), (207, "like", 1, False)],
    ]


def test_a_suggestion_is_current_in_the_version_in_use(
    people: People, staged: AdverseEvent
) -> None:
    coded(staged, 202, people.dora)
    again = reported(people, staged.participant, **WORDS)
    dictionary = load(SECOND, "2.0")
    assert suggesting.suggestions([again], dictionary, people.dora)[again.pk] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("blorb", [203, 201, 202]),
        ("ACHE of", [202]),
        ("ache blo", [201, 202]),
        ("quang fever", [204]),
        ("orb", []),
        ("", []),
        ("' & | ! ( :*", []),
        ("fever & !quang", [204]),
    ],
)
def test_each_word_asked_for_begins_a_word_of_a_current_term(
    staged: AdverseEvent, asked: str, found: list[int]
) -> None:
    dictionary = selectors.in_use()
    assert dictionary is not None, staged
    assert [one.code for one in selectors.terms(dictionary, asked)] == found


def test_what_waits_stands_on_the_home_page_of_whoever_codes(
    people: People, staged: AdverseEvent
) -> None:
    lists = {one.show: one for one in margin.work_lists()}
    coding, today = lists["coding"], AT.date()
    assert coding.count(people.dora, today) == 1
    (task,) = coding.tasks(people.dora, today, 5)
    assert (task.who, task.what, task.label) == (
        staged.participant.code, "Ache of blorb", "Not coded",
    )  # fmt: skip
    assert coding.count(people.nils, today) is None
    assert coding.tasks(people.nils, today, 5) == []
