"""The trail: one line a change, acts in between, the newest first, in one query a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from audit.acts import act
from audit.entries import (
    ACT,
    CHANGED,
    CREATED,
    BadCursor,
    Cursor,
    Entry,
    Page,
    Search,
    Source,
    audited_models,
    page,
)
from audit.events import record_event
from audit.trail import Line, PlainWords, lines
from tests.builders import enrolled, saved
from tests.people import AT, People
from trial import services
from trial.models import Consent, Delegation, Participant, Site, Visit

LATER = AT + timedelta(hours=1)
EVERYTHING = tuple(Source(model) for model in audited_models())


def read(*sources: Source, search: Search | None = None, events: Q | None = None) -> list[Line]:
    """Lines in plain words, the newest first."""
    found = page(sources, events=events, search=search or Search(), size=1000)
    return list(lines(found.entries, PlainWords()))


@pytest.mark.requirement("R-030")
def test_it_has_a_line_for_every_field_of_a_first_entry(people: People) -> None:
    participant = enrolled(people)
    found = read(Source(Consent, about=("version",)), search=Search(participant=participant.code))
    assert [(line.field, line.old, line.new) for line in found] == [
        ("Given by", "", "The participant"),
        ("Consented on", "", "2 Feb 2026"),
        ("Obtained by", "", "Ines Roth"),
    ]
    line = found[0]
    assert (line.actor, line.role, line.at, line.kind) == ("Ines Roth", "investigator", AT, CREATED)
    assert (line.title, line.subject, line.participant) == ("Consent", "2.0", participant.code)
    assert line.recorded_at.tzinfo is not None
    assert abs(line.recorded_at - datetime.now(UTC)) < timedelta(days=1)


@pytest.mark.requirement("R-034")
def test_it_has_old_and_new_value_and_the_reason_on_one_line(people: People) -> None:
    with act(actor=people.ada, at=LATER, reason="renamed by the hospital"):
        people.grenoble.name = "Grenoble Alpes"
        people.grenoble.save()
    line = read(Source(Site, about=("code",)))[0]
    assert (line.subject, line.field, line.old, line.new) == (
        "GRE", "Name", "Grenoble", "Grenoble Alpes",
    )  # fmt: skip
    assert (line.reason, line.kind, line.actor) == ("renamed by the hospital", CHANGED, "Ada Quist")


def test_it_compares_with_the_version_before_and_not_with_the_first(people: People) -> None:
    for name in ("B", "C"):
        with act(actor=people.ada, at=LATER, reason="again"):
            people.grenoble.name = name
            people.grenoble.save()
    found = read(Source(Site), search=Search(kind=CHANGED))
    assert [(line.old, line.new) for line in found] == [("B", "C"), ("Grenoble", "B")]


def test_it_says_nothing_of_a_save_that_changed_nothing(people: People) -> None:
    with act(actor=people.ada, at=LATER, reason="nothing"):
        people.grenoble.save()
    assert read(Source(Site), search=Search(kind=CHANGED)) == []


def test_it_keeps_numbers_as_they_were_written(people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "vitals", people, systolic=140, temperature=Decimal("37.0"))
    model = next(one for one in audited_models() if one._meta.model_name == "vitalsignsrecord")
    found = {line.field: line.new for line in read(Source(model))}
    assert found["Temperature"] == "37.0"
    assert found["Systolic"] == "140"


@pytest.mark.requirement("R-030")
def test_it_merges_the_acts_of_the_log(people: People) -> None:
    record_event(
        name="cut.downloaded", actor=people.stan, at=LATER, data={"file": "a.csv", "ok": True}
    )
    found = page((Source(Site),), events=Q(), search=Search(), size=100)
    first = next(lines(found.entries, PlainWords()))
    assert (first.title, first.subject, first.field) == (
        "Cut downloaded", "file a.csv · ok yes", "",
    )  # fmt: skip
    assert (first.kind, first.actor, first.at) == (ACT, "Stan Ozols", LATER)


def test_it_leaves_the_log_out_where_the_reader_meets_no_act(people: People) -> None:
    record_event(name="cut.downloaded", actor=people.stan, at=LATER)
    assert {line.kind for line in read(*EVERYTHING)} == {CREATED}


def test_it_shows_only_the_rows_a_source_allows(people: People) -> None:
    found = read(Source(Site, Q(code="LYO"), about=("code",)))
    assert {line.subject for line in found} == {"LYO"}


def test_it_narrows_to_a_participant_by_every_path(people: People) -> None:
    wanted, other = enrolled(people), enrolled(people)
    saved(wanted, "V0", "nihss", people)
    saved(other, "V0", "nihss", people)
    found = read(*EVERYTHING, search=Search(participant=wanted.code), events=Q())
    assert {line.participant for line in found} == {wanted.code}
    assert {"Participant", "Visit", "Record", "Consent"} <= {line.title for line in found}
    assert any("stroke" in line.title.lower() for line in found)


def test_it_narrows_to_a_person_a_kind_and_a_time(people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people, at=LATER)
    by_nils = read(*EVERYTHING, search=Search(actor=people.nils.pk), events=Q())
    assert {line.actor for line in by_nils} == {"Nils Berg"}
    since = read(*EVERYTHING, search=Search(since=LATER), events=Q())
    assert {line.at for line in since} == {LATER}
    until = read(*EVERYTHING, search=Search(until=LATER), events=Q())
    assert {line.at for line in until} == {AT}
    acts = read(*EVERYTHING, search=Search(kind=ACT), events=Q())
    assert {line.kind for line in acts} == {ACT}
    assert {line.kind for line in read(*EVERYTHING, search=Search(kind=CREATED))} == {CREATED}


@pytest.mark.parametrize("size", [1, 7, 40])
def test_its_pages_joined_are_the_whole_and_nothing_twice(people: People, size: int) -> None:
    for hours in (0, 1, 1):
        enrolled(people, at=AT + timedelta(hours=hours))
    # One by one the newest and what was done at the same instant before them; else all there is.
    search = Search(since=AT + timedelta(minutes=1)) if size == 1 else Search()
    whole = page(EVERYTHING, events=Q(), search=search, size=1000).entries
    joined: list[Entry] = []
    before: Cursor | None = None
    for _ in whole:
        part = page(EVERYTHING, events=Q(), search=search, before=before, size=size)
        joined += part.entries
        if part.older is None:
            break
        before = Cursor.parse(str(part.older))
    assert tuple(joined) == whole
    assert len(joined) > (20 if size == 1 else 60)


@pytest.mark.requirement("R-017")
def test_its_places_hold_no_key_of_a_row(people: People) -> None:
    enrolled(people)
    assert str(whole_page(5).older) == f"{AT.isoformat()}~5"


def test_it_is_read_the_newest_first(people: People) -> None:
    enrolled(people, at=LATER)
    enrolled(people, at=AT)
    places = [entry.at for entry in whole_page(20).entries]
    assert places == sorted(places, reverse=True)


def whole_page(size: int) -> Page:
    """A page of everything."""
    return page(EVERYTHING, events=Q(), search=Search(), size=size)


def test_it_asks_as_often_for_many_rows_as_for_few(people: People) -> None:
    def asked() -> int:
        saved(enrolled(people), "V0", "nihss", people)
        with CaptureQueriesContext(connection) as queries:
            whole_page(10)
        return len(queries)

    few = asked()
    for _ in range(3):
        many = asked()
    assert many == few <= 4


def test_it_names_people_and_sites_instead_of_their_keys(people: People) -> None:
    found = read(Source(Delegation), search=Search(actor=None))
    assert {"Ines Roth", "GRE Grenoble"} <= {line.new for line in found}


def test_it_has_no_line_for_a_total_nor_for_the_count_of_saves(people: People) -> None:
    participant = enrolled(people)
    saved(participant, "V0", "nihss", people)
    fields = {line.field.lower() for line in read(*EVERYTHING)}
    assert not {"total", "motor", "version"} & fields
    assert "form version" in fields


def test_it_tells_a_process_from_a_person(people: People) -> None:
    line = next(line for line in read(Source(Site)) if line.field == "Name")
    assert (line.actor, line.role) == ("", "test people")


def test_it_shows_a_default_only_once_it_changes(people: People) -> None:
    participant = enrolled(people)
    visit = participant.visits.get(code="M1")
    assert not [line for line in read(Source(Visit)) if line.field == "Status"]
    services.mark_missed(visit=visit, reason="Abroad", actor=people.nils, at=LATER)
    line = next(line for line in read(Source(Visit)) if line.field == "Status")
    assert (line.old, line.new) == ("Planned", "Missed")


@pytest.mark.parametrize(
    "text",
    ["", "x", "~", "2026-03-12T10:00:00~1", "2026-03-12T10:00:00+00:00~99999999999999999999",
     "2026-03-12T10:00:00+00:00~-1", "2026-03-12T10:00:00+00:00~1~5", "\0~1"],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.parse(text)


def test_it_shows_a_participant_under_its_own_code(people: People) -> None:
    participant = enrolled(people)
    found = read(Source(Participant))
    assert {line.participant for line in found} == {participant.code}
    assert {"Site", "Sex", "Year of birth", "Index on"} <= {line.field for line in found}
