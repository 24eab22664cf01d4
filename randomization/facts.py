"""Facts of the treatment in words, as pages show them."""

from __future__ import annotations

from datetime import date, timedelta

from randomization.models import Agreement, Infusion, NotTreated, Product, Release
from randomization.release_tests import findings
from trial import protocol
from trial.models import Participant
from trial.templatetags.hermes import day, local_time

Fact = tuple[str, object]


def product_facts(product: Product) -> list[Fact]:
    """A batch, as the release page and the treatment page show it."""
    return [
        ("Batch", product.batch),
        ("Grown from", product.aspiration.sample),
        ("Dose ordered", f"{product.dose_millions} × 10⁶ cells"),
        ("Culture", f"{day(product.culture_started_on)} to {day(product.harvested_on)}"),
        ("Passages", product.passages),
        ("Harvest", None if product.cells_millions is None else f"{product.cells_millions} × 10⁶"),
        (
            "Viability",
            None if product.viability_percent is None else f"{product.viability_percent} %",
        ),
    ]


def last_infusion_day(participant: Participant) -> date | None:
    """The protocol's last day for the infusion; None without a product."""
    plan = protocol.current().product
    return None if plan is None else participant.index_on + timedelta(days=plan.latest_day)


def test_facts(product: Product) -> list[Fact]:
    """Each release test: its result, its limits, and whether it is passed."""
    return [
        (one.test.label, f"{one.result or 'no result'}; limit {one.limits}: {one.state}")
        for one in findings(product)
    ]


def release_facts(product: Product) -> list[Fact]:
    """The decision on a batch; nothing before it."""
    release: Release | None = getattr(product, "release", None)
    if release is None:
        return []
    facts: list[Fact] = [("Batch", product.batch), ("Decision", release.get_decision_display())]
    if release.reason:
        facts.append(("Reason", reason_words(release.reason)))
    facts += [("Day", day(release.decided_on)), ("By", release.released_by.full_name)]
    if release.signed_at is not None:
        site = product.aspiration.participant.site
        facts.append(("Signed", local_time(release.signed_at, site)))
        facts.append(("Use before", local_time(release.expires_at, site)))
    if release.out_of_specification:
        agreement: Agreement | None = getattr(release, "agreement", None)
        facts.append(("Out of specification, because", release.justification))
        facts.append(("Agreed by", agreement.agreed_by.full_name if agreement else "nobody yet"))
    return facts


def infusion_times(infusion: Infusion) -> list[Fact]:
    """When an infusion ran."""
    return [("Infused on", day(infusion.infused_on)), ("From – to", _from_to(infusion))]


def _from_to(row: Infusion) -> str:
    return " – ".join(f"{one:%H:%M}" if one else "—" for one in (row.started_at, row.ended_at))


def infusion_limits(participant: Participant) -> list[Fact]:
    """The protocol's limits for an infusion, in words."""
    plan = protocol.current().product
    if plan is None:
        return []
    return [
        ("Last day", day(last_infusion_day(participant))),
        ("Volume", f"{plan.maximum_volume_ml} mL at most"),
        ("Viability", f"{plan.minimum_viability_percent} % or more"),
    ]


def reason_words(code: str) -> str:
    """A reason for not treating in the protocol's words."""
    return protocol.current().not_treated_reasons.get(code, code)


def infusion_facts(row: Infusion) -> list[Fact]:
    """What was given, and what was out of the protocol's limits."""
    return [
        ("Batch", row.product.batch),
        ("Day", day(row.infused_on)),
        ("From – to", _from_to(row)),
        ("Cells given", f"{row.cells_millions} × 10⁶"),
        ("Viability", f"{row.viability_percent} %"),
        ("Volume", f"{row.volume_ml} mL"),
        ("Whole dose", "yes" if row.complete else f"no: {row.interruption}"),
        *([("Outside the limits, because", row.justification)] if row.justification else []),
    ]


def not_treated_facts(row: NotTreated) -> list[Fact]:
    """Why nothing was given."""
    return [
        ("Reason", reason_words(row.reason)),
        ("Note", row.note or None),
        ("Decided on", day(row.decided_on)),
    ]
