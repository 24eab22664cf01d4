"""A row of every audited model, committed, made by the services where a service makes it."""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.db import transaction

from audit.acts import act
from monitoring.scopes import Scope
from monitoring.services import open_query, record_certificate, verify
from monitoring.services.reviews import record_review
from outcomes.fields import InstrumentAnswers
from randomization.services import ask_unblinding, record_guess, record_passage
from safety import grades
from safety.dsmb.models import StoppingCrossing
from safety.dsmb.services import call_meeting, recommend, vote_on_masks
from tests.builders import eligible, enrolled, saved, visit_of
from tests.people import AT, PASSWORD, People
from tests.randomization.builders import (
    EARLY,
    LATER,
    agreed,
    allocate,
    aspirated,
    disposed,
    grown,
    infused,
    not_treated,
    on_paper,
    released,
    released_outside,
    sealed,
    vital_signs,
)
from tests.safety.coding.books import coded, load
from tests.safety.desk import assessed, measure, newest, submitted
from tests.safety.reports import reported_sae
from trial import registry, services
from trial.models import Confirmation, Lock, Participant, Record
from trial.protocol import current

LONGEST_AGO = date(2026, 3, 1)


def commit_whole_trial(people: People) -> None:
    """Two allocated to cells, one infused and one not; one who left the trial in every way."""
    _lock(enrolled(people), people)
    sealed(people, "cells", "cells")
    treated = allocate(eligible(people, at=EARLY), people)
    product = grown(aspirated(treated, people), people)
    released(product, people)
    vital_signs(infused(treated, product, people), people)
    disposed(product, people)
    _not_treated(people)
    on_paper(eligible(people, at=EARLY), people)
    _report(treated, people)
    _leave(enrolled(people), people)
    _fill(treated, people)
    assessed = services.save_record(
        visit=visit_of(treated, "M1"), form="mrs", answers={"grade": 3}, assessed_on=LONGEST_AGO,
        version=0, complete=True, actor=people.otto, at=LATER,
    )  # fmt: skip
    record_guess(
        record=assessed, guess="cannot-tell", certainty="", led_by="nothing", words="", reason="",
        actor=people.otto, at=LATER,
    )  # fmt: skip
    ask_unblinding(
        participant=treated, person=people.otto, reason="susar", words="", password=PASSWORD,
        actor=people.otto, at=LATER,
    )  # fmt: skip
    with transaction.atomic():
        open_query(participant=treated, text="Is this right?", actor=people.mona, at=LATER)
    _meet(people)
    record_review(
        scope=Scope(participant=treated), reviewed_from=None, reviewed_until=LATER.date(),
        findings="Nothing unusual", actor=people.mona, at=LATER,
    )  # fmt: skip


def _not_treated(people: People) -> None:
    """Two batches: one still grows, one was released outside the limits and not given."""
    participant = allocate(eligible(people, at=EARLY), people)
    growing = grown(
        aspirated(participant, people, sample="S-002"), people, batch="B-002", harvested_on=None,
        cells_millions=None, viability_percent=None,
    )  # fmt: skip
    record_passage(product=growing, passed_on=date(2026, 2, 13), actor=people.tess, at=LATER)
    marrow = aspirated(participant, people, sample="S-003")
    agreed(released_outside(grown(marrow, people, batch="B-003"), people), people)
    not_treated(participant, people)


def _meet(people: People) -> None:
    """The board meets, votes and recommends; a boundary is crossed."""
    meeting = call_meeting(
        held_on=LATER.date(), cut_off=LATER.date(), members=[people.dag], chair=people.dag,
        actor=people.uma, at=LATER,
    )  # fmt: skip
    vote_on_masks(meeting=meeting, unmask=False, actor=people.dag, at=LATER)
    recommend(
        meeting=meeting, decision="continue", text="", basis="CUT-0001", password=PASSWORD,
        actor=people.dag, at=LATER,
    )  # fmt: skip
    StoppingCrossing.objects.create(rule="death", events=2, treated=2, boundary=2, noted_at=LATER)


def _report(participant: Participant, people: People) -> None:
    """A serious event that got worse, its assessment, and what was sent."""
    event = reported_sae(
        people, participant, severity="mild", onset="2026-03-09", at=LATER, aware_at=LATER
    )
    event = grades.regrade(
        ae=event, version=1, grade="severe", since="2026-03-10", actor=people.nils, at=LATER
    )
    assessed(people, event, at=LATER)
    load()
    coded(event, 201, people.dora, at=LATER)
    submitted(people, newest(event), at=AT)
    measure(people)


def _lock(participant: Participant, people: People) -> None:
    """First of all, so that no row which a test takes as the newest of its kind is locked."""
    with transaction.atomic(), act(actor=people.dora, at=AT):
        Lock.objects.create(
            scope="participant", participant=participant, locked_by=people.dora, locked_at=AT
        )


def _leave(participant: Participant, people: People) -> None:
    services.record_withdrawal(
        participant=participant, withdrawn_on=LONGEST_AGO, scopes=["treatment"], reason="",
        actor=people.nils, at=AT,
    )  # fmt: skip
    services.record_loss(
        participant=participant, last_contact_on=LONGEST_AGO, attempts="Called three times",
        actor=people.nils, at=AT,
    )  # fmt: skip
    services.record_death(
        participant=participant, died_on="2026-03", cause="Pneumonia", actor=people.nils, at=AT
    )


def _fill(participant: Participant, people: People) -> None:
    """Every form once; those the protocol does not plan are written past the service."""
    planned = {form.form: visit.code for visit in reversed(current().visits)
               if visit.day is not None and visit.day <= 30 for form in visit.forms}  # fmt: skip
    for model in apps.get_app_config("outcomes").get_models():
        if not issubclass(model, InstrumentAnswers):
            continue
        code = model.instrument.code
        if model._default_manager.exists():
            continue
        if code in planned:
            saved(participant, planned[code], code, people, at=LATER)
        else:
            _write(participant, model, people)
    with transaction.atomic(), act(actor=people.nils, at=AT):
        record = Record.objects.filter(form="nihss").earliest("pk")
        Confirmation.objects.create(record=record, version=1, rule="PLAUSIBLE", prompt="Really?")
    verify(record=record, items=[""], version=record.version, actor=people.mona, at=LATER)
    record_certificate(
        person=people.otto, form="nihss", valid_from=LONGEST_AGO, valid_to=LONGEST_AGO,
        issued_by="Trainer", actor=people.dora, at=LATER,
    )  # fmt: skip


def _write(participant: Participant, model: type[InstrumentAnswers], people: People) -> None:
    with transaction.atomic(), act(actor=people.nils, at=AT):
        record = Record.objects.create(
            participant=participant,
            visit=visit_of(participant, "V0"),
            form=model.instrument.code,
            form_version=registry.form(model.instrument.code).version,
            status="draft",
        )
        model._default_manager.create(record=record)
