"""What the database refuses about an adverse event, whoever writes; and that the form agrees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.acts import act
from audit.errors import NoActor
from safety import rules
from safety.models import ITEMS, AdverseEvent
from tests.builders import enrolled
from tests.people import AT, People
from tests.safety.reports import AWARE, reported
from tests.stage import once
from trial.models import Participant

PLAIN: dict[str, Any] = {
    "number": 1,
    "term": "Headache",
    "category": "other",
    "onset": "2026-03-10",
    "severity": "mild",
    "serious": False,
    "causality": "unlikely",
    "action": "none",
    "outcome": "recovering",
}
SAE: dict[str, Any] = {
    "serious": True,
    "criterion_important": True,
    "aware_at": AWARE,
    "aware_zone": "Europe/Paris",
}
# Constraint, what breaks it and nothing else.
BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("ae_number_counts", {"number": 0}),
    ("ae_version_counts", {"version": 0}),
    ("ae_term_given", {"term": ""}),
    ("ae_term_given", {"term": " \t"}),
    ("ae_category_given", {"category": ""}),
    ("ae_onset_form", {"onset": ""}),
    ("ae_onset_form", {"onset": "2026-3"}),
    ("ae_onset_form", {"onset": "2026-02-30"}),
    ("ae_onset_form", {"onset": "2026-02\n"}),
    ("ae_end_form", {"end": "2026-13", "outcome": "recovered"}),
    ("ae_end_form", {"end": "2026-11-31", "outcome": "recovered"}),
    ("ae_end_after_onset", {"end": "2026-03-09", "outcome": "recovered"}),
    ("ae_end_after_onset", {"end": "2026-02", "outcome": "recovered"}),
    ("ae_end_after_onset", {"end": "2025", "outcome": "recovered"}),
    ("ae_end_after_onset", {"onset": "2026", "end": "2025-12-31", "outcome": "recovered"}),
    ("ae_serious_on_form", {"serious_on": "2026-03-11"}),
    ("ae_serious_on_form", {**SAE, "serious_on": "soon"}),
    ("ae_grade_of_death", {"scale": "ctcae5", "severity": "grade5"}),
    (
        "ae_grade_of_death",
        {
            **SAE,
            "scale": "ctcae5",
            "severity": "grade4",
            "outcome": "fatal",
            "criterion_death": True,
        },
    ),
    ("ae_severity_known", {"severity": "grade1"}),
    ("ae_ongoing_has_no_end", {"end": "2026-03-11"}),
    ("ae_ongoing_has_no_end", {"end": "2026-03-11", "outcome": "not_recovered"}),
    ("ae_severity_known", {"severity": "grave"}),
    ("ae_causality_known", {"causality": ""}),
    ("ae_action_known", {"action": "unknown"}),
    ("ae_outcome_known", {"outcome": ""}),
    ("ae_serious_has_criterion", {**SAE, "criterion_important": False}),
    *(
        ("ae_criterion_means_serious", {f"criterion_{code}": True})
        for code in rules.CRITERIA
        if code != "death"
    ),
    ("ae_criterion_means_serious", {"criterion_death": True, "outcome": "fatal"}),
    ("ae_fatal_is_death", {**SAE, "outcome": "fatal"}),
    ("ae_fatal_is_death", {**SAE, "criterion_death": True}),
    ("ae_serious_has_awareness", {"serious": True, "criterion_important": True}),
    ("ae_special_known", {**SAE, "special": "twins"}),
    ("ae_special_has_awareness", {"special": "pregnancy"}),
    ("ae_pregnancy_has_outcome", {**SAE, "special": "pregnancy", "pregnancy_ended": "2026-03-11"}),
    ("ae_pregnancy_has_outcome", {"pregnancy_ended": "2026-03-11", "pregnancy_outcome": "Girl"}),
    ("ae_awareness_has_zone", {"aware_at": AWARE}),
    ("ae_awareness_has_zone", {"aware_zone": "Europe/Paris"}),
    ("ae_sponsor_after_awareness", {"sponsor_informed_at": AT}),
    ("ae_sponsor_after_awareness", {**SAE, "sponsor_informed_at": AWARE - timedelta(seconds=1)}),
    ("ae_narrative_length", {"narrative": "x" * 4001}),
    ("ae_voided_has_reason", {"voided": True}),
    ("ae_voided_has_reason", {"voided": True, "void_reason": "  "}),
    ("ae_voided_has_reason", {"void_reason": "Typed twice"}),
]


@once
def participant(people: People) -> Participant:
    """Somebody enrolled in Grenoble."""
    return enrolled(people)


def write(participant: Participant, people: People, **changes: Any) -> AdverseEvent:
    """Write a row directly, past every form and service, inside an act."""
    event = AdverseEvent(participant=participant, **{**PLAIN, **changes})
    with act(actor=people.nils, at=AT), transaction.atomic():
        event.save()
    return event


def test_the_plain_rows_are_right(participant: Participant, people: People) -> None:
    write(participant, people)
    write(participant, people, **SAE, number=2)


@pytest.mark.requirement("R-050")
@pytest.mark.parametrize(("name", "changes"), BROKEN)
def test_the_database_refuses_a_direct_write(
    participant: Participant, people: People, name: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=f'"{name}"'):
        write(participant, people, **changes)


@pytest.mark.parametrize(("name", "changes"), BROKEN)
def test_the_model_refuses_the_same_beside_an_item(
    participant: Participant, people: People, name: str, changes: dict[str, Any]
) -> None:
    event = AdverseEvent(participant=participant, **{**PLAIN, **changes})
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    items = {*ITEMS, "criteria", "number", "version", "void_reason"}
    for item, errors in refused.value.error_dict.items():
        assert item in items or {error.code for error in errors} <= items


def test_every_rule_of_the_table_is_proven() -> None:
    checks = [rule for rule in AdverseEvent._meta.constraints if isinstance(rule, CheckConstraint)]
    assert {rule.name for rule in checks} == {name for name, _ in BROKEN}


def test_every_rule_says_what_to_do() -> None:
    for rule in AdverseEvent._meta.constraints:
        if isinstance(rule, CheckConstraint):
            words = str(rule.violation_error_message)
            assert words.endswith(".")
            assert "Constraint" not in words


def test_a_number_is_used_once(participant: Participant, people: People) -> None:
    write(participant, people)
    with pytest.raises(IntegrityError, match="ae_number_once"):
        write(participant, people)


PARTS = st.sampled_from(["", "2025", "2026", "2026-03", "2026-02", "2026-03-09", "2026-03-10"])
ROWS = st.fixed_dictionaries(
    {
        "onset": PARTS,
        "end": PARTS,
        "outcome": st.sampled_from([*rules.OUTCOMES, ""]),
        "serious": st.booleans(),
        "aware_at": st.sampled_from([None, AWARE]),
        "aware_zone": st.sampled_from(["", "Europe/Paris"]),
        "sponsor_informed_at": st.sampled_from([None, AWARE - timedelta(hours=1), AT]),
        "criterion_death": st.booleans(),
        "criterion_important": st.booleans(),
    }
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
def test_the_form_and_the_database_agree(
    participant: Participant, people: People, row: dict[str, Any]
) -> None:
    event = AdverseEvent(participant=participant, **{**PLAIN, **row})
    try:
        event.full_clean()
    except ValidationError:
        with pytest.raises(IntegrityError):
            write(participant, people, **row)
        return
    with transaction.atomic():
        write(participant, people, **row)
        transaction.set_rollback(True)


def test_a_row_outside_an_act_is_refused(participant: Participant) -> None:
    with pytest.raises(NoActor), transaction.atomic():
        AdverseEvent(participant=participant, **PLAIN).save()


def _update(event: AdverseEvent) -> None:
    AdverseEvent.objects.filter(pk=event.pk).update(term="Nothing")


def _raw(event: AdverseEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE safety_adverseevent SET severity = 'severe'")


def _bulk(event: AdverseEvent) -> None:
    other = AdverseEvent(participant=event.participant, **{**PLAIN, "number": 2})
    AdverseEvent.objects.bulk_create([other])


def _commit_after(change: Callable[[AdverseEvent], None], event: AdverseEvent) -> None:
    """Change the row and check what a commit would check."""
    change(event)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.requirement("R-030")
@pytest.mark.parametrize("change", [_update, _raw, _bulk])
def test_a_change_past_the_trail_is_refused_at_commit(
    people: People, change: Callable[[AdverseEvent], None]
) -> None:
    event = reported(people)
    with pytest.raises(IntegrityError, match="audit trail"), transaction.atomic():
        _commit_after(change, event)


def test_a_change_with_its_trail_is_not(people: People) -> None:
    _commit_after(lambda _event: None, reported(people))
