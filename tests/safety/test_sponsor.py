"""The safety desk's part: never lower than the investigator, SUSAR derived, proof kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.acts import act
from audit.models import Event
from safety import rules, sponsor
from safety.models import Proof, SponsorAssessment, Submission
from tests.people import AT, People
from tests.safety.desk import PROOF, assessed, brochure, measure, newest, submitted
from tests.safety.reports import later, reported_sae
from tests.safety.test_reports import amended
from trial.access import NotDelegated
from trial.errors import InvalidAnswers, ReasonRequired, Stale, WrongDate, WrongState

LEVELS = [*rules.CAUSALITIES]


@pytest.mark.requirement("R-052")
def test_the_sponsor_never_goes_below_the_investigator(people: People) -> None:
    for place, said in enumerate(LEVELS):
        event = reported_sae(people, causality=said, term=f"Event {place}")
        for lower in LEVELS[:place]:
            with pytest.raises(InvalidAnswers, match="never lower") as refused:
                assessed(people, event, lower)
            assert refused.value.field == "causality"
        assert assessed(people, event, LEVELS[-1]).causality == "definite"


@pytest.mark.requirement("R-052")
def test_the_database_keeps_both_opinions_true(people: People) -> None:
    event = reported_sae(people, causality="probable")
    made = assessed(people, event, "probable")
    made.pk, made.number, made.causality = None, 2, "possible"
    with pytest.raises(IntegrityError), transaction.atomic(), act(actor=people.sara, at=AT):
        made.save()
    # Nor by saying that the investigator thought less of it.
    made.pk, made.investigator_causality = None, "possible"
    with pytest.raises(IntegrityError), transaction.atomic(), act(actor=people.sara, at=AT):
        made.save()
    assert SponsorAssessment.objects.count() == 1


@pytest.mark.parametrize("expectedness", ["expected", "unexpected"])
@pytest.mark.parametrize("causality", LEVELS)
def test_a_susar_is_derived(people: People, causality: str, expectedness: str) -> None:
    event = reported_sae(people, causality="unrelated")
    made = assessed(people, event, causality, expectedness)
    wanted = causality in {"possible", "probable", "definite"} and expectedness == "unexpected"
    assert made.susar is wanted
    assert Event.objects.filter(name="susar.found", reveals_arm=True).exists() is wanted


def test_what_is_no_longer_serious_is_no_susar(people: People) -> None:
    event = reported_sae(people)
    assert assessed(people, event).susar
    amended(people, event, criteria=())
    assert not assessed(people, event).susar


def test_only_the_newest_version_is_assessed(people: People) -> None:
    event = reported_sae(people)
    first = newest(event)
    amended(people, event, outcome="recovered")
    with pytest.raises(Stale, match="newer version"):
        sponsor.assess(
            report=first, causality="possible", expectedness="expected",
            reference=brochure(people), actor=people.sara, at=AT,
        )  # fmt: skip


@pytest.mark.requirement("R-052")
def test_an_assessment_confirms_that_the_sponsor_has_the_report(people: People) -> None:
    event = reported_sae(people)
    assessed(people, event, at=later(hours=30))
    event.refresh_from_db()
    assert (event.sponsor_informed_at, event.version) == (AT, 2)
    assert event.clock is not None
    assert event.clock.state(later(hours=30)) == "met"
    assert event.reports.count() == 1


def test_only_the_safety_desk_acts_for_the_sponsor(people: People) -> None:
    event = reported_sae(people)
    made = brochure(people)
    sent = submitted(people, newest(event))
    for actor in (people.ines, people.mona, people.ivan, people.dag, people.uma, people.ada):
        who: dict[str, Any] = {"actor": actor, "at": AT}
        with pytest.raises(NotDelegated):
            sponsor.assess(
                report=newest(event), causality="definite", expectedness="expected",
                reference=made, **who,
            )  # fmt: skip
        with pytest.raises(NotDelegated):
            sponsor.submit(
                report=newest(event), recipient_kind="authority", recipient="x", reference="x",
                submitted_at=AT, proof_name="x", proof=b"x", **who,
            )  # fmt: skip
        with pytest.raises(NotDelegated):
            sponsor.void_submission(submission=sent, reason="x", **who)
        with pytest.raises(NotDelegated):
            sponsor.record_measure(measure="x", why="x", taken_at=AT, **who)
        with pytest.raises(NotDelegated):
            sponsor.record_reference(version="2", title="x", in_force_from=AT.date(), **who)


@pytest.mark.requirement("R-052")
def test_a_submission_keeps_its_proof(people: People) -> None:
    sent = submitted(people, newest(reported_sae(people)))
    sent.refresh_from_db()
    assert bytes(sent.proof.content) == PROOF
    assert sent.proof.sha256 == sent.proof_sha256
    line = Event.objects.get(name="report.submitted")
    assert (line.reveals_arm, line.data) == (True, {"number": 1})


def test_the_database_compares_a_proof_with_its_hash(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.create(name="x", sha256="0" * 64, content=PROOF)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.create(name="x", sha256="0" * 64, content=b"")


def test_what_cannot_be_submitted_is_refused(people: People) -> None:
    report = newest(reported_sae(people))
    for wrong, field in (
        ({"proof": b""}, "proof"),
        ({"proof": b"x" * (sponsor.PROOF_LIMIT + 1)}, "proof"),
        ({"recipient": " "}, "recipient"),
        ({"reference": ""}, "reference"),
        ({"recipient_kind": "x"}, "recipient_kind"),
    ):
        with pytest.raises(InvalidAnswers) as refused:
            submitted(people, report, **wrong)
        assert refused.value.field == field
    for when in (AT + timedelta(minutes=1), AT - timedelta(minutes=1)):
        with pytest.raises(WrongDate):
            submitted(people, report, submitted_at=when)
    assert not Submission.objects.exists()
    assert not Proof.objects.exists()


def test_a_submission_entered_in_error_is_marked(people: People) -> None:
    sent = submitted(people, newest(reported_sae(people)))
    who: dict[str, Any] = {"submission": sent, "actor": people.sara, "at": AT}
    with pytest.raises(ReasonRequired):
        sponsor.void_submission(reason=" ", **who)
    sponsor.void_submission(reason="Wrong report", **who)
    with pytest.raises(WrongState):
        sponsor.void_submission(reason="Again", **who)


def test_the_reference_is_the_one_in_force_on_the_day(people: People) -> None:
    one = brochure(people)
    two = brochure(people, version="2", in_force_from=AT.date())
    day = AT.date()
    assert sponsor.reference_for(day - timedelta(days=1)) == one
    assert sponsor.reference_for(day) == two
    assert sponsor.reference_for(one.in_force_from - timedelta(days=1)) == one
    with pytest.raises(InvalidAnswers):
        sponsor.record_reference(
            version="1", title="Again", in_force_from=day, actor=people.sara, at=AT
        )


@pytest.mark.requirement("R-052")
def test_an_urgent_measure_is_numbered_and_submitted(people: People) -> None:
    one, two = measure(people), measure(people)
    assert (one.number, two.number) == (1, 2)
    assert submitted(people, measure=one).measure == one
    with pytest.raises(WrongDate):
        measure(people, taken_at=later(hours=1))
    with pytest.raises(InvalidAnswers, match="blank"):
        measure(people, measure=" ")
