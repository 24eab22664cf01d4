"""Two cuts compared: what was added, changed and gone, with who, when and why; no arm told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from exports import services as exports
from exports.choosing import Choice
from exports.comparing.differences import Difference
from exports.comparing.page import compared
from exports.models import DataCut
from tests.builders import CONSENTED_ON, enrolled, visit_of
from tests.exports.test_pages import signed_in
from tests.exports.trial_data import Trial, frozen
from tests.people import AT, People
from tests.randomization.builders import LATER
from tests.safety.reports import reported
from trial import registry, services
from trial.models import Participant

WHY = "Read from the wrong line of the chart"


def rows(old: DataCut, new: DataCut, table: str) -> list[Difference]:
    """The rows of a table that differ."""
    return [one.row for one in compared(old, new, table=table, page=None)["rows"]]


def page_of(people: People, name: str, old: DataCut, new: DataCut, **asked: Any) -> str:
    """The page as a person sees it."""
    address = reverse("cut-compare", args=[new.code])
    answer = signed_in(getattr(people, name)).get(address, {"with": old.code, **asked})
    assert answer.status_code == 200
    return answer.content.decode()


def corrected(
    participant: Participant, visit: str, form: str, people: People, **given: Any
) -> None:
    """Answers saved before, put right by the investigator with the reason."""
    place = visit_of(participant, visit)
    record = place.records.get(form=form)
    spec = registry.form(form)
    answers = spec.model._default_manager.get(pk=record.pk).values(spec.columns)
    services.save_record(
        visit=place, form=form, answers={**answers, **given}, assessed_on=record.assessed_on,
        version=record.version, complete=True, reason=WHY, actor=people.ines,
        at=LATER + timedelta(days=1),
    )  # fmt: skip


@pytest.mark.requirement("R-060", "R-033")
def test_a_correction_is_shown_as_it_was_and_is_with_its_reason(
    trial: Trial, committed_people: People
) -> None:
    old = frozen(committed_people)
    corrected(trial.infused, "V0", "nihss", committed_people, gaze=2)
    new = frozen(committed_people)
    (found,) = rows(old, new, "nihss")
    assert (found.kind, found.key) == ("changed", (trial.infused.code, "V0", "1"))
    changed = {name: (was, now) for name, was, now in found.cells}
    assert set(changed) == {"version", "gaze", "total"}
    assert changed["gaze"][1] == "2"
    page = page_of(committed_people, "stan", old, new, table="nihss")
    assert page.count(WHY) == 1
    assert f"{committed_people.ines.full_name}, " in page
    # Who read it is told as well.
    noted = Event.objects.get(name="cut.compared")
    assert (noted.data["cut"], noted.data["older"]) == (new.code, old.code)
    assert noted.data["file"] == "nihss.csv"


@pytest.mark.requirement("R-060")
def test_cuts_of_the_same_data_do_not_differ(trial: Trial, committed_people: People) -> None:
    old, new = (frozen(committed_people) for _ in range(2))
    assert "Every table of the two cuts is the same." in page_of(committed_people, "stan", old, new)


@pytest.mark.requirement("R-060")
def test_what_was_added_and_changed_is_shown_with_who_when_and_why(
    trial: Trial, committed_people: People
) -> None:
    old = frozen(committed_people)
    enrolled(committed_people)
    services.log_screening(
        site=committed_people.grenoble, screened_on=CONSENTED_ON, sex="F", year_of_birth=1930,
        index_on=CONSENTED_ON, actor=committed_people.nils, at=AT,
    )  # fmt: skip
    services.record_death(
        participant=trial.lost, died_on="2026-03-02", cause="Stroke", actor=committed_people.ines,
        at=AT,
    )  # fmt: skip
    new = frozen(committed_people)
    found = {one.kind: one for one in rows(old, new, "participants")}
    assert found["changed"].key == (trial.lost.code,)
    assert found["changed"].cells == (("died_on", "", "2026-03-02"),)
    assert ("site", "", "GRE") in found["added"].cells
    page = page_of(committed_people, "stan", old, new, table="participants")
    assert "died_on:" in page
    assert f"{committed_people.ines.full_name}, " in page
    assert "first entry" in page
    log = page_of(committed_people, "stan", old, new, table="screening")
    assert f"{committed_people.nils.full_name}, " in log


@pytest.mark.requirement("R-060")
def test_what_is_gone_is_shown_too(trial: Trial, committed_people: People) -> None:
    old = frozen(committed_people)
    new = exports.freeze_cut(
        purpose="Lyon", blinded=True, choice=Choice(sites=["LYO"]), actor=committed_people.stan,
        at=AT,
    )  # fmt: skip
    assert {(one.kind, one.key) for one in rows(old, new, "participants")} == {
        ("gone", (trial.infused.code,)), ("gone", (trial.lost.code,)),
    }  # fmt: skip
    page = page_of(committed_people, "stan", old, new)
    assert "CUT-0002 holds: all forms; everybody who consented; at LYO." in page


@pytest.mark.requirement("R-017")
def test_a_blinded_comparison_tells_no_arm_nor_who_dealt_with_an_event(
    trial: Trial, committed_people: People
) -> None:
    old = frozen(committed_people)
    open_old = frozen(committed_people, blinded=False)
    corrected(trial.infused, "BMA", "vitals", committed_people, systolic=150)
    reported(committed_people, trial.lost, term="Fever", category="infection", onset="2026-03",
             at=LATER)  # fmt: skip
    new, open_new = frozen(committed_people), frozen(committed_people, blinded=False)
    page = page_of(committed_people, "stan", old, new, table="adverse_events")
    assert "BMA" not in page
    assert "vitals" not in page
    assert WHY not in page
    assert "No line of the trail is shown for it" in page
    told = page_of(committed_people, "uma", open_old, open_new, table="vitals")
    assert "BMA" in told
    assert WHY in told
    for name, one, other in (("stan", open_old, open_new), ("uma", old, open_new)):
        address = reverse("cut-compare", args=[other.code])
        asked = signed_in(getattr(committed_people, name)).get(address, {"with": one.code})
        assert asked.status_code == 404


def test_it_asks_the_database_as_often_for_many_rows_as_for_few(
    trial: Trial, committed_people: People
) -> None:
    first = frozen(committed_people)
    enrolled(committed_people)
    second = frozen(committed_people)
    for _ in range(4):
        enrolled(committed_people)
    third = frozen(committed_people)
    counts = []
    for old, new in ((first, second), (first, third)):
        with CaptureQueriesContext(connection) as queries:
            page_of(committed_people, "stan", old, new, table="visits")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    page = page_of(committed_people, "stan", first, third, table="visits", page="2")
    assert "page 2 of" in page
    assert f"?with={first.code}&amp;table=visits&amp;page=1" in page


def test_a_cut_that_waits_has_nothing_to_compare(people: People) -> None:
    cut = exports.request_cut(purpose="x", blinded=True, actor=people.stan, at=AT)
    page = signed_in(people.stan).get(reverse("cut-compare", args=[cut.code]))
    assert "Nothing to compare yet." in page.content.decode()
    other = signed_in(people.stan).get(
        reverse("cut-compare", args=[cut.code]), {"with": "CUT-0009"}
    )
    assert other.status_code == 404
