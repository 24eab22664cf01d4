"""The boundaries of the stopping rules against SciPy and against plain enumeration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest
from scipy import stats

from safety.stopping import (
    Happened,
    Line,
    boundary,
    counts,
    ever_crossed,
    exceeds,
    standing,
    table,
    tail,
)
from trial import protocol
from trial.partial_dates import PartialDate
from trial.protocol import ProtocolError
from trial.stopping_plan import StoppingRule

pytestmark = pytest.mark.requirement("R-055")

RULE = StoppingRule("any", "Any event", 30, Fraction(1, 10), Fraction(1, 20))
BAYES = replace(RULE, prior=(1, 9), bound=Fraction(95, 100))
TREATED_ON = date(2026, 3, 1)
RATES = [Fraction(3, 100), Fraction(1, 10), Fraction(1, 3)]


@pytest.mark.parametrize("rate", RATES)
def test_the_chance_of_so_many_events_is_the_binomial_one(rate: Fraction) -> None:
    for treated, events in product(range(1, 41), range(8)):
        found = float(tail(events, treated, rate))
        assert found == pytest.approx(stats.binom.sf(events - 1, treated, float(rate)), abs=1e-12)


def test_the_posterior_is_the_beta_distributions() -> None:
    for treated, events in product(range(1, 31), range(4)):
        if events <= treated:
            wanted = stats.beta.sf(0.1, 1 + events, 9 + treated - events)
            found = exceeds(events, treated, Fraction(1, 10), (1, 9))
            assert float(found) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("rule", [RULE, *protocol.load("trial.protocols.isis_hermes").stopping])
def test_each_binomial_boundary_is_the_least_number_within_the_bound(rule: StoppingRule) -> None:
    for treated in range(1, 61):
        within = [
            k
            for k in range(rule.at_least, treated + 1)
            if stats.binom.sf(k - 1, treated, float(rule.null_rate)) <= float(rule.bound)
        ]
        assert boundary(rule, treated) == min(within, default=None)


def test_each_bayesian_boundary_is_the_least_number_beyond_the_posterior() -> None:
    for treated in range(1, 41):
        beyond = [
            k for k in range(1, treated + 1) if stats.beta.sf(0.1, 1 + k, 9 + treated - k) >= 0.95
        ]
        assert boundary(BAYES, treated) == min(beyond, default=None)


def test_a_table_has_one_line_for_equal_boundaries_and_misses_no_number() -> None:
    lines = table(RULE, 40)
    assert lines[0] == Line(1, 1, None)
    for line in lines:
        for treated in range(line.first, line.last + 1):
            assert boundary(RULE, treated) == line.boundary
    assert [line.first for line in lines[1:]] == [line.last + 1 for line in lines[:-1]]
    assert lines[-1].last == 40


def test_the_chance_of_ever_pausing_is_that_of_all_courses_enumerated() -> None:
    rate, most = Fraction(1, 4), 9
    rule = replace(RULE, null_rate=Fraction(1, 4))
    total = Fraction(0)
    for course in product((0, 1), repeat=most):
        sums = [sum(course[:n]) for n in range(1, most + 1)]
        if any((k := boundary(rule, n)) is not None and s >= k for n, s in enumerate(sums, 1)):
            total += rate ** sum(course) * (1 - rate) ** (most - sum(course))
    assert ever_crossed(rule, most, rate) == total


@pytest.mark.parametrize(
    ("onset", "counted"),
    [
        ("2026-02-28", False), ("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False),
        ("2026-02", False), ("2026-03", True), ("2026", True), ("2026-04", False),
    ],
)  # fmt: skip
def test_an_event_counts_if_it_can_lie_within_thirty_days(onset: str, counted: bool) -> None:
    event = Happened(1, PartialDate.parse(onset))
    assert counts(RULE, event, TREATED_ON) is counted


def test_every_condition_of_a_rule_must_hold() -> None:
    rule = replace(RULE, categories=frozenset({"cardiac"}), serious=True, related=True, death=True)
    whole = Happened(
        1, PartialDate.parse("2026-03-02"), category="cardiac", serious=True,
        causality="possible", death=True,
    )  # fmt: skip
    assert counts(rule, whole, TREATED_ON)
    for less in ({"category": "fall"}, {"serious": False}, {"causality": "unlikely"},
                 {"death": False}):  # fmt: skip
        assert not counts(rule, replace(whole, **less), TREATED_ON)


def test_a_participant_counts_once_and_only_if_treated() -> None:
    treated = {key: TREATED_ON + timedelta(days=key) for key in range(20)}
    event = Happened(3, PartialDate.parse("2026-03-10"))
    found = standing(RULE, treated, [event, event, replace(event, participant=99)])
    assert (found.treated, found.events, found.boundary) == (20, 1, 5)


def test_exactly_the_boundary_crosses_and_one_less_does_not() -> None:
    treated = dict.fromkeys(range(20), TREATED_ON)
    events = [Happened(key, PartialDate.parse("2026-03-10")) for key in range(5)]
    assert standing(RULE, treated, events).crossed
    assert not standing(RULE, treated, events[:4]).crossed


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(RULE, null_rate=Fraction(1)), "between 0 and 1"),
        (replace(RULE, within_days=-1), "days and events"),
        (replace(RULE, categories=frozenset({"nothing"})), "unknown AE categories"),
        (replace(BAYES, prior=(0, 1)), "whole numbers"),
    ],
)
def test_a_rule_that_cannot_be_stops_the_start(wrong: StoppingRule, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        replace(protocol.load("trial.protocols.isis_hermes"), stopping=(wrong,))


def test_a_trial_without_a_product_has_no_stopping_rule() -> None:
    plan = protocol.load("tests.protocols.three_arms")
    with pytest.raises(ProtocolError, match="without a product"):
        replace(plan, stopping=(RULE,))
