"""Worsening is a new grade with its day, never a new event."""

from __future__ import annotations

from typing import Any

import pytest

from safety import course, grades, grading, services
from safety.models import AdverseEvent
from safety.selectors import rows_for_export
from tests.people import AT, People
from tests.safety.desk import newest
from tests.safety.reports import reported, reported_sae
from trial import protocol, safety_plan
from trial.errors import InvalidAnswers, ReasonRequired, WrongState


def regraded(people: People, event: AdverseEvent, grade: str, since: str) -> AdverseEvent:
    """The nurse records a grade from a day on."""
    event.refresh_from_db()
    return grades.regrade(
        ae=event, version=event.version, grade=grade, since=since, actor=people.nils, at=AT
    )


@pytest.mark.requirement("R-050")
def test_it_gets_worse_and_better_with_dates(people: People) -> None:
    event = reported(people, onset="2026-03-08")
    regraded(people, event, "severe", "2026-03-09")
    event = regraded(people, event, "moderate", "2026-03")
    assert course.course(event) == [
        ("mild", "2026-03-08"), ("severe", "2026-03-09"), ("moderate", "2026-03"),
    ]  # fmt: skip
    assert (event.severity, course.worst(event), event.version) == ("moderate", "severe", 3)
    assert AdverseEvent.objects.count() == 1


@pytest.mark.requirement("R-051")
def test_a_serious_event_that_gets_worse_is_reported_anew(people: People) -> None:
    event = regraded(people, reported_sae(people, severity="mild"), "severe", "2026-03-11")
    report = newest(event)
    assert (report.number, report.news) == (2, "Changed: Severity.")
    assert report.content["grades"] == [{"was": "mild", "became": "severe", "since": "2026-03-11"}]


@pytest.mark.parametrize(
    ("grade", "since", "field"),
    [
        ("mild", "2026-03-11", "grade"),
        ("grade3", "2026-03-11", "grade"),
        ("", "2026-03-11", "grade"),
        ("severe", "2026-03-09", "since"),
        ("severe", "2026-03-13", "since"),
        ("severe", "soon", "since"),
        ("severe", "", "since"),
    ],
)
def test_what_cannot_be_is_refused(people: People, grade: str, since: str, field: str) -> None:
    event = reported(people)
    with pytest.raises(InvalidAnswers) as refused:
        regraded(people, event, grade, since)
    assert refused.value.field == field
    assert not event.grade_changes.exists()


def test_a_dated_grade_is_not_typed_over(people: People) -> None:
    event = regraded(people, reported(people), "severe", "2026-03-11")
    with pytest.raises(InvalidAnswers) as refused:
        services.amend_ae(
            ae=event, version=2, severity="moderate", reason="Typed wrong",
            actor=people.nils, at=AT,
        )  # fmt: skip
    findings = refused.value.details["findings"]
    assert isinstance(findings, list)
    assert [one.item for one in findings] == ["severity"]


def test_a_grade_entered_in_error_is_marked(people: People) -> None:
    event = regraded(people, reported(people), "severe", "2026-03-11")
    with pytest.raises(ReasonRequired):
        grades.void_grade(ae=event, version=2, reason="", actor=people.nils, at=AT)
    event = grades.void_grade(ae=event, version=2, reason="Other", actor=people.nils, at=AT)
    assert (event.severity, course.course(event)) == ("mild", [("mild", "2026-03-10")])
    with pytest.raises(WrongState):
        grades.void_grade(ae=event, version=3, reason="Again", actor=people.nils, at=AT)


@pytest.mark.parametrize("scale", ["ctcae5", "ctcae6"])
def test_the_scale_is_a_setting_of_the_protocol(
    people: People, monkeypatch: pytest.MonkeyPatch, scale: str
) -> None:
    plan = protocol.current()
    monkeypatch.setitem(plan.__dict__, "safety", safety_plan.SafetyPlan(grading=scale))
    event = reported(people, severity="grade2")
    assert event.scale == scale
    assert {row["severity_scale"] for row in rows_for_export(blinded=True)} == {scale}
    with pytest.raises(InvalidAnswers):
        reported(people, severity="moderate", term="Other")
    fatal: dict[str, Any] = {"criteria": ("death",), "outcome": "fatal", "aware_at": AT}
    with pytest.raises(InvalidAnswers):
        reported(people, severity="grade4", term="Fall", **fatal)
    assert reported(people, severity=grading.DEATH, term="Fall", **fatal).serious
    with pytest.raises(InvalidAnswers):
        reported(people, severity=grading.DEATH, term="Rash")
    # An event graded before keeps its scale.
    monkeypatch.setitem(plan.__dict__, "safety", safety_plan.SafetyPlan())
    assert regraded(people, event, "grade3", "2026-03-11").severity == "grade3"
