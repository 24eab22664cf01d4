"""The treatment of one participant, step by step, as one person may see it and act on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from accounts.models import User
from randomization import selectors
from randomization.models import Aspiration, Infusion, NotTreated, Product
from trial import access, protocol
from trial.access import Permission
from trial.clock import day_at
from trial.models import Participant
from trial.templatetags.hermes import day

Fact = tuple[str, object]
Link = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One step of the treatment: its state in a word and a shape, what is known, what to do."""

    title: str
    state: str
    label: str
    entries: Sequence[Sequence[Fact]] = ()
    links: Sequence[Link] = ()


def treatment_steps(participant: Participant, user: User, at: datetime) -> list[Step]:
    """The treatment of a participant from the allocation on, for somebody who may know the arm.

    Raises:
        NotDelegated: this person may not know it.
    """
    arm = selectors.allocated_arm(participant, user)
    if arm is None:
        return []
    plan = protocol.current().arm(arm)
    allocated: list[Fact] = [("Arm", plan.label), ("Day", day(participant.randomized_on))]
    steps = [Step("Allocation", "complete", "Allocated", [allocated])]
    if plan.product:
        steps += _Chain(participant, user, at).steps()
    return steps


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


class _Chain:
    """The steps from marrow to infusion of one participant, as one person may see and act on."""

    def __init__(self, participant: Participant, user: User, at: datetime) -> None:
        self.participant = participant
        self.today = day_at(at, participant.site)
        self.handles = access.may(user, Permission.HANDLE_PRODUCT, site=participant.site, at=at)
        self.infuses = access.may(user, Permission.INFUSE, site=participant.site, at=at)
        self.aspirations = list(Aspiration.objects.filter(participant=participant))
        self.products = list(
            Product.objects.filter(aspiration__participant=participant).select_related(
                "aspiration", "release__released_by"
            )
        )
        self.infusion = (
            Infusion.objects.filter(participant=participant).select_related("product").first()
        )
        self.not_treated = NotTreated.objects.filter(participant=participant).first()
        self.over = self.infusion is not None or self.not_treated is not None

    def steps(self) -> list[Step]:
        """Aspiration, product, release, infusion."""
        return [self._aspiration(), self._product(), self._release(), self._infusion()]

    def _link(self, may: bool, route: str, words: str, *more: str) -> list[Link]:
        if not may or self.over:
            return []
        return [(reverse(route, args=(self.participant.code, *more)), words)]

    def _waiting(self, done: bool, open_now: bool) -> tuple[str, str]:
        if done:
            return "complete", "Recorded"
        if self.over:
            return "not_done", "Not done"
        return ("due", "Due") if open_now else ("planned", "Later")

    def _aspiration(self) -> Step:
        state, label = self._waiting(bool(self.aspirations), open_now=True)
        words = "Record another aspiration" if self.aspirations else "Record the aspiration"
        entries: list[list[Fact]] = [
            [
                ("Sample", row.sample),
                ("Day", day(row.aspirated_on)),
                ("Side", row.get_side_display()),
                ("Anaesthesia", row.get_anaesthesia_display()),
                ("Volume", f"{row.volume_ml} mL"),
                ("Enough for a culture", "yes" if row.sufficient else "no"),
                ("Complications", row.complications or "none recorded"),
            ]
            for row in self.aspirations
        ]
        links = self._link(self.handles, "aspiration", words)
        return Step("Marrow aspiration", state, label, entries, links)

    def _product(self) -> Step:
        enough = any(row.sufficient for row in self.aspirations)
        state, label = self._waiting(bool(self.products), open_now=enough)
        links = self._link(self.handles and enough, "product", "Record a batch")
        entries = [product_facts(product) for product in self.products]
        return Step("Cell product", state, label, entries, links)

    def _release(self) -> Step:
        decided = [row for row in self.products if hasattr(row, "release")]
        waiting = [row for row in self.products if not hasattr(row, "release")]
        state, label = self._waiting(bool(decided) and not waiting, open_now=bool(waiting))
        entries: list[list[Fact]] = []
        for row in decided:
            release = row.release
            why = reason_words(release.reason)
            entries.append(
                [
                    ("Batch", row.batch),
                    ("Decision", release.get_decision_display()),
                    *([("Reason", why)] if why else []),
                    ("Day", day(release.decided_on)),
                    ("By", release.released_by.full_name),
                ]
            )
        links = [
            link
            for row in waiting
            for link in self._link(self.handles, "product", f"Decide on {row.batch}", row.batch)
        ]
        return Step("Release", state, label, entries, links)

    def _infusion(self) -> Step:
        if self.infusion is not None:
            return Step("Infusion", "complete", "Infused", [_infusion_facts(self.infusion)])
        if self.not_treated is not None:
            facts = _not_treated_facts(self.not_treated)
            return Step("Infusion", "not_done", "Not treated", [facts])
        released = any(
            hasattr(row, "release") and row.release.decision == "released" for row in self.products
        )
        last = last_infusion_day(self.participant)
        late = last is not None and self.today > last
        state, label = ("late", "Too late") if late else self._waiting(False, open_now=released)
        links = [
            *self._link(self.infuses and released, "infusion", "Record the infusion"),
            *self._link(self.infuses, "not-treated", "Say why no cells are given"),
        ]
        return Step("Infusion", state, label, [[("Last day", day(last))]], links)


def _infusion_facts(row: Infusion) -> list[Fact]:
    times = [f"{moment:%H:%M}" if moment else "—" for moment in (row.started_at, row.ended_at)]
    return [
        ("Batch", row.product.batch),
        ("Day", day(row.infused_on)),
        ("From – to", " – ".join(times)),
        ("Cells given", f"{row.cells_millions} × 10⁶"),
        ("Viability", f"{row.viability_percent} %"),
        ("Volume", f"{row.volume_ml} mL"),
        ("Whole dose", "yes" if row.complete else f"no: {row.interruption}"),
    ]


def _not_treated_facts(row: NotTreated) -> list[Fact]:
    return [
        ("Reason", reason_words(row.reason)),
        ("Note", row.note or None),
        ("Decided on", day(row.decided_on)),
    ]
