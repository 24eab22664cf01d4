"""An adverse event entered in error: marked with its reason, out of the way, never deleted."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from audit.models import Event
from safety import selectors, services
from safety.models import AdverseEvent
from tests.people import AT, People
from tests.safety.reports import later, reported, reported_sae
from trial.access import NotDelegated
from trial.errors import ReasonRequired, Stale, WrongState


def voided(people: People, event: AdverseEvent, reason: str = "Another person's event") -> None:
    """The study nurse marks the event as entered in error."""
    services.void_ae(
        ae=event, version=event.version, reason=reason, actor=people.nils, at=later(hours=1)
    )
    event.refresh_from_db()


@pytest.mark.requirement("R-030")
def test_it_is_marked_with_its_reason_and_stays(people: People) -> None:
    event = reported_sae(people)
    voided(people, event)
    assert (event.voided, event.void_reason) == (True, "Another person's event")
    assert (event.term, event.version) == ("Pneumonia", 2)
    assert Event.objects.get(name="ae.voided").data == {"number": 1, "version": 2}


def test_its_clock_stops_and_it_leaves_lists_and_counts(people: People) -> None:
    event = reported_sae(people)
    voided(people, event)
    assert event.clock is None
    assert not selectors.chosen(people.nils, "all").exists()
    assert selectors.chosen(people.nils, "error").get() == event
    assert selectors.counts(people.nils, AT) == selectors.Counts(0, 0, 0, 0)
    assert selectors.rows_for_export(blinded=False) == []


def test_it_takes_a_reason(people: People) -> None:
    with pytest.raises(ReasonRequired) as refused:
        voided(people, reported(people), reason="  ")
    assert refused.value.field == "void_reason"


def test_it_happens_once(people: People) -> None:
    event = reported(people)
    voided(people, event)
    with pytest.raises(WrongState):
        voided(people, event)


def test_a_stale_page_marks_nothing(people: People) -> None:
    event = reported(people)
    with pytest.raises(Stale):
        services.void_ae(ae=event, version=7, reason="x", actor=people.nils, at=AT)


@pytest.mark.parametrize("name", ["carl", "otto", "mona", "dora", "zoe"])
def test_others_do_not_mark(people: People, name: str) -> None:
    event = reported(people)
    with pytest.raises(NotDelegated):
        services.void_ae(ae=event, version=1, reason="x", actor=getattr(people, name), at=AT)


@pytest.mark.requirement("R-030")
def test_it_is_never_deleted(people: People) -> None:
    event = reported(people)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        AdverseEvent.objects.filter(pk=event.pk)._raw_delete("default")
    assert AdverseEvent.objects.filter(pk=event.pk).exists()
