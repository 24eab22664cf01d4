"""An invented trial that shares as little as possible with the product's own protocol.

Three equal arms allotted by a biased coin, no cell product, two factors, four visits. The suite
runs on it (``HERMES_PROTOCOL=tests.protocols.three_arms``) so that nothing in the product quietly
means the other trial.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from trial.allocation_plan import BiasedCoin
from trial.conditions import AGE, DAYS, Between
from trial.protocol import (
    Arm,
    ConsentVersion,
    Criterion,
    Factor,
    Facts,
    FormPlan,
    Horizon,
    Outcome,
    Protocol,
    SdvPlan,
    VisitPlan,
    Window,
    frozen,
)

SEVERE_FROM = 10
SITES = (("GRE", "Grenoble"), ("LYO", "Lyon"))


def _site(facts: Facts) -> str | None:
    return facts.site


def _severity(facts: Facts) -> str | None:
    total = facts.scores.get("nihss.total")
    if not isinstance(total, int):
        return None
    return "severe" if total >= SEVERE_FROM else "mild"


SCALES = (FormPlan("nihss"), FormPlan("mrs"))

PROTOCOL = Protocol(
    code="THREE-ARMS",
    title="Two doses of an invented tablet against placebo after an injury",
    version="3.1",
    registry_id="none: an invented trial",
    index_event="injury",
    planned=24,
    arms=(
        Arm("low", "Low dose", 1, experimental=True),
        Arm("high", "High dose", 1, experimental=True),
        Arm("placebo", "Placebo", 1),
    ),
    allocation=BiasedCoin(Fraction(2, 3)),
    factors=(
        Factor("site", "Site", SITES, _site),
        Factor("severity", "Severity", (("mild", "NIHSS 0-9"), ("severe", "NIHSS 10+")), _severity),
    ),
    criteria=(
        Criterion("A", "inclusion", "Adult", "5.1", Between(AGE, 18)),
        Criterion("B", "inclusion", "Injured within the last 30 days", "5.1", Between(DAYS, 0, 30)),
        Criterion("C", "exclusion", "Cannot swallow tablets", "5.2"),
    ),
    visits=(
        VisitPlan("START", "Start", 10, Window(10, 20), SCALES, section="7"),
        VisitPlan("W6", "6 weeks", 42, Window(7, 7), (*SCALES, FormPlan("vitals")), section="7"),
        VisitPlan("W12", "12 weeks", 84, Window(10, 10), SCALES, section="7"),
        VisitPlan("EXTRA", "Extra visit", None, Window(0, 0), repeatable=True, section="7"),
    ),
    consents=(ConsentVersion("A1", date(2020, 1, 1)),),
    horizons=(Horizon("6 weeks", 42), Horizon("12 weeks", 84)),
    outcomes=(
        Outcome("nihss", "NIHSS total", "nihss", "total", 0, 42, "lower", "START"),
        Outcome("mrs", "Modified Rankin Scale", "mrs", "total", 0, 6, "lower", "START"),
    ),
    screen_failures=frozen(age="Not adult", late="Injured too long ago", other="Other reason"),
    not_treated_reasons=frozen(refused="Refused the tablets", other="Other reason"),
    ae_categories=frozen(gut="Nausea or vomiting", skin="Rash", death="Death", other="Other"),
    sdv=SdvPlan(critical={"mrs": ("grade",)}, share_percent=50, seed="three-arms"),
    certified_forms=frozenset({"nihss"}),
)
