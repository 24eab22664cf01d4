"""The balance page: who may, what it counts, and that it draws what it counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from randomization import balance, services
from randomization.balance import Taken, counted
from randomization.strips import BASE, LEFT, RIGHT, TOP, strip
from tests.builders import eligible
from tests.people import People
from tests.protocols.three_arms import PROTOCOL as THREE
from tests.randomization.builders import (
    EARLY,
    LATER,
    allocate,
    infused,
    lacking,
    ready,
    ready_in_three_arms,
    sealed,
)
from trial.access import NotDelegated, Permission
from trial.protocols.isis_hermes import PROTOCOL as ISIS

PAGE = "/allocation-list/balance/"
DAY = date(2026, 3, 1)


def taken(arm: str, *, block: int = 1, size: int = 3, stratum: str = "all") -> Taken:
    """A taken place."""
    return Taken(arm, stratum, stratum, block, size, DAY - timedelta(days=2), DAY, None)


def test_a_block_counts_once_every_place_of_it_is_taken() -> None:
    open_one = [taken("cells"), taken("control"), taken("cells"), taken("cells", block=2, size=6)]
    found = counted(open_one, ISIS)
    assert found.whole.counts == (3, 1)
    assert found.whole.closed == 1
    assert found.strata[0].closed == 1
    assert counted(open_one[:2], ISIS).whole.closed == 0
    assert counted([taken("cells", block=0, size=0)], ISIS).whole.closed is None


def test_off_by_is_how_far_the_worst_arm_is_from_its_share() -> None:
    found = counted([taken("cells")] * 4 + [taken("control")] * 5, ISIS)
    assert found.whole.off == 2.0
    assert found.path[:3] == ((0.33, -0.33), (0.67, -0.67), (1.0, -1.0))
    assert found.path[-1] == (-2.0, 2.0)
    assert counted([], ISIS).whole.off == 0


def test_strata_and_factors_are_counted_apart() -> None:
    rows = [
        taken("low", stratum="GRE/mild"),
        taken("high", stratum="GRE/severe"),
        taken("placebo", stratum="LYO/mild"),
    ]
    found = counted(rows, THREE)
    assert [(group.words, group.total) for group in found.strata] == [
        ("GRE/mild", 1), ("GRE/severe", 1), ("LYO/mild", 1), ("LYO/severe", 0),
    ]  # fmt: skip
    sites, severity = found.factors
    assert [(group.words, group.counts) for group in sites[1]] == [
        ("Grenoble", (1, 1, 0)), ("Lyon", (0, 0, 1)),
    ]  # fmt: skip
    assert [group.counts for group in severity[1]] == [(1, 0, 1), (0, 1, 0)]


ARMS = st.lists(st.sampled_from(["cells", "control"]), max_size=40)


@given(ARMS)
def test_everybody_is_counted_once_and_a_path_of_both_arms_adds_up_to_nothing(
    arms: list[str],
) -> None:
    found = counted([taken(arm, block=0, size=0) for arm in arms], ISIS)
    assert found.whole.total == len(arms) == len(found.path)
    assert all(abs(sum(offs)) < 0.02 for offs in found.path)
    assert len(found.to_randomization) == len(arms)


@given(st.lists(st.integers(-3, 400), min_size=1, max_size=80))
def test_every_wait_has_its_dot_inside_the_figure(days: list[int]) -> None:
    figure = strip(name="x", title="X", days=days)
    assert figure is not None
    assert len(figure.dots) == len(days)
    assert all(LEFT <= dot.x <= RIGHT and TOP <= dot.y < BASE for dot in figure.dots)
    assert LEFT <= figure.middle_x <= RIGHT
    assert sum(number for _, number in figure.rows) == len(days)


def test_without_a_wait_there_is_no_figure() -> None:
    assert strip(name="x", title="X", days=[]) is None


@pytest.mark.requirement("R-017")
def test_only_whoever_manages_the_list_may_know_the_balance(people: People) -> None:
    sealed(people, "cells")
    allocate(eligible(people, at=EARLY), people)
    for user in lacking(Permission.MANAGE_LIST, people):
        with pytest.raises(NotDelegated):
            balance.balance(user)
        client = Client()
        client.force_login(user)
        answer = client.get(PAGE)
        assert answer.status_code in {403, 404}
        assert "Usual care" not in answer.content.decode()


def page(people: People) -> str:
    """What the unblinded statistician sees."""
    client = Client()
    client.force_login(people.uma)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_counts_arms_blocks_and_waits_and_names_no_participant(people: People) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    second = allocate(eligible(people, at=EARLY), people)
    html = page(people)
    assert participant.code not in html
    assert second.code not in html
    found = balance.balance(people.uma)
    assert found.whole.total == 2
    assert (found.to_randomization, found.to_infusion) == ((1, 1), (29,))
    assert "Consent to randomization" in html
    assert "median 1 day" in html
    assert "Randomization to infusion" in html
    assert "median 29 days" in html
    assert html.count("<svg viewBox") == 4


def test_the_open_block_is_not_told(people: People) -> None:
    sealed(people, length=30, seed=11)
    allocate(eligible(people, at=EARLY), people)
    found = balance.balance(people.uma)
    assert "block_size" not in str(found)
    assert found.whole.closed == 0


def test_an_empty_trial_says_what_would_fill_the_page(people: People) -> None:
    assert "Nobody is randomized yet." in page(people)


def test_a_minimized_trial_is_counted_by_its_factors(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMES_PROTOCOL", "tests.protocols.minimized")
    sealed(people, length=8)
    for severe in (True, False):
        services.randomize(
            participant=ready_in_three_arms(people, severe=severe), actor=people.ines, at=LATER
        )
    html = page(people)
    assert "NIHSS 10+" in html
    assert "Blocks closed" not in html
    assert balance.balance(people.uma).whole.total == 2


@pytest.mark.parametrize("number", [59, 60, 61, 1000])
def test_a_long_trial_is_drawn_with_few_points_and_its_last(number: int) -> None:
    from randomization.presenters import path_figures

    rows = [taken("cells" if place % 3 else "control", block=0) for place in range(number)]
    for figure in path_figures(counted(rows, ISIS)):
        assert len(figure.marks) <= 61
        assert figure.marks[-1].name == str(number)


def test_it_asks_the_database_as_often_for_many_as_for_one(people: People) -> None:
    sealed(people, length=30)
    asked = []
    for _ in range(2):
        allocate(eligible(people, at=EARLY), people)
        with CaptureQueriesContext(connection) as queries:
            page(people)
        asked.append(len(queries))
    allocate(eligible(people, at=EARLY), people)
    with CaptureQueriesContext(connection) as queries:
        balance.balance(people.uma)
    assert asked[0] == asked[1]
    assert len(queries) <= 4
