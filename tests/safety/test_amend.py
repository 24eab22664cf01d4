"""Amending an adverse event: completed freely, changed with a reason, never over another's save."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.acts import act
from audit.models import Event
from safety import services
from safety.models import AdverseEvent
from tests.locking import lock
from tests.people import AT, People
from tests.safety.reports import AWARE, later, reported, reported_sae
from trial.access import NotDelegated
from trial.errors import InvalidAnswers, Locked, ReasonRequired, Stale, WrongState


def amended(ae: AdverseEvent, people: People, **given: Any) -> AdverseEvent:
    """The study nurse amends the event an hour later, with a reason unless told otherwise."""
    return services.amend_ae(
        ae=ae,
        version=given.pop("version", ae.version),
        actor=given.pop("actor", people.nils),
        at=given.pop("at", later(hours=1)),
        reason=given.pop("reason", "Transcription error"),
        **given,
    )


@pytest.mark.requirement("R-033")
def test_a_change_keeps_old_new_who_and_why(people: People) -> None:
    event = amended(reported(people), people, severity="moderate", reason="  New information ")
    assert (event.severity, event.version) == ("moderate", 2)
    new, old = event.history.order_by("-history_id")
    assert (old.severity, new.severity) == ("mild", "moderate")
    assert (new.history_change_reason, new.history_user) == ("New information", people.nils)
    line = Event.objects.get(name="ae.amended")
    assert (line.reason, line.data) == ("New information", {"number": 1, "version": 2})


@pytest.mark.requirement("R-017")
def test_a_reason_in_free_words_is_not_for_the_blinded(people: People) -> None:
    event = amended(reported(people), people, term="Chills", reason="Came with the infusion")
    amended(event, people, narrative="More.", reason="")
    lines = Event.objects.filter(name="ae.amended").order_by("pk")
    assert [line.reveals_arm for line in lines] == [True, False]


@pytest.mark.requirement("R-033")
@pytest.mark.parametrize("reason", ["", "  "])
@pytest.mark.parametrize(
    "given",
    [
        {"term": "Migraine"},
        {"severity": "severe"},
        {"onset": "2026-03"},
        {"criteria": ("important",), "aware_at": AWARE},
    ],
)
def test_a_saved_answer_changes_only_with_a_reason(
    people: People, given: dict[str, Any], reason: str
) -> None:
    event = reported(people)
    with pytest.raises(ReasonRequired) as refused:
        amended(event, people, **given, reason=reason)
    assert refused.value.field == "reason"
    assert next(iter(given)) in {"criteria", *refused.value.details["changed"]}
    event.refresh_from_db()
    assert event.version == 1


def test_taking_an_answer_away_needs_a_reason(people: People) -> None:
    event = reported_sae(people, sponsor_informed_at=AT)
    with pytest.raises(ReasonRequired):
        amended(event, people, sponsor_informed_at=None, reason="")


def test_filling_a_blank_needs_none(people: People) -> None:
    event = amended(
        reported_sae(people), people, sponsor_informed_at=AT, narrative="More.", reason=""
    )
    assert (event.sponsor_informed_at, event.narrative, event.version) == (AT, "More.", 2)


def test_saving_the_same_changes_nothing(people: People) -> None:
    event = reported(people)
    same = amended(event, people, **event_answers(event), reason="")
    assert same.version == 1
    assert event.history.count() == 1
    assert not Event.objects.filter(name="ae.amended").exists()


def event_answers(event: AdverseEvent) -> dict[str, Any]:
    """What a form would send back unchanged."""
    values = event.values()
    kept = {item: value for item, value in values.items() if not item.startswith("criterion_")}
    return {**kept, "criteria": event.criteria}


@pytest.mark.requirement("R-051")
def test_an_event_becomes_serious_in_place(people: People) -> None:
    event = amended(
        reported(people), people, criteria=("hospitalization",), serious=True, aware_at=AWARE
    )
    assert (event.number, event.version, event.serious) == (1, 2, True)
    assert event.clock is not None
    assert event.clock.state(AT) == "running"
    assert Event.objects.filter(name="sae.reported").count() == 1
    amended(event, people, term="Pneumonia, left")
    assert Event.objects.filter(name="sae.reported").count() == 1


def test_telling_the_sponsor_stops_the_clock(people: People) -> None:
    event = amended(reported_sae(people), people, sponsor_informed_at=AT, reason="")
    assert event.clock is not None
    assert event.clock.words(later(days=9)) == "sponsor told after 3 h"


def test_the_zone_stays_the_one_the_time_was_told_in(people: People) -> None:
    event = reported_sae(people)
    site = event.participant.site
    site.timezone = "America/Cayenne"
    with act(actor=None, at=AT, system="the site moved"):
        site.save()
    assert amended(event, people, term="Pneumonia, right").aware_zone == "Europe/Paris"


def test_an_event_that_is_no_longer_serious_keeps_its_awareness(people: People) -> None:
    event = amended(reported_sae(people), people, criteria=(), serious=False)
    assert (event.serious, event.clock, event.aware_at) == (False, None, AWARE)


@pytest.mark.requirement("R-024")
def test_the_second_of_two_sees_both_versions(people: People) -> None:
    event = reported(people)
    amended(event, people, severity="severe", actor=people.ines)
    with pytest.raises(Stale) as refused:
        amended(event, people, version=1, severity="moderate")
    answers = refused.value.details["answers"]
    assert isinstance(answers, dict)
    assert (answers["severity"], refused.value.details["version"]) == ("severe", 2)
    event.refresh_from_db()
    assert (event.severity, event.version) == ("severe", 2)


def test_a_version_from_the_future_is_stale_too(people: People) -> None:
    with pytest.raises(Stale):
        amended(reported(people), people, version=2, severity="severe")


@pytest.mark.parametrize("name", ["carl", "otto", "mona", "dora", "ivan", "tess", "ada", "zoe"])
def test_others_do_not_amend(people: People, name: str) -> None:
    event = reported(people)
    with pytest.raises(NotDelegated):
        amended(event, people, actor=getattr(people, name), term="X")


def test_a_locked_participant_keeps_the_event_as_it_is(people: People) -> None:
    event = reported(people)
    lock(people.dora, participant=event.participant)
    with pytest.raises(Locked):
        amended(event, people, term="X")


def test_an_event_entered_in_error_stays_as_it_is(people: People) -> None:
    event = services.void_ae(
        ae=reported(people), version=1, reason="Typed twice", actor=people.nils, at=AT
    )
    with pytest.raises(WrongState):
        amended(event, people, term="X")


def test_what_cannot_be_is_refused_on_a_change_too(people: People) -> None:
    event = reported(people)
    with pytest.raises(InvalidAnswers):
        amended(event, people, onset="2026-03-13")
    with pytest.raises(InvalidAnswers):
        amended(event, people, serious=True)
    with pytest.raises(InvalidAnswers):
        amended(event, people, category="nonsense")


def test_a_category_the_protocol_dropped_does_not_block_other_changes(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = reported(people, category="seizure")
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.three_arms")
    assert amended(event, people, severity="severe").category == "seizure"


def test_a_time_is_late_when_its_instant_is(people: People) -> None:
    event = reported_sae(people, aware_at=AT - timedelta(hours=25))
    assert event.clock is not None
    assert event.clock.state(AT) == "overdue"
