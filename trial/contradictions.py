"""What a protocol may not say: every way a declaration can contradict itself, as a sentence.

Pure. ``trial.protocol`` asks when a protocol is built, so that a mistake stops the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from trial.allocation_plan import Minimization
from trial.conditions import Between

if TYPE_CHECKING:
    from trial.protocol import ProductPlan, Protocol, ReleaseTest, VisitPlan

KINDS = frozenset({"inclusion", "exclusion"})
ANCHORS = frozenset({"index", "infusion"})
BETTER = frozenset({"higher", "lower"})
# As long as the columns that hold them.
LONGEST = {"visits": 10, "criteria": 10, "consent versions": 20}
LONGEST_WORD = 30
LONGEST_STRATUM = 80
_LEVEL = re.compile(r"[^/\s]+")


def contradictions(plan: Protocol) -> Iterator[str]:
    """Every sentence that is wrong with a protocol, in the order a reader meets it."""
    for check in _CHECKS:
        yield from check(plan)


def _codes(plan: Protocol) -> Iterator[str]:
    kinds: dict[str, list[str]] = {
        "arms": [arm.code for arm in plan.arms],
        "factors": [factor.code for factor in plan.factors],
        "criteria": [criterion.code for criterion in plan.criteria],
        "visits": [visit.code for visit in plan.visits],
        "consent versions": [consent.code for consent in plan.consents],
        "horizons": [horizon.label for horizon in plan.horizons],
        "outcomes": [outcome.code for outcome in plan.outcomes],
        "screen failures": [*plan.screen_failures],
        "reasons not treated": [*plan.not_treated_reasons],
        "AE categories": [*plan.ae_categories],
        "stopping rules": [rule.code for rule in plan.stopping],
    }
    for kind, codes in kinds.items():
        if len(set(codes)) != len(codes):
            yield f"Two {kind} share a code."
        if not all(code.strip() for code in codes):
            yield f"One of the {kind} has no code."
        longest = LONGEST.get(kind, LONGEST_WORD)
        if any(len(code.strip()) > longest for code in codes):
            yield f"Codes of {kind} have at most {longest} characters."


def _randomization(plan: Protocol) -> Iterator[str]:
    share = sum(arm.ratio for arm in plan.arms)
    if len(plan.arms) < 2 or any(arm.ratio < 1 for arm in plan.arms):
        yield "A randomized trial needs two arms with whole ratios."
    else:
        yield from plan.allocation.objections(share)
    if isinstance(plan.allocation, Minimization):
        factors = {factor.code for factor in plan.factors}
        if factors != set(plan.allocation.weights):
            yield "Minimization names every factor of the protocol, and no other."
    if plan.planned < 1:
        yield "A trial plans at least one participant."
    if plan.enrolment is not None and plan.enrolment.months < 1:
        yield "Enrolment takes at least one month."


def _factors(plan: Protocol) -> Iterator[str]:
    for factor in plan.factors:
        levels = [code for code, _ in factor.levels]
        if len(levels) < 2 or len(set(levels)) != len(levels):
            yield f"Factor {factor.code} needs two different levels."
        if not all(_LEVEL.fullmatch(level) for level in levels):
            yield f"A level of factor {factor.code} is empty, or holds a slash or a space."
    if any(len(stratum) > LONGEST_STRATUM for stratum in plan.strata()):
        yield f"A stratum's levels together have at most {LONGEST_STRATUM} characters."


def _criteria(plan: Protocol) -> Iterator[str]:
    for criterion in plan.criteria:
        if criterion.kind not in KINDS:
            yield f"Criterion {criterion.code} is neither an inclusion nor an exclusion."
        if isinstance(criterion.computed, Between):
            yield from _condition(plan, criterion.code, criterion.computed)


def _condition(plan: Protocol, code: str, condition: Between) -> Iterator[str]:
    first = {planned.form for visit in plan.visits[:1] for planned in visit.forms}
    if condition.is_empty:
        yield f"Criterion {code} is computed within bounds that hold no number, or every one."
    if condition.form is not None and condition.form not in first:
        yield f"Criterion {code} is computed from a form that the first visit does not have."


def _visits(plan: Protocol) -> Iterator[str]:
    if not plan.visits:
        yield "A protocol has a visit."
    elif plan.visits[0].only_arms or plan.visits[0].repeatable:
        yield "The first visit establishes eligibility: everybody has it, once."
    arms = {arm.code for arm in plan.arms}
    for visit in plan.visits:
        if not set(visit.only_arms) <= arms:
            yield f"Visit {visit.code} names an unknown arm."
        yield from _visit(plan, visit)


def _visit(plan: Protocol, visit: VisitPlan) -> Iterator[str]:
    if visit.anchor not in ANCHORS:
        yield f"Visit {visit.code} is counted from an unknown day."
    if visit.anchor == "infusion" and plan.product is None:
        yield f"Visit {visit.code} is counted from an infusion, and the trial has no product."
    if visit.anchor == "infusion" and not visit.only_arms:
        yield f"Visit {visit.code} is counted from an infusion that not every arm has."
    if (visit.day is None) != visit.repeatable:
        yield f"Visit {visit.code} needs a target day, or else is repeatable."
    if visit.window.before < 0 or visit.window.after < 0:
        yield f"The window of visit {visit.code} ends before it begins."
    forms = [planned.form for planned in visit.forms]
    if len(set(forms)) != len(forms):
        yield f"Visit {visit.code} asks twice for one form."


def _consents(plan: Protocol) -> Iterator[str]:
    days = [consent.in_force_from for consent in plan.consents]
    if not days:
        yield "A protocol has a consent version."
    if len(set(days)) != len(days):
        yield "Two consent versions come into force on one day."


def _outcomes(plan: Protocol) -> Iterator[str]:
    planned = {visit.code: {form.form for form in visit.forms} for visit in plan.visits}
    for outcome in plan.outcomes:
        if outcome.baseline_visit not in planned:
            yield f"The baseline visit of outcome {outcome.code} is unknown."
        elif outcome.form not in planned[outcome.baseline_visit]:
            yield f"Outcome {outcome.code} is not measured at its baseline visit."
        if outcome.better not in BETTER:
            yield f"Outcome {outcome.code} is better higher or lower, nothing else."
        limits = (outcome.minimum, outcome.maximum)
        if limits[0] is not None and limits[1] is not None and limits[0] >= limits[1]:
            yield f"The range of outcome {outcome.code} is empty."
    days = [horizon.days for horizon in plan.horizons]
    if any(day < 1 for day in days) or days != sorted(set(days)):
        yield "Horizons are positive numbers of days, each later than the one before."


def _product(plan: Protocol) -> Iterator[str]:
    product = plan.product
    if (product is None) != (not any(arm.product for arm in plan.arms)):
        yield "An arm gets the product exactly when the trial has one."
    if product is None:
        return
    if not product.doses_millions or min(product.doses_millions) < 1:
        yield "The product needs its planned doses."
    if product.latest_day < 1 or product.maximum_volume_ml < 1:
        yield "The limits of the product are positive numbers."
    if not 0 <= product.minimum_viability_percent <= 100:
        yield "The minimum viability is a percentage."
    yield from _release(product)


def _release(product: ProductPlan) -> Iterator[str]:
    if product.shelf_life_hours < 1:
        yield "The shelf life of the product is at least an hour."
    if not product.tests:
        yield "A product is released by its tests: the protocol names none."
    for codes in ([one.code for one in product.tests], [one.code for one in product.vital_times]):
        if len(set(codes)) != len(codes):
            yield "A release test or a time of vital signs is named twice."
    for test in product.tests:
        yield from _test(test)


def _test(test: ReleaseTest) -> Iterator[str]:
    known = {code for code, _ in test.readings}
    if test.readings and (not test.passing or set(test.passing) - known or "pending" in known):
        yield f"Release test {test.code} needs its readings and which of them pass."
    if not test.readings and test.minimum is None and test.maximum is None:
        yield f"Release test {test.code} has no limit."
    if test.minimum is not None and test.maximum is not None and test.minimum > test.maximum:
        yield f"The limits of release test {test.code} are the wrong way round."


def _safety(plan: Protocol) -> Iterator[str]:
    unknown = sorted(plan.revealing_categories - set(plan.ae_categories))
    if unknown:
        yield f"AE categories said to reveal the arm are unknown: {', '.join(unknown)}."
    if plan.revealing_categories and "other" not in plan.ae_categories:
        yield 'AE categories that reveal the arm hide behind "other": declare it.'
    yield from plan.safety.objections()


def _stopping(plan: Protocol) -> Iterator[str]:
    for rule in plan.stopping:
        yield from rule.objections(plan.ae_categories)
    if plan.stopping and plan.product is None:
        yield "Stopping rules count from the infusion: a trial without a product has none."


def _entry(plan: Protocol) -> Iterator[str]:
    if plan.slip_minutes < 0:
        yield "A slip is put right in so many minutes after its entry, or in none."
    watch = plan.watch
    if not all(0 <= hour <= 23 for hour in watch.night):
        yield "The night runs from one hour of the day to another."
    if min(watch.late_entry_days, watch.recorded_minutes) < 0 or watch.burst_minutes < 1:
        yield "What is unusually late or quick is told in days and minutes."


def _alerts(plan: Protocol) -> Iterator[str]:
    steps, percents = plan.alerts.steps, plan.alerts.clock_percents
    if not all(earlier < later for earlier, later in pairwise((timedelta(0), *steps))):
        yield "An alert is told again ever later, the first time some while after it was raised."
    if not all(earlier < later for earlier, later in pairwise((0, *percents, 101))):
        yield "A clock is told of at rising percentages of its time, from 1 to 100."


def _verification(plan: Protocol) -> Iterator[str]:
    planned = plan.form_codes()
    unknown = sorted(set(plan.sdv.critical) - planned)
    if unknown:
        yield f"Forms with critical items are planned at no visit: {', '.join(unknown)}."
    for form, items in plan.sdv.critical.items():
        if not items or len(set(items)) != len(items) or not all(item.strip() for item in items):
            yield f"The critical items of form {form} are named once each, and there is one."
        elif "*" in items and len(items) > 1:
            yield f"Every item of form {form} is critical, or some named ones are."
    if not 0 <= plan.sdv.share_percent <= 100:
        yield "The share of records drawn for verification is a percentage."
    if 0 < plan.sdv.share_percent < 100 and not plan.sdv.seed.strip():
        yield "The draw of records for verification needs a seed."
    if plan.entry_within_days < 0:
        yield "The days allowed for typing in an assessment cannot be negative."
    uncertified = sorted(plan.certified_forms - planned)
    if uncertified:
        yield f"Forms that need a certificate are planned at no visit: {', '.join(uncertified)}."


_CHECKS: tuple[Callable[[Protocol], Iterator[str]], ...] = (
    _randomization,
    _codes,
    _factors,
    _criteria,
    _visits,
    _consents,
    _outcomes,
    _product,
    _safety,
    _stopping,
    _entry,
    _alerts,
    _verification,
)
