"""The database itself refuses what a lock covers, whoever writes and however."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from audit.models import AuditedModel
from tests.builders import saved
from tests.locking import lock
from tests.people import People
from tests.world import make_world
from trial.models import Answers, Participant, Record
from trial.operations import REFUSAL

# Rows of a participant that go on under a lock, and why.
EXCEPT = {
    "trial.Lock": "is the lock, and is lifted while it stands",
    "randomization.Unblinding": "an emergency waits for no lock, and no datum changes",
    "safety.SponsorAssessment": "what the sponsor owes waits for no lock, and no datum changes",
    "safety.Submission": "what the sponsor owes waits for no lock, and no datum changes",
}
# Rows of the whole trial that only the trial's lock would cover.
OF_NOBODY = {
    "trial.Site": "a site and its delegations outlive the data",
    "trial.Delegation": "people come and go while the data are locked",
    "randomization.AllocationList": "is sealed, and append-only by itself",
    "randomization.Stratum": "belongs to the sealed list",
    "safety.ReferenceSafetyInformation": "is what the sponsor expects; append-only by itself",
    "coding.Dictionary": "is the sponsor's, of no participant",
    "dsmb.Meeting": "the board meets whatever is locked, and no datum changes",
    "dsmb.Member": "sits on the board, whatever is locked",
    "randomization.EnvelopePrint": "says that envelopes were printed, of no participant yet",
    "safety.UrgentMeasure": "protects participants, and waits for no lock",
}


def clinical() -> Iterator[type[AuditedModel]]:
    """Every audited model that belongs to a participant."""
    for model in apps.get_models():
        if issubclass(model, AuditedModel) and model.participant_path:
            yield model


def triggers() -> set[str]:
    """The tables with the trigger that asks for locks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'hermes_locked'"
        )
        return {name.strip('"') for (name,) in cursor.fetchall()}


@pytest.mark.django_db
@pytest.mark.requirement("R-043")
def test_every_table_of_a_participant_is_under_the_lock_floor_or_says_why_not() -> None:
    covered = triggers()
    bare = {model._meta.label for model in clinical() if model._meta.db_table not in covered}
    beside = {label for label in bare if label.startswith("monitoring.")}
    assert bare - beside == set(EXCEPT)


@pytest.mark.django_db
def test_every_other_audited_table_says_why_it_is_not_clinical() -> None:
    others = {
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, AuditedModel) and not model.participant_path
    }
    assert {label for label in others if not label.startswith("monitoring.")} == set(OF_NOBODY)


def refused(table: str, where: str) -> bool:
    """Whether a raw update of one row is refused for a lock."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f'UPDATE "{table}" SET {where}')
                assert cursor.rowcount, table
        except DatabaseError as error:
            cause = error.__cause__
            assert isinstance(cause, psycopg.Error)
            # An allocation never changes, locked or not: the application has no right to.
            return cause.diag.constraint_name == REFUSAL or "permission denied" in str(cause)
    return False


def touched(model: type[Model], rows: str) -> bool:
    """Whether writing rows of a model as they are is refused."""
    key = model._meta.pk.column
    return refused(model._meta.db_table, f'"{key}" = "{key}" {rows}')


@pytest.mark.requirement("R-043")
@pytest.mark.parametrize("scope", ["participant", "trial"])
def test_raw_sql_on_any_row_of_a_locked_participant_is_refused(people: People, scope: str) -> None:
    world = make_world(people)
    lock(people.dora, participant=world.participant if scope == "participant" else None)
    filled = [
        model
        for model in clinical()
        if model._meta.label not in EXCEPT
        # What is asked about a locked record, and what was verified of it, goes on.
        and model._meta.app_label != "monitoring"
        and model._default_manager.exists()
    ]
    assert len(filled) >= 14
    left = []
    for model in filled:
        path = model.participant_path
        own = {} if path == "self" else {path: world.participant.pk}
        keys = list(model._default_manager.filter(**own).values_list("pk", flat=True))
        if keys and not touched(model, f'WHERE "{model._meta.pk.column}" = {keys[0]}'):
            left.append(model._meta.label)
    assert left == []


@pytest.mark.requirement("R-043")
def test_a_locked_record_keeps_its_answers_and_lets_the_other_records_be(people: People) -> None:
    world = make_world(people)
    record = Record.objects.get(participant=world.participant, visit__code="V0", form="nihss")
    other = Record.objects.get(participant=world.participant, visit__code="M1", form="mrs")
    lock(people.dora, record=record)
    nihss = apps.get_model("outcomes", "NihssRecord")
    mrs = apps.get_model("outcomes", "MrsRecord")
    assert issubclass(nihss, Answers)
    assert touched(nihss, f"WHERE record_id = {record.pk}")
    assert touched(Record, f"WHERE id = {record.pk}")
    assert not touched(mrs, f"WHERE record_id = {other.pk}")
    assert not touched(Participant, f"WHERE id = {world.participant.pk}")


@pytest.mark.requirement("R-043")
def test_a_locked_visit_keeps_its_records_and_gets_no_new_one(people: People) -> None:
    world = make_world(people)
    record = Record.objects.get(participant=world.participant, visit__code="M1", form="mrs")
    lock(people.dora, visit=record.visit)
    mrs = apps.get_model("outcomes", "MrsRecord")
    assert touched(mrs, f"WHERE record_id = {record.pk}")
    with pytest.raises(IntegrityError, match="this visit is locked"), transaction.atomic():
        Record.objects.bulk_create(
            [
                Record(
                    participant=world.participant, visit=record.visit, form="barthel",
                    form_version="1", status="draft",
                )
            ]
        )  # fmt: skip


def test_a_row_cannot_be_moved_out_from_under_a_lock(people: People) -> None:
    world = make_world(people)
    record = Record.objects.get(participant=world.participant, visit__code="V0", form="nihss")
    free = world.participant.visits.get(code="M2")
    lock(people.dora, visit=record.visit)
    assert refused("trial_record", f"visit_id = {free.pk} WHERE id = {record.pk}")


def test_another_participant_is_not_under_the_lock(people: People) -> None:
    world = make_world(people)
    lock(people.dora, participant=world.participant)
    other = saved_elsewhere(people)
    assert not touched(Record, f"WHERE id = {other.pk}")


def saved_elsewhere(people: People) -> Record:
    """A record of a participant in Lyon."""
    from tests.builders import enrolled

    return saved(enrolled(people, site=people.lyon), "V0", "mrs", people, grade=1)
