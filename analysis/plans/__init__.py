"""The declared analysis plans, one page each, found by the code of their protocol."""

from __future__ import annotations

from analysis.manifest import Protocol
from analysis.plan import Plan
from analysis.plans import isis_hermes
from analysis.plans.derived import derived_plan

DECLARED = {plan.protocol: plan for plan in (isis_hermes.PLAN,)}


def plan_for(protocol: Protocol) -> Plan:
    """The declared plan of a protocol; where none is declared, a plan derived from the protocol."""
    declared = DECLARED.get(protocol.code)
    return derived_plan(protocol) if declared is None else declared


def is_declared(plan: Plan) -> bool:
    """Whether a plan stands on a page of its own."""
    return DECLARED.get(plan.protocol) == plan
