"""The words a protocol is written in. Pure: no database, no web.

A trial is a module that builds one ``Protocol``; ``HERMES_PROTOCOL`` names the module. Everything
is frozen and checked when it is built, so a mistake in a protocol stops the start, not a visit.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from trial.alert_plan import AlertPlan
from trial.allocation_plan import AllocationPlan
from trial.contradictions import contradictions
from trial.enrolment_plan import EnrolmentPlan
from trial.safety_plan import SafetyPlan
from trial.stopping_plan import StoppingRule
from trial.watch_plan import Watch


class ProtocolError(ValueError):
    """The declaration contradicts itself."""


@dataclass(frozen=True)
class Facts:
    """What the system holds about a participant when strata and criteria are read.

    ``age`` in completed years by year of birth (an upper bound when only the year is known);
    ``days_from_index`` from the index event to the consent; ``scores`` holds complete scores of
    the first visit as ``"form.score"``, and typed answers as ``"form.item"``.
    """

    site: str
    sex: str
    age: int | None
    days_from_index: int | None
    scores: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Arm:
    """One group of the randomization; ``ratio`` is its share, ``product`` says it gets cells."""

    code: str
    label: str
    ratio: int
    experimental: bool = False
    product: bool = False


@dataclass(frozen=True)
class Factor:
    """A stratification factor: read from the facts, never typed."""

    code: str
    label: str
    levels: tuple[tuple[str, str], ...]
    read: Callable[[Facts], str | None]


@dataclass(frozen=True)
class Criterion:
    """One eligibility criterion. ``computed`` answers it from the facts where the system can.

    A ``trial.conditions.Between`` can be asked of the database for everybody at once. Any other
    function of the facts is right as well, but makes every data cut slower.
    An inclusion criterion must be true, an exclusion criterion false. ``ours`` marks what the
    registry does not say and this product's protocol had to decide.
    """

    code: str
    kind: str
    text: str
    section: str
    computed: Callable[[Facts], bool | None] | None = None
    ours: bool = False

    @property
    def wanted(self) -> bool:
        """The answer an eligible participant has."""
        return self.kind == "inclusion"


@dataclass(frozen=True)
class Window:
    """Days before and after the target day that still count as on time."""

    before: int
    after: int


@dataclass(frozen=True)
class FormPlan:
    """One form at one visit."""

    form: str
    required: bool = True


@dataclass(frozen=True)
class VisitPlan:
    """One visit: its target day counted from its anchor, its window, and its forms.

    ``anchor`` is ``"index"`` (the index event) or ``"infusion"``. ``only_arms`` names the arms
    that have this visit; such a visit tells an arm and is hidden from whoever may not know it.
    ``repeatable`` marks the unscheduled visit.
    """

    code: str
    label: str
    day: int | None
    window: Window
    forms: tuple[FormPlan, ...] = ()
    anchor: str = "index"
    only_arms: tuple[str, ...] = ()
    repeatable: bool = False
    section: str = ""
    ours: bool = True

    @property
    def reveals_arm(self) -> bool:
        """Whether the visit exists for some arms only."""
        return bool(self.only_arms)

    def dates(self, anchor: date) -> tuple[date, date, date]:
        """Planned date, first and last day of the window, from the anchor's date."""
        planned = anchor + timedelta(days=self.day or 0)
        return (
            planned,
            planned - timedelta(days=self.window.before),
            planned + timedelta(days=self.window.after),
        )


@dataclass(frozen=True)
class ConsentVersion:
    """One approved version of the information sheet and consent form."""

    code: str
    in_force_from: date


@dataclass(frozen=True)
class Horizon:
    """A time up to which events are counted, in days from inclusion."""

    label: str
    days: int


@dataclass(frozen=True)
class Outcome:
    """A measured outcome: which column of which form, its published range, and the baseline."""

    code: str
    label: str
    form: str
    column: str
    minimum: float | None
    maximum: float | None
    better: str
    baseline_visit: str


@dataclass(frozen=True)
class ReleaseTest:
    """One test a batch must pass before it may be given.

    A measured test has a unit and its limits, both inclusive; with ``of_dose`` the result is a
    cell count in millions and the limits are percents of the dose ordered. A test that is read
    has its ``readings`` (code and words) and the codes among them that pass; ``PENDING`` can be
    recorded for every read test until its result is there.
    """

    code: str
    label: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    of_dose: bool = False
    readings: tuple[tuple[str, str], ...] = ()
    passing: tuple[str, ...] = ()
    ours: bool = True

    @property
    def measured(self) -> bool:
        """Whether the result is a number."""
        return not self.readings

    def limits(self, dose_millions: int) -> tuple[float | None, float | None]:
        """The least and the greatest number that passes, for a dose in millions of cells."""
        if not self.of_dose:
            return self.minimum, self.maximum
        least = None if self.minimum is None else self.minimum * dose_millions / 100
        most = None if self.maximum is None else self.maximum * dose_millions / 100
        return least, most


PENDING = "pending"


@dataclass(frozen=True)
class VitalTime:
    """When vital signs are taken: minutes from the start of the infusion."""

    code: str
    label: str
    minutes: int


@dataclass(frozen=True)
class ProductPlan:
    """Limits of the cell product; its shelf life runs from when the cells are ready to be given."""

    doses_millions: tuple[int, ...]
    latest_day: int
    maximum_volume_ml: int
    minimum_viability_percent: int
    shelf_life_hours: int = 24
    tests: tuple[ReleaseTest, ...] = ()
    vital_times: tuple[VitalTime, ...] = ()

    def test(self, code: str) -> ReleaseTest:
        """The release test with this code.

        Raises:
            KeyError: no such test.
        """
        return {test.code: test for test in self.tests}[code]


EVERY_ITEM = "*"


@dataclass(frozen=True)
class SdvPlan:
    """What a monitor compares with the source documents.

    Attributes:
        critical: form -> the items verified in every record; ``(EVERY_ITEM,)`` for the whole form.
        share_percent: of all other records, how many are drawn and verified whole (0 to 100).
        seed: what the draw starts from. The same seed draws the same records on every machine;
            it stays as it is while the trial runs.
        ours: whether the share and the list are this product's default, not the protocol's.
    """

    critical: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    share_percent: int = 100
    seed: str = ""
    ours: bool = True


@dataclass(frozen=True)
class Protocol:
    """One trial, as its protocol says. Checked when built."""

    code: str
    title: str
    version: str
    registry_id: str
    index_event: str
    planned: int
    arms: tuple[Arm, ...]
    allocation: AllocationPlan
    factors: tuple[Factor, ...]
    criteria: tuple[Criterion, ...]
    visits: tuple[VisitPlan, ...]
    consents: tuple[ConsentVersion, ...]
    horizons: tuple[Horizon, ...]
    outcomes: tuple[Outcome, ...]
    screen_failures: Mapping[str, str]
    not_treated_reasons: Mapping[str, str]
    ae_categories: Mapping[str, str]
    product: ProductPlan | None = None
    monitor_blinded: bool = True
    data_manager_blinded: bool = True
    # AE categories that only one arm can have: whoever may not know the arm is not shown them.
    revealing_categories: frozenset[str] = frozenset()
    # Minutes after the first entry in which its own author's correction counts as a typing error
    # without being asked; 0 always asks.
    slip_minutes: int = 0
    # Without a plan of its own a trial verifies everything.
    sdv: SdvPlan = SdvPlan()
    # An assessment typed in more days later than this is told as a late entry; our default.
    entry_within_days: int = 7
    # Forms whose raters hold a dated certificate.
    certified_forms: frozenset[str] = frozenset()
    watch: Watch = field(default_factory=Watch)
    stopping: tuple[StoppingRule, ...] = ()
    # Without it the board is shown no planned pace.
    enrolment: EnrolmentPlan | None = None
    # Forms of laboratory values, each with a column that ends in "_significant" beside it.
    laboratory: tuple[str, ...] = ()
    safety: SafetyPlan = field(default_factory=SafetyPlan)
    alerts: AlertPlan = field(default_factory=AlertPlan)

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        wrong = " ".join(contradictions(self))
        if wrong:
            raise ProtocolError(wrong)

    @property
    def baseline(self) -> VisitPlan:
        """The first visit, where eligibility is established."""
        return self.visits[0]

    def arm(self, code: str) -> Arm:
        """The arm with this code.

        Raises:
            KeyError: no such arm.
        """
        return {arm.code: arm for arm in self.arms}[code]

    def visit(self, code: str) -> VisitPlan:
        """The visit with this code.

        Raises:
            KeyError: no such visit.
        """
        return {visit.code: visit for visit in self.visits}[code]

    def criterion(self, code: str) -> Criterion:
        """The criterion with this code.

        Raises:
            KeyError: no such criterion.
        """
        return {criterion.code: criterion for criterion in self.criteria}[code]

    def form_codes(self) -> set[str]:
        """Every form the protocol asks for."""
        return {plan.form for visit in self.visits for plan in visit.forms}

    def consent_on(self, day: date) -> ConsentVersion | None:
        """The consent version in force on a day."""
        valid = [consent for consent in self.consents if consent.in_force_from <= day]
        return max(valid, key=lambda consent: consent.in_force_from, default=None)

    def stratum(self, facts: Facts) -> str | None:
        """The stratum code of a participant; without factors everybody is in ``"all"``.

        None while a factor cannot be read, or reads a level the protocol does not declare (a
        site added later): nobody is put into a stratum that has no list.
        """
        levels = [factor.read(facts) for factor in self.factors]
        stratum = "/".join(level or "" for level in levels) or "all"
        return stratum if stratum in self.strata() else None

    def levels_of(self, stratum: str) -> dict[str, str]:
        """The level of each factor in a stratum; empty without factors."""
        return {
            factor.code: level
            for factor, level in zip(self.factors, stratum.split("/"), strict=bool(self.factors))
        }

    def strata(self) -> tuple[str, ...]:
        """Every stratum code."""
        codes = [""]
        for factor in self.factors:
            codes = [f"{code}/{level}" for code in codes for level, _ in factor.levels]
        return tuple(code.lstrip("/") or "all" for code in codes)


def frozen(**words: str) -> Mapping[str, str]:
    """An unchangeable table of code -> words."""
    return MappingProxyType(words)


@lru_cache(maxsize=8)
def load(module: str) -> Protocol:
    """The protocol a module declares as ``PROTOCOL``.

    Raises:
        ProtocolError: the module declares none.
    """
    plan = getattr(importlib.import_module(module), "PROTOCOL", None)
    if not isinstance(plan, Protocol):
        raise ProtocolError(f"{module} declares no PROTOCOL.")
    return plan


def current() -> Protocol:
    """The protocol of this deployment."""
    return load(os.environ.get("HERMES_PROTOCOL", "trial.protocols.isis_hermes"))
