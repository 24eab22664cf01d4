"""Minimization in the act: one queue, the next draw, and an arm anybody with the key can repeat."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from randomization import services, vault
from randomization.errors import ListExhausted, SchemeChanged
from randomization.models import Allocation, AllocationList, Slot
from randomization.schemes import Entry, algorithm_of, plan_list, replay
from randomization.verifying import verify
from tests.people import People
from tests.protocols.minimized import PROTOCOL
from tests.randomization.builders import LATER, ready_in_three_arms, sealed
from trial import protocol
from trial.allocation_plan import Minimization, PermutedBlocks
from trial.models import Participant

RATIOS = {arm.code: arm.ratio for arm in PROTOCOL.arms}


@pytest.fixture(autouse=True)
def _minimized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.minimized")


def come(people: People, *severe: bool) -> list[Participant]:
    """Participants randomized one after the other."""
    found = []
    for one in severe:
        participant = ready_in_three_arms(people, severe=one)
        services.randomize(participant=participant, actor=people.ines, at=LATER)
        found.append(participant)
    return found


@pytest.mark.requirement("R-010")
@pytest.mark.requirement("R-012")
def test_each_arm_is_the_one_the_rule_gives_from_everybody_before_and_the_next_draw(
    people: People,
) -> None:
    sealed(people, seed=77, length=8)
    severe = (True, False, True, True, False)
    come(people, *severe)
    plan = PROTOCOL.allocation
    assert isinstance(plan, Minimization)
    draws = plan_list(plan, RATIOS, strata=PROTOCOL.strata(), length=8, seed=77)
    entries = [
        Entry({"site": "GRE", "severity": "severe" if one else "mild"}, slot.draw)
        for one, slot in zip(severe, draws, strict=False)
    ]
    taken = list(vault.allocations().order_by("slot__position"))
    assert [one.slot.position for one in taken] == [1, 2, 3, 4, 5]
    assert tuple(vault.arm_of(one) for one in taken) == replay(plan, RATIOS, entries)
    assert len(set(replay(plan, RATIOS, entries))) == 3


def test_the_list_is_one_queue_of_draws_for_all_strata(people: People) -> None:
    row = sealed(people, length=8)
    assert (row.computed, row.algorithm) == (True, algorithm_of(PROTOCOL.allocation))
    assert [stratum.code for stratum in row.strata.all()] == ["all"]
    contents = [vault.slot_content(slot) for slot in Slot.objects.all()]
    assert all(content.draw and not content.arm for content in contents)
    one, other = come(people, True, False)
    for participant, stratum in ((one, "GRE/severe"), (other, "GRE/mild")):
        participant.refresh_from_db()
        assert participant.stratum == stratum
        assert participant.allocation.slot.stratum.code == "all"


def test_what_the_arm_was_computed_from_is_sealed_with_it(people: People) -> None:
    sealed(people, length=8)
    (participant,) = come(people, False)
    content = vault.content_of(vault.allocations().get(participant=participant))
    assert dict(content.levels) == {"site": "GRE", "severity": "mild"}
    assert content.arm == ["low", "low", "high", "placebo"][content.details["share"]]
    assert (
        content.details["scheme"]
        == "Minimization, probability 4/5, range, weights site 2, severity 1"
    )


@pytest.mark.requirement("R-012")
def test_a_repeated_call_gives_the_same_arm_and_takes_no_second_draw(people: People) -> None:
    sealed(people, length=8)
    (participant,) = come(people, True)
    again = services.randomize(participant=participant, actor=people.ines, at=LATER)
    assert Allocation.objects.get() == again


def test_an_exhausted_queue_refuses(people: People) -> None:
    sealed(people, length=1)
    come(people, True)
    participant = ready_in_three_arms(people)
    with pytest.raises(ListExhausted):
        services.randomize(participant=participant, actor=people.ines, at=LATER)
    assert Allocation.objects.count() == 1


@pytest.mark.parametrize(
    "scheme",
    [
        PermutedBlocks((4,)),
        Minimization(Fraction(9, 10), {"site": 2, "severity": 1}),
        Minimization(Fraction(4, 5), {"site": 2, "severity": 2}),
    ],
    ids=["blocks", "probability", "weights"],
)
def test_it_refuses_once_the_protocol_declares_another_scheme(
    people: People, monkeypatch: pytest.MonkeyPatch, scheme: PermutedBlocks | Minimization
) -> None:
    sealed(people, length=8)
    come(people, True)
    participant = ready_in_three_arms(people)
    changed = replace(PROTOCOL, allocation=scheme)
    monkeypatch.setattr(protocol, "current", lambda: changed)
    with pytest.raises(SchemeChanged):
        services.randomize(participant=participant, actor=people.ines, at=LATER)
    assert Allocation.objects.count() == 1
    assert AllocationList.objects.get().active
    participant.refresh_from_db()
    assert participant.randomized_on is None


@pytest.mark.requirement("R-014")
def test_every_choice_is_proven_from_levels_and_draws_at_the_end(people: People) -> None:
    sealed(people, seed=77, length=8)
    come(people, True, False, True)
    found = verify()
    assert (found.allocations, found.findings) == (3, ())
