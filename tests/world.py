"""A small trial in mid-course, and the address of every page in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import ApiToken, User
from exports import services as exports
from exports.tokens import READ, issue_token
from monitoring import services as monitoring
from monitoring.unusual import KINDS
from randomization import selectors
from randomization import services as treatment
from randomization.models import Unblinding
from safety import services as safety
from safety.alerts.models import Alert
from safety.alerts.services import raise_alert
from safety.dsmb.services import call_meeting
from safety.models import Submission
from tests.builders import eligible, enrolled, saved, visit_of
from tests.people import AT, PASSWORD, People
from tests.safety.coding.books import coded, load
from tests.safety.desk import assessed, measure, newest, submitted
from tests.safety.reports import reported_sae
from trial import services
from trial.models import Lock, Participant

# With these seeds the first participant of the list is allocated to cells, and to control.
FIRST_IS = {"cells": 1, "control": 5}
CUT = "CUT-0001"
BATCH_PAGES = tuple(
    f"product-{step}"
    for step in ("passage", "harvest", "tests", "release", "exception", "agreement", "fail",
                 "disposal", "label", "correction")
)  # fmt: skip
PAST_OF_RECORD = ("record-as-of", "record-compare", "record-restore")


@dataclass(frozen=True)
class World:
    """The people, and one participant in whom everything has happened."""

    people: People
    participant: Participant
    addresses: dict[str, list[dict[str, Any]]]


def seal(people: People, *, first: str) -> None:
    """A list whose first slot is the given arm."""
    treatment.seal_list(
        actor=people.uma, at=AT - timedelta(days=60), seed=FIRST_IS[first], length=60,
        purpose="simulated",
    )  # fmt: skip


def make_world(people: People, *, first: str = "cells") -> World:
    """One randomized participant with visits, an adverse event and, in the cells arm, a batch."""
    seal(people, first=first)
    participant = eligible(people)
    treatment.randomize_within(participant=participant, actor=people.ines, at=AT)
    assert selectors.allocated_arm(participant, people.ines) == first
    saved(participant, "M1", "mrs", people, grade=3)
    if first == "cells":
        give_cells(people, participant)
    safety.report_ae(
        participant=participant, term="Urinary tract infection", category="infection",
        onset="2026-02", end="", severity="moderate", criteria=(), causality="unrelated",
        action="none", outcome="recovered", aware_at=None, actor=people.nils, at=AT,
    )  # fmt: skip
    _report(people, participant)
    load()
    coded(participant.adverse_events.get(number=1), 201, people.dora)
    services.log_screening(
        site=people.grenoble, screened_on=AT.date(), sex="M", year_of_birth=1950,
        index_on=AT.date() - timedelta(days=5), actor=people.nils, at=AT,
    )  # fmt: skip
    monitoring.open_query(
        participant=participant, visit=visit_of(participant, "V0"), form="nihss", item="face",
        text="The source says 1?", actor=people.mona, at=AT,
    )  # fmt: skip
    close = services.lock(
        visit=visit_of(participant, "M24"), override_reason="Never to be held",
        actor=people.dora, at=AT,
    )  # fmt: skip
    services.ask_unlock(lock=close, reason="Held after all", actor=people.ines, at=AT)
    treatment.ask_unblinding(
        participant=participant, person=people.dora, reason="susar", words="", password=PASSWORD,
        actor=people.dora, at=AT,
    )  # fmt: skip
    raise_alert(
        kind="boundary", subject=participant, recipients=[people.dag], site=participant.site,
        address="/", participant=participant.code, actor=people.nils, at=AT,
    )  # fmt: skip
    issue_token(user=people.stan, scopes=[READ], days=30, name="R", actor=people.stan, at=AT)
    exports.request_cut(purpose="Check", blinded=True, actor=people.stan, at=AT)
    call_meeting(
        held_on=AT.date(), cut_off=AT.date(), members=[people.dag], chair=people.dag,
        actor=people.uma, at=AT,
    )  # fmt: skip
    return World(people, participant, addresses(people.nils, participant))


def _report(people: People, participant: Participant) -> None:
    """A serious event, assessed as a SUSAR and submitted; an urgent measure, notified."""
    event = reported_sae(people, participant)
    assessed(people, event)
    submitted(people, newest(event))
    submitted(people, measure=measure(people))


def give_cells(people: People, participant: Participant) -> None:
    """Aspiration, batch and release; the infusion is still to come."""
    day = date(2026, 2, 5)
    aspiration = treatment.record_aspiration(
        participant=participant, aspirated_on=AT.date(), side="left", anaesthesia="local",
        volume_ml=Decimal(30), sample="BM-1", sufficient=True, actor=people.tess, at=AT,
    )  # fmt: skip
    assert day < AT.date()
    treatment.record_product(
        aspiration=aspiration, batch="B-001", dose_millions=100, culture_started_on=AT.date(),
        actor=people.tess, at=AT,
    )  # fmt: skip


def addresses(nurse: User, participant: Participant) -> dict[str, list[dict[str, Any]]]:
    """The arguments of every named route; routes without arguments are not listed."""
    code = {"code": participant.code}
    visit = {**code, "visit": "V0", "occurrence": 1}
    one = {
        name: [code]
        for name in (
            "participant", "visit-new", "eligibility", "eligibility-sign", "withdrawal", "death",
            "lost", "randomize", "envelope-opened", "treatment", "aspiration", "infusion",
            "not-treated", "infusion-correction",
            "adverse-event-new", "participant-trail", "casebook", "casebook-sign",
            "participant-as-of", "participant-compare",
            "query-new",
        )
    }  # fmt: skip
    delegation = nurse.delegations.get()
    person = {"person": nurse.pk}
    entry = {"site": "GRE", "number": 2}
    lock = {"code": Lock.objects.get(participant=participant).code}
    unblinding = {"code": Unblinding.objects.get(participant=participant).code}
    return {
        **one,
        **{name: [visit] for name in ("visit", "visit-as-of", "visit-compare")},
        **{name: [{**visit, "form": "nihss"}] for name in PAST_OF_RECORD},
        "record": [{**visit, "form": "nihss"}, {**visit, "form": "barthel"}],
        "visit-sign": [visit],
        "visit-book": [visit],
        "item-history": [{**visit, "form": "nihss", "item": "gaze"}],
        "record-sign": [{**visit, "form": "nihss"}],
        "record-guess": [{**visit, "form": "nihss"}],
        "site-overview": [{"site": "GRE"}],
        "verification": [{**visit, "form": "nihss"}],
        "visit-verification": [visit],
        "site-trail": [{"site": "GRE"}],
        "unusual-one": [{"name": name} for name in KINDS],
        "visit-trail": [visit],
        "record-trail": [{**visit, "form": "nihss"}],
        "screening-outcome": [entry],
        "consent-new": [entry, code],
        "product": [code],
        **{name: [{**code, "batch": "B-001"}] for name in BATCH_PAGES},
        "aspiration-correction": [{**code, "sample": "BM-1"}],
        "infusion-vitals": [{**code, "point": "start"}],
        "adverse-event": [{**code, "number": 1}],
        "adverse-event-grade": [{**code, "number": 1}],
        "coding-event": [{**code, "number": number} for number in (1, 2)],
        "adverse-event-follow-up": [{**code, "number": 2}],
        **{
            name: [{"of": participant.code, "number": 2, "version": 1}]
            for name in (
                "safety-report",
                "safety-report-cioms",
                "safety-report-narrative",
                "safety-report-icsr",
                "safety-report-assess",
                "safety-report-submit",
                "safety-report-follow-up",
            )
        },
        "safety-annual-file": [
            {
                "birth": "2025-01-01",
                "first": "2025-01-01",
                "last": "2026-03-12",
                "name": name,
                "form": form,
            }
            for name, form in (("sae-tabulation", "pdf"), ("sar-listing", "csv"))
        ],
        **{
            name: [{"key": one.pk} for one in Submission.objects.order_by("pk")]
            for name in ("submission", "submission-proof")
        },
        **{name: [{"measure": 1}] for name in ("measure", "measure-submit")},
        **{
            name: [{"code": "1"}]
            for name in ("query", "query-answer", "query-close", "query-reopen")
        },
        "person": [person],
        "participant-lock": [code],
        "visit-lock": [visit],
        "record-lock": [{**visit, "form": "nihss"}],
        "alert": [{"code": alert.code} for alert in Alert.objects.order_by("pk")],
        **{name: [lock] for name in ("lock", "lock-ask", "lock-lift", "lock-decline")},
        **{name: [unblinding] for name in ("unblinding", "unblinding-decide")},
        "delegation-new": [person],
        "delegation-end": [{**person, "delegation": delegation.pk}],
        **{
            name: [{"code": CUT}]
            for name in ("cut", "cut-progress", "cut-compare", "cut-cancel", "cut-zip")
        },
        "cut-file": [{"code": CUT, "name": "participants.csv"}],
        **{
            name: [{"code": "DSMB-01"}] for name in ("dsmb-meeting", "dsmb-packs", "dsmb-recommend")
        },
        "dsmb-file": [{"code": "DSMB-01", "number": 1, "name": "open.pdf"}],
        "token": [{"number": ApiToken.objects.order_by("pk")[0].pk}],
        **{name: [{"code": CUT}] for name in ("api-cut", "api-datasets", "api-codebook")},
        "api-dataset": [{"code": CUT, "name": "nihss"}],
        "api-cut-file": [{"code": CUT, "name": "participants.csv"}],
    }


__all__ = ["World", "addresses", "enrolled", "make_world", "visit_of"]
