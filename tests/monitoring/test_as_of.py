"""A record, a visit, a participant as it stood at any instant, read from the histories alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from audit.as_of import as_of, moments, versions
from monitoring.past.said import of_participant, of_record, of_visit
from monitoring.past.standing import record_then, stand, stand_sources
from tests.builders import CONSENTED_ON, eligible, enrolled, saved
from tests.locking import lock
from tests.monitoring.saves import changed, hours
from tests.people import AT, PASSWORD, People
from tests.trial.reading import queries, read
from tests.trial.test_signing import fill, settle, sign_casebook
from tests.trial.test_signing import signed as signed_visit
from trial import protocol, registry, selectors, services
from trial.models import Participant, Record, Visit
from trial.selectors import record_digest

pytestmark = pytest.mark.requirement("R-035")
A_WEEK = timedelta(days=7)


@pytest.fixture
def participant(people: People) -> Participant:
    return enrolled(people, at=AT - A_WEEK)


@pytest.fixture
def record(people: People, participant: Participant) -> Record:
    """A draft at 10, completed at 11, signed at 12, changed at 13."""
    record = saved(participant, "V0", "nihss", people, complete=False, gaze=None)
    record = changed(record, people.nils, at=hours(1), gaze=0, reason="")
    services.sign_record(
        record=record, seen=record_digest(record), password=PASSWORD, actor=people.ines, at=hours(2)
    )
    return changed(record, people.ines, at=hours(3), gaze=2, reason="Source corrected")


def then(record: Record, at: datetime) -> dict[str, str]:
    return {line.label: line.words for line in of_record(record, at)}


def page(record: Record, at: str, route: str = "as-of") -> str:
    return f"/participants/{record.participant.code}/{route}/V0/1/nihss/?{at}"


def test_every_save_of_a_record_can_be_seen_again(people: People, record: Record) -> None:
    """Replays a sequence of saves: what is read as of each instant is what was saved then."""
    kept: dict[datetime, tuple[str, int, dict[str, object]]] = {}

    def keep(at: datetime) -> None:
        row = Record.objects.get(pk=record.pk)
        kept[at] = (row.status, row.version, selectors.answers_of(row, form=row.form))

    keep(hours(3))
    answers: list[dict[str, Any]] = [
        {"face": 1}, {"face": 3, "sensory": 2}, {"arm_left": None, "arm_left_untestable": True,
        "arm_left_untestable_reason": "amputation"}, {"arm_left": 4, "arm_left_untestable": None,
        "arm_left_untestable_reason": None}, {"dysarthria": 1, "face": 0}, {"face": 0, "gaze": 1},
    ]  # fmt: skip
    for place, given in enumerate(answers):
        at = hours(4 + place)
        changed(record, people.nils, at=at, **given)
        keep(at)
    for at, saved_then in kept.items():
        for instant in (at, at + timedelta(minutes=59, seconds=59)):
            found = record_then(record, instant)
            assert found is not None
            assert (found.record.status, found.record.version, found.answers) == saved_then


def test_what_was_written_last_stands_whatever_the_order_of_the_acts(
    people: People, record: Record
) -> None:
    """A request that came first may be written second: as of now is what the tables hold."""
    changed(record, people.nils, at=hours(2.5), gaze=1)
    found = as_of(Record, Q(id=record.pk), hours(9))[record.pk]
    assert found.row.version == Record.objects.get(pk=record.pk).version == 4
    assert then(record, hours(2.6))["2 Horizontal gaze"].startswith("1 ")


def test_the_state_and_who_saved_are_those_of_then(record: Record) -> None:
    draft, complete, signed, void = (then(record, hours(count)) for count in (0.5, 1, 2, 3))
    assert [one["State"] for one in (draft, complete, signed, void)] == [
        "Draft", "Complete", "Signed", "Complete",
    ]  # fmt: skip
    assert signed["Signature"] == "Ines Roth, 12 Mar 2026 13:00 (12:00 UTC)"
    assert void["Signature"] == "signed before, void since a change"
    assert "Signature" not in complete
    assert draft["Saved by"] == "Nils Berg, study nurse, 12 Mar 2026 11:00 (10:00 UTC)"
    assert void["Saved by"].startswith("Ines Roth, investigator")
    assert void["Reason for the change"] == "Source corrected"
    assert draft["NIHSS total"] == "", "one item was unanswered"
    assert (complete["NIHSS total"], void["NIHSS total"]) == ("0", "2")


def test_before_the_first_save_nothing_existed(people: People, record: Record) -> None:
    before = AT - timedelta(seconds=1)
    assert record_then(record, before) is None
    assert of_record(record, before) == []
    assert of_visit(record.visit, AT - 2 * A_WEEK) == []
    assert of_participant(record.participant, [record.visit], AT - 2 * A_WEEK) == []


def test_a_visit_shows_its_forms_with_the_states_of_then(record: Record) -> None:
    def at(instant: datetime) -> dict[str, str]:
        return {line.label: line.words for line in of_visit(record.visit, instant)}

    before, after = at(AT - A_WEEK), at(hours(2))
    assert (before["NIHSS"], after["NIHSS"]) == ("Late", "Signed")
    assert "Took place" not in before
    assert after["Took place"] == "2 Feb 2026"


def test_a_lock_shows_from_when_it_was_set(people: People, record: Record) -> None:
    lock(people.dora, participant=record.participant, at=hours(5))
    assert [then(record, hours(count))["State"] for count in (4, 5)] == ["Complete", "Locked"]
    found = stand(record.participant, [record.visit], hours(5))
    assert found.state(record.visit, "nihss").state == "locked"
    assert found.state(record.visit, "mrs").state == "late"


def test_a_participant_shows_consent_withdrawal_and_death_of_then(
    people: People, participant: Participant
) -> None:
    services.record_withdrawal(
        participant=participant, withdrawn_on=AT.date(), scopes=["follow_up"], reason="",
        actor=people.ines, at=hours(1),
    )  # fmt: skip
    services.record_death(
        participant=participant, died_on="2026-03", cause="Pneumonia", actor=people.ines,
        at=hours(2),
    )  # fmt: skip
    visits = list(participant.visits.all())

    def at(instant: datetime) -> dict[str, str]:
        return {line.label: line.words for line in of_participant(participant, visits, instant)}

    first, left, died = at(AT), at(hours(1)), at(hours(2))
    consent = next(label for label in first if label.startswith("Consent"))
    assert first[consent] == "2 Feb 2026"
    assert not {"Died", "Withdrew 12 Mar 2026"} & set(first)
    assert left["Withdrew 12 Mar 2026"] == "from follow-up"
    assert died["Died"] == "Mar 2026, Pneumonia"
    assert (first["M6 · NIHSS"], left["M6 · NIHSS"]) == ("Planned", "not expected any more")


def test_a_signature_a_change_voided_is_void_as_of_then_and_stays_so(people: People) -> None:
    participant = eligible(people)
    visits = list(participant.visits.filter(code="V0"))
    for count, met in ((1, True), (2, False)):
        services.answer_criteria(
            participant=participant, answers={"E5": met}, actor=people.ines, at=hours(count),
            reason="Source",
        )  # fmt: skip

    def at(instant: datetime) -> dict[str, str]:
        return {line.label: line.words for line in of_participant(participant, visits, instant)}

    signed = "Ines Roth, 12 Mar 2026 11:00 (10:00 UTC)"
    void = f"{signed}: void since a change"
    lines = [at(hours(count)) for count in (0.5, 1, 2)]
    assert [one["Eligibility signed"] for one in lines] == [signed, void, void]
    assert [one["Criterion E5"] for one in lines] == ["no", "yes", "no"]
    moments_of = {one.at for one in moments(stand_sources(participant, visits), most=99)}
    assert {hours(1), hours(2)} <= moments_of


def test_signatures_of_a_visit_and_a_casebook_can_be_seen_as_of_then(people: People) -> None:
    participant = enrolled(people)
    fill(participant, "V0", people)
    settle(participant, people)
    whole = sign_casebook(participant, people)
    visit = participant.visits.get(code="V0")
    signed_visit(visit, people, at=hours(1))
    services.set_visit_date(
        visit=visit, actual_on=AT.date(), reason="Source", actor=people.nils, at=hours(2)
    )
    visits = list(participant.visits.all())

    def at(count: float) -> dict[str, str]:
        lines = of_participant(participant, visits, hours(count))
        return {line.label: line.words for line in lines}

    assert whole.signed_at == AT
    assert at(0)["Casebook signed"] == "Ines Roth, 12 Mar 2026 11:00 (10:00 UTC)"
    assert "V0 · Visit signed" not in at(0)
    assert at(1)["V0 · Visit signed"] == "Ines Roth, 12 Mar 2026 12:00 (11:00 UTC)"
    late = at(2)
    assert late["V0 · Visit signed"].endswith(": void since a change")
    assert late["Casebook signed"].endswith(": void since a change")
    said = {line.label: line.words for line in of_visit(visit, hours(2))}
    assert said["Visit signed"] == late["V0 · Visit signed"]
    assert {AT, hours(1)} <= {one.at for one in moments(stand_sources(participant, visits), most=9)}


def test_the_moments_are_those_of_changes_the_newest_first(people: People, record: Record) -> None:
    own = Q(record_id=record.pk)
    model = registry.form("nihss").model
    found = moments([(Record, Q(id=record.pk)), (model, own)], most=10)
    assert [(one.at, one.who) for one in found] == [
        (hours(3), "Ines Roth"), (hours(1), "Nils Berg"), (AT, "Nils Berg"),
    ]  # fmt: skip
    assert [one.at for one in moments([(Record, Q(id=record.pk))], most=1)] == [hours(3)]
    assert [one.first for one in versions(Record, Q(id=record.pk))] == [True, False, False]


def test_a_typed_minute_is_in_the_sites_zone_and_means_its_end(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.mona)
    found = read(client, page(record, "day=2026-03-12&clock=11:00"))
    assert "As it stood on 12 Mar 2026 11:00 (12 Mar 2026 10:00:59 UTC)" in found.text
    assert "State</dt><dd>Draft" in found.html
    assert "Complete" in read(client, page(record, "day=2026-03-12&clock=12:00")).text
    # A day alone means its end.
    assert "Source corrected" in read(client, page(record, "day=2026-03-12")).text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("day=2999-01-01&clock=10:00", "That moment has not come yet."),
        ("day=0001-01-01", "The calendar does not reach that far."),
        ("at=yesterday", "There is no such moment."),
        ("clock=10:00", "Give the date as well."),
        ("day=2026-02-31", "Enter a valid date."),
    ],
)
def test_what_is_no_moment_of_the_past_is_refused_in_words(
    client: Client, people: People, record: Record, asked: str, words: str
) -> None:
    client.force_login(people.mona)
    found = read(client, page(record, asked))
    assert found.status == 422
    assert words in found.text


def test_a_page_says_that_nothing_existed_and_leads_to_the_first_entry(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.mona)
    found = read(client, page(record, "day=2026-03-01"))
    assert found.status == 200
    assert "Nothing existed yet." in found.text
    assert f'value="{AT.isoformat()}">Later change' in found.html


def test_the_past_holds_nothing_to_press_and_leads_back_to_today(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.nils)
    found = read(client, page(record, f"at={AT:%Y-%m-%dT%H:%M:%SZ}"))
    assert "csrfmiddlewaretoken" not in found.html.split("<main")[1]
    assert f"/participants/{record.participant.code}/visits/V0/1/nihss/" in found.links
    assert "no answer" in found.html.split('id="item-gaze"')[1].split("</fieldset>")[0]


def test_two_moments_side_by_side_show_only_what_differs(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.mona)
    sides = f"left-at={hours(1):%Y-%m-%dT%H:%M:%SZ}&right-at={hours(3):%Y-%m-%dT%H:%M:%SZ}"
    found = read(client, page(record, sides, "compare"))
    assert "<del>0 Normal</del>" in found.html
    assert "<ins>2 Forced" in found.html
    assert "Facial palsy" not in found.text
    assert "Facial palsy" in read(client, page(record, f"{sides}&all=yes", "compare")).text
    same = read(
        client, page(record, sides.replace(f"{hours(3):%H}:", f"{hours(1):%H}:"), "compare")
    )
    assert "Nothing differs." in same.text


def test_a_blinded_reader_meets_no_visit_that_tells_an_arm(client: Client, people: People) -> None:
    participant = eligible(people)
    services.open_visits(
        participant=participant, anchor=CONSENTED_ON, actor=people.ines, at=AT,
        plans=[plan for plan in protocol.current().visits if plan.reveals_arm],
    )  # fmt: skip
    address = f"/participants/{participant.code}/as-of/"
    client.force_login(people.ivan)
    assert "INF" in read(client, address).text
    assert read(client, f"{address}INF/1/").status == 200
    client.force_login(people.mona)
    assert "INF" not in read(client, address).text
    assert client.get(f"{address}INF/1/").status_code == 404
    assert client.get(f"/participants/{participant.code}/compare/INF/1/").status_code == 404


@pytest.mark.parametrize("name", ["carl", "otto"])
def test_who_does_not_read_the_trail_here_finds_nothing(
    client: Client, people: People, record: Record, name: str
) -> None:
    client.force_login(getattr(people, name))
    start = f"/participants/{record.participant.code}/"
    for rest in ("as-of/", "as-of/V0/1/", "as-of/V0/1/nihss/", "compare/", "compare/V0/1/nihss/"):
        assert client.get(f"{start}{rest}").status_code in {403, 404}


def test_a_page_asks_as_often_after_twenty_saves(
    client: Client, people: People, record: Record
) -> None:
    client.force_login(people.mona)
    start = f"/participants/{record.participant.code}/"
    places = [f"{start}{way}/{rest}" for way in ("as-of", "compare")
              for rest in ("", "V0/1/", "V0/1/nihss/")]  # fmt: skip

    def counts() -> dict[str, int]:
        return {place: queries(lambda place=place: client.get(place)) for place in places}  # type: ignore[misc]  # bound per place

    counts()
    few = counts()
    for place in range(20):
        changed(record, people.nils, at=hours(4 + place), gaze=place % 2)
    saved(record.participant, "V0", "mrs", people, at=hours(30), grade=2)
    assert counts() == few
    assert max(few.values()) < 40


def test_standing_takes_eleven_queries(people: People, record: Record) -> None:
    visits = list(Visit.objects.filter(participant=record.participant))
    assert record.participant.site.code == "GRE"
    assert queries(lambda: stand(record.participant, visits, hours(9))) == 11
