"""A newer version changes nothing by itself: what it would change is listed for a person."""

from __future__ import annotations

import pytest

from safety.coding import selectors, versions
from safety.coding.errors import CodedMeanwhile, NoSuchTerm
from safety.coding.models import Coding, Dictionary
from safety.coding.services import move_unchanged
from tests.locking import lock
from tests.people import AT, People
from tests.safety.coding.books import SECOND, coded, load
from tests.safety.reports import reported
from tests.stage import Scene
from trial import margin
from trial.access import NotDelegated

pytestmark = pytest.mark.requirement("R-050")
# The LLT each event is coded with in version 1.0, and what becomes of it in 2.0.
BECOMES = {
    201: (),
    202: ("not_current",),
    203: ("gone",),
    204: ("moved",),
    206: ("renamed",),
    208: ("other_soc",),
}


def set_out(people: People) -> Dictionary:
    """An event for each change there can be, and then the second version."""
    load()
    participant = None
    for llt in BECOMES:
        event = reported(people, participant, term=f"Words of {llt}", category="infection")
        participant = event.participant
        coded(event, llt, people.dora)
    return load(SECOND, "2.0")


@pytest.fixture
def scene() -> Scene:
    """What each of these tests begins with."""
    return set_out


def test_every_change_is_listed_and_none_is_made(people: People, staged: Dictionary) -> None:
    found = versions.report(people.dora, staged)
    assert {one.coding.code: one.changes for one in found} == BECOMES
    assert {one.coding.code for one in found if not one.can_stay} == {202, 203}
    assert {one.dictionary.version for one in Coding.objects.all()} == {"1.0"}
    assert not selectors.waiting(people.dora).exists()
    lists = {one.show: one for one in margin.work_lists()}
    assert lists["coding-version"].count(people.dora, AT.date()) == len(BECOMES)
    assert len(lists["coding-version"].tasks(people.dora, AT.date(), 3)) == 3
    assert lists["coding-version"].count(people.nils, AT.date()) is None


def test_one_is_confirmed_one_coded_anew_and_the_old_ones_stay(
    people: People, staged: Dictionary
) -> None:
    found = {one.coding.code: one for one in versions.report(people.dora, staged)}
    confirmed = coded(found[208].event, 208, people.dora)
    assert (confirmed.soc, confirmed.dictionary) == ("Blorb disorders", staged)
    with pytest.raises(NoSuchTerm):
        coded(found[203].event, 203, people.dora)
    coded(found[203].event, 207, people.dora)
    earlier = Coding.objects.get(event=found[208].event, number=1)
    assert (earlier.soc, earlier.dictionary.version) == ("Quang disorders", "1.0")
    left = {one.coding.code for one in versions.report(people.dora, staged)}
    assert left == set(BECOMES) - {203, 208}


def test_those_that_read_the_same_are_taken_over_by_one_act(
    people: People, staged: Dictionary
) -> None:
    assert move_unchanged(to="2.0", actor=people.sara, at=AT) == 1
    made = Coding.objects.get(dictionary=staged)
    assert (made.code, made.coded_by, made.number) == (201, people.sara, 2)
    assert move_unchanged(to="2.0", actor=people.sara, at=AT) == 0


def test_taking_over_is_refused_to_others_and_to_another_version(
    people: People, staged: Dictionary
) -> None:
    with pytest.raises(NotDelegated):
        move_unchanged(to="2.0", actor=people.mona, at=AT)
    with pytest.raises(CodedMeanwhile, match="is in use by now"):
        move_unchanged(to="1.0", actor=people.dora, at=AT)
    assert not Coding.objects.filter(dictionary=staged).exists()


def test_a_locked_participant_s_codings_keep_their_version(
    people: People, staged: Dictionary
) -> None:
    (one, *_) = versions.report(people.dora, staged)
    lock(people.dora, participant=one.event.participant)
    assert move_unchanged(to="2.0", actor=people.dora, at=AT) == 0


def test_words_that_changed_are_a_matter_of_the_queue(people: People, staged: Dictionary) -> None:
    event = reported(people, term="New words", category="infection")
    coded(event, 201, people.dora)
    assert event not in selectors.behind(people.dora, staged)
    assert selectors.coded(people.dora).count() == len(BECOMES) + 1
