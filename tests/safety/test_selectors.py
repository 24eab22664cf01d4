"""Lists, counts and exported rows of adverse events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safety import presenters, selectors, treatment
from safety.rules import CRITERIA
from tests.builders import CONSENTED_ON, enrolled
from tests.people import AT, People
from tests.safety.reports import reported, reported_sae
from trial import access


@pytest.fixture(autouse=True)
def infusions() -> Iterator[dict[int, date]]:
    """Who was infused when, as another app would say it."""
    before, known = [*treatment._source], dict[int, date]()
    treatment.set_infusion_source(lambda keys: {key: known[key] for key in keys if key in known})
    yield known
    treatment._source[:] = before


@pytest.mark.requirement("R-052")
def test_the_least_time_left_comes_first(people: People) -> None:
    participant = enrolled(people)
    old = reported(people, participant)
    told = reported_sae(people, participant, sponsor_informed_at=AT)
    late = reported_sae(people, participant, aware_at=AT - timedelta(hours=20))
    soon = reported_sae(people, participant, aware_at=AT - timedelta(hours=1))
    overdue = reported_sae(people, participant, aware_at=AT - timedelta(hours=30))
    new = reported(people, participant)
    found = list(selectors.chosen(people.nils, "all"))
    assert found == [overdue, late, soon, new, told, old]


def test_a_list_is_narrowed(people: People) -> None:
    one, other = enrolled(people), enrolled(people)
    mild = reported(people, one, outcome="recovered")
    going_on = reported(people, other)
    running = reported_sae(people, one, outcome="recovered")
    told = reported_sae(people, other, sponsor_informed_at=AT, outcome="recovered")

    def numbers(choice: str, participant: str = "") -> set[int]:
        found = selectors.chosen(people.nils, choice, participant=participant)
        return {event.pk for event in found}

    assert numbers("all") == {mild.pk, going_on.pk, running.pk, told.pk}
    assert numbers("clock") == {running.pk}
    assert numbers("serious") == {running.pk, told.pk}
    assert numbers("ongoing") == {going_on.pk}
    assert numbers("error") == set()
    assert numbers("all", one.code.lower()) == {mild.pk, running.pk}
    assert numbers("nonsense") == numbers("all")


def test_counts_follow_the_clock(people: People) -> None:
    participant = enrolled(people)
    reported(people, participant)
    reported_sae(people, participant, aware_at=AT - timedelta(hours=24))
    reported_sae(people, participant, aware_at=AT - timedelta(hours=24, seconds=1))
    reported_sae(people, participant, sponsor_informed_at=AT)
    assert selectors.counts(people.nils, AT) == selectors.Counts(4, 3, 2, 1)


@pytest.mark.requirement("R-070")
def test_another_sites_events_are_not_there(people: People) -> None:
    reported(people)
    assert not selectors.chosen(people.carl, "all").exists()
    assert selectors.counts(people.carl, AT).events == 0
    assert selectors.chosen(people.mona, "all").count() == 1


def test_whoever_reads_no_clinical_data_sees_none(people: People) -> None:
    reported(people)
    for user in (people.ada, people.stan, people.uma, people.dag, people.zoe):
        assert not selectors.visible_events(user).exists()


def test_the_list_takes_as_many_queries_for_many_events(people: People) -> None:
    participant = enrolled(people)
    reported_sae(people, participant)

    def queries() -> int:
        access.forget(people.mona)
        with CaptureQueriesContext(connection) as captured:
            presenters.rows(selectors.chosen(people.mona, "all"), people.mona, AT)
        return len(captured)

    few = queries()
    for _ in range(5):
        reported_sae(people, enrolled(people))
    assert queries() == few


@pytest.mark.requirement("R-065")
def test_an_exported_row_says_everything_plainly(
    people: People, infusions: dict[int, date]
) -> None:
    participant = enrolled(people)
    event = reported_sae(
        people, participant, onset="2026-03", end="2026-03-11", outcome="recovered"
    )
    infusions[participant.pk] = date(2026, 2, 28)
    (row,) = selectors.rows_for_export(blinded=False)
    assert [*row] == [
        *("participant", "ae_number", "term", "category", "onset", "end", "severity", "serious"),
        *(f"criterion_{code}" for code in CRITERIA),
        *(
            "serious_on",
            *("special", "pregnancy_ended", "pregnancy_outcome"),
            "causality",
            "action",
            "outcome",
            "aware_at",
            "narrative",
            "severity_scale",
            "days_from_inclusion",
            "phase",
        ),
    ]
    assert (row["participant"], row["ae_number"]) == (participant.code, 1)
    assert (row["onset"], row["end"], row["aware_at"]) == ("2026-03", "2026-03-11", event.aware_at)
    assert (row["serious"], row["criterion_hospitalization"], row["criterion_death"]) == (
        True, True, False,
    )  # fmt: skip
    assert row["days_from_inclusion"] == (date(2026, 3, 1) - CONSENTED_ON).days
    assert row["phase"] == "treatment_emergent"


@pytest.mark.requirement("R-065")
@pytest.mark.parametrize(
    ("onset", "infused_on", "phase"),
    [
        ("2026-02-10", date(2026, 2, 28), "pre_infusion"),
        ("2026-02", date(2026, 2, 20), "unknown"),
        ("2026-02-10", None, "not_infused"),
    ],
)
def test_the_phase_is_derived(
    people: People, infusions: dict[int, date], onset: str, infused_on: date | None, phase: str
) -> None:
    event = reported(people, onset=onset)
    if infused_on:
        infusions[event.participant_id] = infused_on
    assert selectors.phase_of(event) == phase
    assert [row["phase"] for row in selectors.rows_for_export(blinded=False)] == [phase]


def test_exported_rows_stand_in_order(people: People) -> None:
    one, other = enrolled(people), enrolled(people)
    for who in (other, one, other):
        reported(people, who)
    rows = selectors.rows_for_export(blinded=True)
    assert [(row["participant"], row["ae_number"]) for row in rows] == [
        (one.code, 1), (other.code, 1), (other.code, 2),
    ]  # fmt: skip
