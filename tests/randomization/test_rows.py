"""The rules of single rows, asked of the database itself: no service stands in front of it."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from audit.models import AuditedModel
from randomization import services
from randomization.models import (
    Agreement,
    Allocation,
    AllocationList,
    ArmGuess,
    Aspiration,
    Disposal,
    EnvelopePrint,
    Infusion,
    ListKey,
    NotTreated,
    OpenedEnvelope,
    Passage,
    Product,
    Release,
    ReleaseResult,
    Reveal,
    Slot,
    Stratum,
    Unblinding,
    VitalSigns,
    WrappedKey,
)
from randomization.services import ask_unblinding
from tests.builders import eligible, visit_of
from tests.people import PASSWORD, People
from tests.randomization.builders import (
    EARLY,
    LATER,
    agreed,
    allocate,
    arm_of,
    aspirated,
    disposed,
    failed,
    grown,
    infused,
    not_treated,
    on_paper,
    randomized,
    ready,
    released_outside,
    vital_signs,
)
from tests.stage import once
from trial import services as trial
from trial.models import Participant


class Like(str):
    """The value of another column of the same row."""

    __slots__ = ()


# What each rule refuses: model, constraint, the values that break it.
BROKEN: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (AllocationList, "list_purpose_known", {"purpose": "rehearsal"}),
    (AllocationList, "list_commitment_form", {"commitment": "secret"}),
    (AllocationList, "list_says_how_it_was_made", {"length": 0}),
    (AllocationList, "list_says_how_it_was_made", {"algorithm": ""}),
    (ListKey, "list_key_is_sealed", {"sealed": "salt"}),
    (ListKey, "list_key_is_sealed", {"sealed": "?" * 336}),
    (WrappedKey, "data_key_is_wrapped", {"wrapped": "key"}),
    (WrappedKey, "data_key_is_wrapped", {"master": "mine"}),
    (Stratum, "stratum_has_code", {"code": ""}),
    (Slot, "slot_counts_from_one", {"position": 0}),
    (Slot, "slot_is_sealed", {"sealed": "cells"}),
    (Slot, "slot_is_sealed", {"sealed": "A" * 335}),
    (Aspiration, "aspiration_sample_form", {"sample": "s 1"}),
    (Aspiration, "aspiration_has_volume", {"volume_ml": Decimal(0)}),
    (Aspiration, "aspiration_side_known", {"side": "knee"}),
    (Aspiration, "aspiration_anaesthesia_known", {"anaesthesia": "none"}),
    (Product, "product_batch_form", {"batch": "b 1"}),
    (Product, "product_has_dose", {"dose_millions": 0}),
    (Product, "product_harvest_after_start", {"harvested_on": date(2026, 2, 5)}),
    (Product, "product_harvest_whole", {"harvested_on": None}),
    (Product, "product_harvest_whole", {"cells_millions": None}),
    (Product, "product_harvest_whole", {"viability_percent": None}),
    (Product, "product_cells_count", {"cells_millions": Decimal(-1)}),
    (Product, "product_viability_percent", {"viability_percent": Decimal("100.1")}),
    (Product, "product_viability_percent", {"viability_percent": Decimal("-0.1")}),
    (Release, "release_failed_has_reason", {"decision": "failed", "reason": ""}),
    (Release, "release_failed_has_reason", {"decision": "released", "reason": "poor_growth"}),
    (Release, "release_failed_has_reason", {"decision": "perhaps"}),
    (Release, "release_signed_whole", {"expires_at": None}),
    (Release, "release_signed_whole", {"digest": "signed"}),
    (Release, "release_out_of_specification_justified", {"out_of_specification": True}),
    (Release, "release_out_of_specification_justified", {"justification": "Needed"}),
    (Passage, "passage_number", {"number": 0}),
    (Passage, "passage_cells_count", {"cells_millions": Decimal(-1)}),
    (ReleaseResult, "release_test_has_result", {"number": None}),
    (ReleaseResult, "release_test_has_result", {"reading": "negative"}),
    (ReleaseResult, "release_test_number", {"number": Decimal(-1)}),
    (Agreement, "agreement_has_its_hash", {"digest": "agreed"}),
    (Disposal, "disposal_known", {"how": "sold"}),
    (Disposal, "disposal_known", {"what": "half"}),
    (Disposal, "disposal_has_reason", {"reason": ""}),
    (VitalSigns, "vitals_have_a_time", {"point": ""}),
    (VitalSigns, "vitals_pulse", {"pulse": 19}),
    (VitalSigns, "vitals_pulse", {"pulse": 251}),
    (VitalSigns, "vitals_systolic", {"systolic": 281}),
    (VitalSigns, "vitals_diastolic", {"diastolic": 19}),
    (VitalSigns, "vitals_pressure_order", {"systolic": 80}),
    (VitalSigns, "vitals_temperature", {"temperature": Decimal("43.1")}),
    (VitalSigns, "vitals_saturation", {"saturation": 49}),
    (VitalSigns, "vitals_saturation", {"saturation": 101}),
    (Infusion, "infusion_has_cells", {"cells_millions": Decimal(0)}),
    (Infusion, "infusion_viability_percent", {"viability_percent": Decimal("100.1")}),
    (Infusion, "infusion_has_volume", {"volume_ml": Decimal(0)}),
    (Infusion, "infusion_ends_after_start", {"started_at": time(11), "ended_at": time(10)}),
    (Infusion, "infusion_incomplete_has_reason", {"complete": False}),
    (Infusion, "infusion_incomplete_has_reason", {"interruption": "stopped"}),
    (NotTreated, "not_treated_has_reason", {"reason": ""}),
    (NotTreated, "not_treated_other_has_note", {"reason": "other", "note": ""}),
    (Allocation, "allocation_is_sealed", {"sealed": "cells"}),
    (Unblinding, "unblinding_reason_known", {"reason": "curious"}),
    (Unblinding, "unblinding_other_has_words", {"reason": "other"}),
    (Unblinding, "unblinding_decided_by_one", {"state": "granted"}),
    (Unblinding, "unblinding_decided_by_a_second_person", {"decided_by": Like("asked_by_id")}),
    (Unblinding, "unblinding_refused_with_reason", {"decision_words": "no"}),
    (Unblinding, "unblinding_shown_when_granted", {"shown_at": EARLY}),
    (ArmGuess, "guess_has_a_certainty", {"certainty": ""}),
    (ArmGuess, "guess_has_a_certainty", {"guess": "cannot-tell"}),
    (ArmGuess, "guess_led_by_known", {"led_by": "hunch"}),
    (EnvelopePrint, "envelopes_in_order", {"first": 0}),
    (EnvelopePrint, "envelopes_in_order", {"last": 0}),
    (EnvelopePrint, "envelopes_have_reason", {"reason": " "}),
    (OpenedEnvelope, "envelope_counts_from_one", {"number": 0}),
    (Reveal, "reveal_has_its_file", {"document": ""}),
    (Reveal, "reveal_has_its_file", {"sha256": "none"}),
]
OURS = [
    model for model in apps.get_app_config("randomization").get_models()
    if not hasattr(model, "history_type")
]  # fmt: skip
# Everybody concerned reads these; no column of them holds an arm.
TELLS_NO_ARM = [Unblinding]
APPEND_ONLY = [ListKey, Slot, Allocation, Reveal]


@pytest.fixture
def one_of_each(people: People) -> None:
    """A row in every table: one participant infused, one not treated."""
    participant, product = ready(people)
    vital_signs(infused(participant, product, people), people)
    disposed(product, people)
    second = randomized_as_well(people)
    growing = grown(
        aspirated(second, people, sample="S-003"), people, batch="B-003", harvested_on=None,
        cells_millions=None, viability_percent=None,
    )  # fmt: skip
    services.record_passage(
        product=growing, passed_on=date(2026, 2, 13), actor=people.tess, at=LATER
    )
    third = grown(Aspiration.objects.get(sample="S-003"), people, batch="B-004")
    agreed(released_outside(third, people), people)
    failed(grown(aspirated(second, people, sample="S-002"), people, batch="B-002"), people)
    not_treated(second, people)
    ask_unblinding(
        participant=second, person=people.otto, reason="susar", words="", password=PASSWORD,
        actor=people.otto, at=LATER,
    )  # fmt: skip
    on_paper(eligible(people, at=EARLY), people)
    assessed = trial.save_record(
        visit=visit_of(second, "M1"), form="mrs", answers={"grade": 3}, version=0, complete=True,
        assessed_on=LATER.date(), actor=people.otto, at=LATER,
    )  # fmt: skip
    services.record_guess(
        record=assessed, guess="cells", certainty="rather", led_by="course", words="", reason="",
        actor=people.otto, at=LATER,
    )  # fmt: skip
    Reveal.objects.create(
        list=AllocationList.objects.get(), revealed_by=people.uma, revealed_at=EARLY,
        document="{}", sha256="0" * 64,
    )  # fmt: skip


def randomized_as_well(people: People) -> Participant:
    """A second participant allocated to cells, from the same list."""
    participant = allocate(eligible(people, at=EARLY), people)
    while arm_of(participant) != "cells":
        participant = allocate(eligible(people, at=EARLY), people)
    return participant


@pytest.mark.usefixtures("one_of_each")
def test_the_database_refuses_every_row_that_breaks_a_rule() -> None:
    for model, constraint, values in BROKEN:
        row = model._default_manager.order_by("pk").first()
        assert row is not None
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            _insert_copy(row, values)


def _insert_copy(row: models.Model, values: dict[str, Any]) -> None:
    """A copy of a row under a new key; unique columns get values nobody has."""
    fresh: dict[str, Any] = {"commitment": "f" * 64, "sample": "S-999", "batch": "B-999"}
    fresh |= {"position": 999, "active": False}
    columns: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        assert field.column is not None
        if not field.primary_key or field.is_relation:
            columns[field.column] = getattr(row, field.attname)
        if field.name in fresh:
            columns[field.column] = fresh[field.name]
        if field.name in values:
            given = values[field.name]
            columns[field.column] = getattr(row, given) if isinstance(given, Like) else given
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({marks})", list(columns.values())
        )


def test_every_rule_of_a_row_is_in_the_list_above_and_has_a_sentence() -> None:
    checks = {
        constraint.name: constraint.violation_error_message
        for model in OURS
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    }
    assert set(checks) == {name for _, name, _ in BROKEN}
    assert all(str(words).endswith(".") and "%" not in str(words) for words in checks.values())
    assert not any(str(words).startswith("Constraint") for words in checks.values())


def test_every_table_is_audited_and_marked_as_telling_an_arm_or_append_only() -> None:
    for model in OURS:
        if issubclass(model, AuditedModel):
            assert model.reveals_arm or model in TELLS_NO_ARM, model
            assert model.trail_title, model
        else:
            assert model in (*APPEND_ONLY, WrappedKey), model


@once
def allocated(people: People) -> Participant:
    """Somebody randomized."""
    return randomized(people)


@pytest.mark.requirement("R-012")
@pytest.mark.usefixtures("people", "allocated")
@pytest.mark.parametrize("model", APPEND_ONLY)
@pytest.mark.parametrize(
    "change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
def test_list_and_allocation_refuse_every_change(model: type[models.Model], change: str) -> None:
    words = change.format(model._meta.db_table, model._meta.pk.column)
    with (
        pytest.raises(DatabaseError, match="permission denied for table"),
        connection.cursor() as cursor,
    ):
        cursor.execute(words)


@once
def treated(people: People) -> Infusion:
    """Somebody infused."""
    return infused(*ready(people), people)


@pytest.mark.usefixtures("people", "treated")
@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (AllocationList, "active", False),
        (Stratum, "code", "other"),
        (Aspiration, "complications", "none"),
        (Product, "passages", 9),
        (Release, "decided_on", date(2026, 3, 3)),
        (Infusion, "cells_millions", Decimal(300)),
    ],
)
def test_the_database_refuses_to_commit_a_change_without_its_history(
    model: type[models.Model], column: str, value: object
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    model._default_manager.all().update(**{column: value})
    with (
        pytest.raises(IntegrityError, match="without its audit trail"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)
