"""A batch or sample number found, and how far the participants came."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from randomization import facts
from randomization.feasibility import feasibility
from randomization.models import Product
from randomization.tracing import trace
from trial import protocol
from trial.templatetags.hermes import day
from trial.web import StaffRequest


def cells(request: StaffRequest) -> HttpResponse:
    """Search by batch or sample number, and the flow from allocation to infusion."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:30]
    found = trace(asked, request.user) if asked else None
    context = {
        "asked": asked,
        "found": found,
        "chain": _chain(found) if found else [],
        "alarms": _alarms(found) if found else [],
        "flow": feasibility(request.user),
    }
    return render(request, "randomization/cells.html", context)


def _chain(product: Product) -> list[list[facts.Fact]]:
    aspiration = product.aspiration
    entries: list[list[facts.Fact]] = [
        [
            ("Participant", aspiration.participant.code),
            ("Site", aspiration.participant.site.name),
            ("Sample", aspiration.sample),
            ("Aspirated on", day(aspiration.aspirated_on)),
        ],
        facts.product_facts(product),
        [(_label(row["test"]), _reading(row)) for row in vars(product)["tested"]],
        facts.release_facts(product),
    ]
    if hasattr(product, "infusion"):
        entries.append(facts.infusion_facts(product.infusion))
    entries += [
        [(row["how"].capitalize(), day(row["disposed_on"])), ("Why", row["reason"])]
        for row in vars(product)["disposed"]
    ]
    return [entry for entry in entries if entry]


def _label(code: str) -> str:
    plan = protocol.current().product
    return {test.code: test.label for test in plan.tests}.get(code, code) if plan else code


def _reading(row: dict[str, object]) -> str:
    value = row["reading"] if row["number"] is None else f"{row['number']:g}"
    return f"{value}, {day(row['tested_on'])}"


def _alarms(product: Product) -> list[str]:
    release = getattr(product, "release", None)
    if release is None or not release.out_of_specification:
        return []
    return [f"{product.batch} is OUT OF SPECIFICATION: {release.justification}"]
