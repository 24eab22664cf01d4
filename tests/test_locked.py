"""Every act on a locked participant, walked: each address that takes a POST, and each command.

Raw SQL on every table is walked in ``tests/trial/test_lock_floor.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command, get_commands
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from simple_history.utils import get_history_manager_for_model

from audit.models import AuditedModel
from config.permissions import ROUTES
from randomization.models import Aspiration, Product
from tests.builders import NIHSS_12, enrolled, lowest_answers, saved
from tests.locking import lock
from tests.monitoring.test_queries import corrected
from tests.people import AT, PASSWORD, People
from tests.world import World, make_world
from trial import protocol
from trial.models import Participant
from trial.operations import REFUSAL

# Acts that something else stops first, in this world; they write nothing either.
EARLIER = {
    "eligibility-sign": "signed already",
    "randomize": "randomized already",
    "envelope-opened": "randomized already",
    "infusion": "its batch is not released",
    "infusion-vitals": "there was no infusion",
    "infusion-correction": "there was no infusion",
    "product-agreement": "its batch is not released",
    "record-guess": "somebody else made this assessment",
}
# Commands that write no answer, and what they write.
ELSEWHERE = {
    "allocation_key": "the wraps of the lists' keys",
    "allocation_verify": "nothing",
    "api_token": "a token of a person",
    "audit_seal": "seals",
    "audit_verify": "nothing",
    "codebook": "files of the source tree",
    "load_meddra": "a dictionary, of no participant",
    "measure": "nothing that stays",
    "measure_cut": "nothing that stays: it fills a database of its own",
    "measure_seal": "a trial of its own, on servers of its own",
    "migrate": "the schema",
    "purge": "nothing, ever",
    "one_cut": "a cut that was asked for",
    "prepare": "the schema, and the demo of an empty database",
    "traceability": "files of the source tree",
}
OUR_APPS = {"accounts", "audit", "config", "exports", "monitoring", "outcomes", "randomization",
            "safety", "trial"}  # fmt: skip
# Acts about the lock itself, or that close more.
ABOUT_LOCKS = {"participant-lock", "visit-lock", "record-lock"}


@pytest.fixture(params=["participant", "trial"])
def world(people: People, request: pytest.FixtureRequest) -> World:
    """The world with its participant, or the whole trial, locked."""
    found = make_world(people)
    whole = request.param == "trial"
    lock(people.dora, participant=None if whole else found.participant)
    return found


def acts(world: World) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Who does it, and what they would send if nothing were locked; one for each address."""
    product, marrow = Product.objects.get(), Aspiration.objects.get()
    typed = {"nihss": 1, "barthel": 0}
    records = [
        {**answers(form), "act": "complete", "assessed_on": "2026-02-20", "version": version,
         "reason_pick": "Other", "reason_words": "Source"}
        for form, version in typed.items()
    ]  # fmt: skip
    harvest = {"harvested_on": "2026-03-13", "cells_millions": "118", "viability_percent": "92"}
    event = {
        "term": "Headache", "category": "other", "onset": "2026-03-10", "end": "",
        "severity": "mild", "serious": "no", "causality": "unlikely", "action": "none",
        "outcome": "recovering", "aware_at": "", "sponsor_informed_at": "", "narrative": "",
    }  # fmt: skip
    sign = {"password": PASSWORD, "seen": "0" * 64}
    ready = {**sign, "ready_on": "2026-03-13", "ready_at": "07:30"}
    return {
        "consent-new": ("ines", [
            {}, {"version": "1.0", "given_by": "participant", "consented_on": "2026-02-03"},
        ]),
        "eligibility": ("nils", [{
            **{one.code: "yes" for one in protocol.current().criteria if one.computed is None},
            "reason_pick": "Other", "reason_words": "Source",
        }]),
        "eligibility-sign": ("ines", [sign]),
        "randomize": ("ines", [{}]),
        "envelope-opened": ("ines", [{
            "number": "2", "opened_on": "2026-03-12", "opened_time": "08:00",
        }]),
        "withdrawal": ("nils", [{"withdrawn_on": "2026-03-01", "scopes": ["treatment"]}]),
        "death": ("nils", [{"died_on": "2026-03", "cause": "pneumonia"}]),
        "lost": ("nils", [{"last_contact_on": "2026-03-01", "attempts": "three calls"}]),
        "visit": ("nils", [{"act": "date", "actual_on": "2026-02-05", "reason_pick": "Other",
                            "reason_words": "Source"}]),
        "visit-new": ("nils", [{"actual_on": "2026-02-20"}]),
        "visit-sign": ("ines", [sign]),
        "casebook-sign": ("ines", [sign]),
        "record": ("nils", records),
        "record-sign": ("ines", [sign]),
        "record-guess": ("otto", [{"guess": "cannot-tell", "led_by": "nothing"}]),
        "aspiration": ("tess", [{
            "aspirated_on": "2026-03-12", "side": "left", "anaesthesia": "local",
            "volume_ml": "40", "sample": "s-2", "sufficient": "yes", "complications": "",
        }]),
        "aspiration-correction": ("tess", [{
            "aspirated_on": "2026-03-12", "side": "left", "anaesthesia": "local",
            "volume_ml": "41", "sample": "BM-1", "sufficient": "yes", "complications": "",
            "reason": "Source",
        }]),
        "product": ("tess", [
            {"aspiration": marrow.pk, "batch": "b-2", "dose_millions": "100",
             "culture_started_on": "2026-03-12"},
        ]),
        "product-passage": ("tess", [{"passed_on": "2026-03-12"}]),
        "product-harvest": ("tess", [harvest]),
        "product-tests": ("tess", [{"viability": "90", "tested_on": "2026-03-12"}]),
        "product-release": ("tess", [ready]),
        "product-exception": ("tess", [{**ready, "justification": "Needed"}]),
        "product-agreement": ("ines", [sign]),
        "product-fail": ("tess", [{"decided_on": "2026-03-13", "reason": "other"}]),
        "product-disposal": ("tess", [
            {"what": "whole", "how": "destroyed", "disposed_on": "2026-03-13", "reason": "Old"},
        ]),
        "product-label": ("tess", [{}]),
        "product-correction": ("tess", [{
            "batch": "B-001", "dose_millions": "300", "culture_started_on": "2026-03-12",
            "harvested_on": "", "cells_millions": "", "viability_percent": "", "reason": "Source",
        }]),
        "infusion-vitals": ("nils", [{}]),
        "infusion-correction": ("nils", [{}]),
        "infusion": ("ines", [{
            "product": product.pk, "infused_on": "2026-03-13", "started_at": "10:05",
            "ended_at": "10:50", "cells_millions": "100", "viability_percent": "91",
            "volume_ml": "60", "complete": "yes", "interruption": "",
        }]),
        "not-treated": ("ines", [
            {"reason": "other", "note": "Moved", "decided_on": "2026-03-13"}
        ]),
        "adverse-event-new": ("nils", [event]),
        "adverse-event-grade": ("nils", [{"version": 1, "grade": "severe", "since": "2026-03-01"}]),
        "adverse-event-follow-up": ("nils", [{"news": "Letter from the hospital"}]),
        "coding-event": ("dora", [
            {"llt": "203", "verbatim": "Urinary tract infection", "seen": "1", "reason": "Better"},
            {"llt": "203", "verbatim": "Pneumonia", "seen": "0"},
        ]),
        "adverse-event": ("nils", [{**event, "version": 1, "reason_pick": "Other",
                                    "reason_words": "Source"}]),
    }  # fmt: skip


def answers(form: str) -> dict[str, Any]:
    """A form's answers as its page posts them, one changed."""
    given = {"gaze": 1, **NIHSS_12} if form == "nihss" else {}
    return {
        name: value
        for name, value in lowest_answers(form, **given).items()
        if isinstance(value, int) and not isinstance(value, bool)
    }


def posts(participant: Participant, world: World) -> Iterator[tuple[str, int, str]]:
    """Every address of the participant that takes a POST."""
    for name, methods in ROUTES.items():
        if "POST" in methods:
            for place, arguments in enumerate(world.addresses.get(name, [])):
                if arguments.get("code") == participant.code:
                    yield name, place, reverse(name, kwargs=arguments)


def written() -> dict[str, int]:
    """How many versions each clinical table has."""
    return {
        model._meta.label: get_history_manager_for_model(model).count()
        for model in apps.get_models()
        if issubclass(model, AuditedModel)
        and model.participant_path
        and model._meta.label != "trial.Lock"
        and not model._meta.label.startswith("monitoring.")
    }


@pytest.mark.requirement("R-043")
def test_every_act_on_a_locked_participant_is_refused_with_the_sentence(world: World) -> None:
    known, before, wrong = acts(world), written(), []
    seen = set()
    for name, place, address in posts(world.participant, world):
        module = resolve(address).func.__module__
        if name in ABOUT_LOCKS or module.startswith("monitoring"):
            continue
        seen.add(name)
        who, typed = known[name]
        client = Client()
        client.force_login(getattr(world.people, who))
        data = typed[min(place, len(typed) - 1)]
        answer = client.post(address, data)
        if name in EARLIER:
            continue
        said = "locked: if something must change" in answer.content.decode()
        if answer.status_code != 409 or not said:
            wrong.append((address, answer.status_code))
    assert wrong == []
    assert seen == set(known)
    assert written() == before


@pytest.mark.requirement("R-043")
def test_an_earlier_answer_is_not_brought_back_into_a_locked_record(people: People) -> None:
    record = saved(enrolled(people), "V0", "nihss", people, face=2)
    corrected(people, record, face=1)
    lock(people.dora, participant=record.participant)
    client = Client()
    client.force_login(people.nils)
    code, before = record.participant.code, written()
    address = reverse("record-restore", args=(code, "V0", 1, "nihss"))
    query = urlencode({"at": (AT + timedelta(minutes=1)).isoformat(), "item": "face"})
    typed = {"version": 2, "reason_pick": "Other", "reason_words": "Source"}
    answer = client.post(f"{address}?{query}", typed)
    assert answer.status_code == 409
    assert "locked: if something must change" in answer.content.decode()
    assert written() == before


@pytest.mark.requirement("R-043")
def test_no_command_of_ours_writes_into_what_is_locked(world: World) -> None:
    before = written()
    call_command("edit_checks", "--run", stdout=StringIO())
    with pytest.raises(CommandError, match="There are people in this database"):
        call_command("demo", stdout=StringIO())
    assert written() == before


def test_every_command_that_writes_is_known_here() -> None:
    """A new one is run above, or says here what it writes."""
    ours = {
        name
        for name, app in get_commands().items()
        if isinstance(app, str) and app.split(".")[0] in OUR_APPS
    }
    assert ours == {"demo", "edit_checks", *ELSEWHERE}


@pytest.mark.requirement("R-043")
def test_a_refusal_of_the_database_reaches_a_program_as_a_code() -> None:
    import psycopg
    from django.db import IntegrityError

    from config.api_errors import api_exception

    class FromTheTrigger(psycopg.IntegrityError):
        """What psycopg raises for the trigger, without a server."""

        class diag:  # noqa: N801 - psycopg's own name
            """The part that is read."""

            constraint_name = REFUSAL

    error = IntegrityError("this record is locked")
    error.__cause__ = FromTheTrigger()
    answer = api_exception(error, {"request": RequestFactory().post("/api/v1/cuts/")})
    assert answer is not None
    assert (answer.status_code, answer.data["code"]) == (409, "locked")
