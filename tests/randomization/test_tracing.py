"""From batch to participant and back in one query each, and how far everybody came."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from randomization.feasibility import STEPS, feasibility
from randomization.tracing import chains, trace
from tests.builders import eligible
from tests.people import People
from tests.randomization.builders import (
    EARLY,
    allocate,
    arm_of,
    aspirated,
    disposed,
    grown,
    infused,
    lacking,
    not_treated,
    ready,
    vital_signs,
)
from tests.stage import once
from trial.access import NotDelegated, Permission
from trial.models import Participant


@once
def treated(people: People) -> Participant:
    """Somebody infused, with vital signs, and what was left destroyed."""
    participant, product = ready(people)
    vital_signs(infused(participant, product, people), people)
    disposed(product, people)
    return participant


@pytest.mark.requirement("R-016")
@pytest.mark.parametrize("number", ["B-001", " b-001 ", "S-001"])
def test_a_batch_or_sample_leads_to_its_participant_and_the_whole_chain_in_one_query(
    people: People, treated: Participant, number: str, django_assert_num_queries: Any
) -> None:
    assert people.tess.delegations.exists()
    trace("warm the delegations", people.tess)
    with django_assert_num_queries(1):
        found = trace(number, people.tess)
        assert found is not None
        facts = vars(found)
        assert found.aspiration.participant.code == treated.code
        assert found.release.released_by.full_name == "Tess Moreau"
        assert found.infusion.cells_millions == 100
        tests = {row["test"] for row in facts["tested"]}
        assert tests >= {"viability", "sterility", "karyotype"}
        assert [row["how"] for row in facts["disposed"]] == ["destroyed"]
        assert [row["pulse"] for row in facts["vital_signs"]] == [72]


@pytest.mark.requirement("R-016")
def test_a_participant_leads_to_every_batch_and_its_chain_in_one_query(
    people: People, treated: Participant, django_assert_num_queries: Any
) -> None:
    chains(treated, people.ines)
    with django_assert_num_queries(1):
        found = chains(treated, people.ines)
        assert [(row.batch, row.aspiration.sample) for row in found] == [("B-001", "S-001")]
        assert found[0].release.signed_at is not None


@pytest.mark.requirement("R-017")
def test_nobody_who_may_not_know_an_arm_traces_anything(
    people: People, treated: Participant
) -> None:
    for user in lacking(Permission.KNOW_ARMS, people):
        for ask in (partial(trace, "B-001"), partial(chains, treated), feasibility):
            with pytest.raises(NotDelegated):
                ask(user=user)
    assert trace("B-001", people.carl) is None
    with pytest.raises(NotDelegated):
        chains(treated, people.carl)


@pytest.mark.requirement("R-015")
def test_the_steps_and_the_reasons_are_counted_from_the_rows(
    people: People, treated: Participant
) -> None:
    def another() -> Participant:
        while True:
            participant = allocate(eligible(people, at=EARLY), people)
            if arm_of(participant) == "cells":
                return participant

    left = another()
    grown(aspirated(left, people, sample="S-002"), people, batch="B-002")
    not_treated(left, people, reason="contamination")
    aspirated(another(), people, sample="S-003")
    found = feasibility(people.uma)
    assert found.counts == dict(zip(STEPS, (3, 3, 2, 1, 1), strict=True))
    assert found.reasons == {"Microbial contamination": 1}
    assert (found.open, found.percent) == (1, "1 of 3, 33 %")


def test_before_anybody_is_allocated_the_flow_is_empty(people: People) -> None:
    found = feasibility(people.ines)
    assert (found.percent, set(found.counts.values())) == ("—", {0})
