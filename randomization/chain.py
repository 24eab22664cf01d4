"""The treatment of one participant, step by step, as one person may see it and act on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from randomization import selectors
from randomization.facts import (
    Fact,
    infusion_facts,
    last_infusion_day,
    not_treated_facts,
    product_facts,
    release_facts,
    test_facts,
)
from randomization.models import (
    Aspiration,
    Disposal,
    Infusion,
    NotTreated,
    Passage,
    Product,
    VitalSigns,
)
from randomization.release_tests import PASSED, agreed, findings, holds
from trial import access, protocol
from trial.access import Permission
from trial.clock import day_at
from trial.models import Participant
from trial.templatetags.hermes import day

Link = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One step of the treatment: its state in a word and a shape, what is known, what to do.

    ``main`` is what this person does next here, ``links`` what else can be done, ``posts`` what is
    done by a press without a page; ``alarms`` are sentences nobody may overlook.
    """

    title: str
    state: str
    label: str
    entries: Sequence[Sequence[Fact]] = ()
    main: Link | None = None
    links: Sequence[Link] = ()
    posts: Sequence[Link] = ()
    alarms: Sequence[str] = ()


def next_act(steps: Sequence[Step]) -> Link | None:
    """What this person does next: of the furthest step that waits for them."""
    return next((step.main for step in reversed(steps) if step.main), None)


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


class _Chain:
    """The steps from marrow to infusion of one participant, as one person may see and act on."""

    def __init__(self, participant: Participant, user: User, at: datetime) -> None:
        self.participant = participant
        self.at = at
        self.today = day_at(at, participant.site)
        site = participant.site
        self.handles = access.may(user, Permission.HANDLE_PRODUCT, site=site, at=at)
        self.infuses = access.may(user, Permission.INFUSE, site=site, at=at)
        self.agrees = access.may(user, Permission.SIGN, site=site, at=at)
        self.aspirations = list(Aspiration.objects.filter(participant=participant))
        self.products = _products(participant)
        self.infusion = (
            Infusion.objects.filter(participant=participant)
            .select_related("product")
            .prefetch_related("vitals")
            .first()
        )
        self.not_treated = NotTreated.objects.filter(participant=participant).first()
        self.over = self.infusion is not None or self.not_treated is not None

    def steps(self) -> list[Step]:
        """Aspiration, then for each batch its culture, tests and release, then the infusion."""
        batches = [step for product in self.products for step in self._batch(product)]
        if not batches:
            state, label = self._waiting(False, any(row.sufficient for row in self.aspirations))
            batches = [Step("Culture", state, label, main=self._start(bool(self.aspirations)))]
        return [self._aspiration(), *batches, self._infusion(), *self._vitals()]

    def _address(self, route: str, *more: str) -> str:
        return reverse(route, args=(self.participant.code, *more))

    def _waiting(self, done: bool, open_now: bool) -> tuple[str, str]:
        if done:
            return "complete", "Recorded"
        if self.over:
            return "not_done", "Not done"
        return ("due", "Due") if open_now else ("planned", "Later")

    def _start(self, has_marrow: bool) -> Link | None:
        enough = has_marrow and any(row.sufficient for row in self.aspirations)
        if not self.handles or self.over or not enough:
            return None
        return self._address("product"), "Start a culture"

    def _aspiration(self) -> Step:
        state, label = self._waiting(bool(self.aspirations), open_now=True)
        enough = any(row.sufficient for row in self.aspirations)
        act = (self._address("aspiration"), "Record the aspiration")
        again = (self._address("aspiration"), "Record another aspiration")
        may = self.handles and not self.over
        links = [again] if may and self.aspirations else []
        if self.handles:
            links += [
                (self._address("aspiration-correction", row.sample), f"Correct {row.sample}")
                for row in self.aspirations
            ]
        entries = [_aspiration_facts(row) for row in self.aspirations]
        main = act if may and not self.aspirations else None
        if may and self.aspirations and not enough:
            main, links = again, links[1:]
        return Step("Marrow aspiration", state, label, entries, main, links)

    def _batch(self, product: Product) -> list[Step]:
        if hasattr(product, "release") and product.release.decision == "failed":
            return [self._culture(product), self._release(product)]
        return [self._culture(product), self._tests(product), self._release(product)]

    def _culture(self, product: Product) -> Step:
        growing = not self.over and product.harvested_on is None and not hasattr(product, "release")
        here = product.batch
        links: list[Link] = []
        main: Link | None = None
        if self.handles and growing:
            main = (self._address("product-harvest", here), f"Record the harvest of {here}")
            links = [
                (self._address("product-passage", here), "Record a passage"),
                (self._address("product-fail", here), f"Fail {here}"),
            ]
        if self.handles:
            links.append((self._address("product-correction", here), f"Correct {here}"))
            start = self._start(bool(self.aspirations))
            if start and product is self.products[-1]:
                links.append((start[0], "Start another culture"))
        state, label = ("due", "Growing") if growing else ("complete", "Harvested")
        if product.harvested_on is None and not growing:
            state, label = "not_done", "Never harvested"
        entries = [product_facts(product), *map(_passage_facts, product.passage_rows.all())]
        return Step(f"Culture of {here}", state, label, entries, main, links)

    def _tests(self, product: Product) -> Step:
        judged = findings(product)
        waiting = [one for one in judged if one.state in {"missing", "pending"}]
        outside = [one for one in judged if one.state == "outside"]
        harvested = product.harvested_on is not None
        state, label = ("complete", "All passed")
        if waiting:
            count = f"{len(judged) - len(waiting)} of {len(judged)} there"
            state, label = ("due", count) if harvested else ("planned", "Later")
        if outside:
            state, label = "outside_window", "Outside the limits"
        address = self._address("product-tests", product.batch)
        open_now = self.handles and not self.over and not _gone(product)
        main = (address, f"Enter results of {product.batch}")
        links = [(address, "Correct a result")] if open_now and not waiting else []
        return Step(
            f"Release tests of {product.batch}",
            state,
            label,
            [test_facts(product)],
            main if open_now and harvested and waiting else None,
            links,
            alarms=[f"{product.batch}: {one.against}" for one in outside],
        )

    def _release(self, product: Product) -> Step:
        release = getattr(product, "release", None)
        alarms = []
        if release is None or not (release.decision == "failed" or holds(release)):
            if release is not None:
                alarms = [f"{product.batch} was changed since its release was signed."]
            return self._to_release(product, alarms)
        here = product.batch
        title = f"Release of {here}"
        links, posts, main = self._disposing(product), [], None
        state, label = "complete", release.get_decision_display()
        if release.decision == "released" and self.handles and not _gone(product):
            posts = [(self._address("product-label", here), "Print the label (PDF)")]
        if release.out_of_specification:
            state, label = "outside_window", "Released out of specification"
            alarms = [f"{here} is OUT OF SPECIFICATION: {release.justification}"]
            if not agreed(release):
                alarms.append(f"{here} waits for the treating physician's agreement.")
                main = (self._address("product-agreement", here), f"Read and agree to {here}")
                posts = []
        if release.decision == "failed":
            state, label = "not_done", "Failed"
        entries = [release_facts(product), *map(_disposal_facts, product.disposals.all())]
        main = main if self.agrees and not self.over else None
        return Step(title, state, label, entries, main, links, posts, alarms)

    def _to_release(self, product: Product, alarms: list[str]) -> Step:
        judged = findings(product)
        here, ready = product.batch, product.harvested_on is not None
        results = ready and all(one.state != "missing" for one in judged)
        passed = results and all(one.state == PASSED for one in judged)
        main: Link | None = None
        links: list[Link] = []
        if self.handles and not self.over and not _gone(product):
            if passed:
                main = (self._address("product-release", here), f"Read and release {here}")
            elif results:
                words = f"Release {here} out of specification"
                links.append((self._address("product-exception", here), words))
            if ready and not hasattr(product, "release"):
                links.append((self._address("product-fail", here), f"Fail {here}"))
        state, label = self._waiting(False, open_now=results)
        links += self._disposing(product)
        entries = [*map(_disposal_facts, product.disposals.all())]
        return Step(f"Release of {here}", state, label, entries, main, links, alarms=alarms)

    def _disposing(self, product: Product) -> list[Link]:
        if not self.handles or product.disposals.all():
            return []
        return [(self._address("product-disposal", product.batch), "Record its destruction")]

    def _infusion(self) -> Step:
        fix = [(self._address("infusion-correction"), "Correct the infusion")]
        if self.infusion is not None:
            facts = infusion_facts(self.infusion)
            why = self.infusion.justification
            alarms = [f"Infused outside the limits of the protocol: {why}"] if why else []
            state, label = (
                ("outside_window", "Outside the limits") if why else ("complete", "Infused")
            )
            links = fix if self.infuses else []
            return Step("Infusion", state, label, [facts], links=links, alarms=alarms)
        if self.not_treated is not None:
            return Step(
                "Infusion", "not_done", "Not treated", [not_treated_facts(self.not_treated)]
            )
        ready = any(map(self._may_be_given, self.products))
        last = last_infusion_day(self.participant)
        late = last is not None and self.today > last
        state, label = ("late", "Too late") if late else self._waiting(False, open_now=ready)
        main = (self._address("infusion"), "Record the infusion")
        links = [(self._address("not-treated"), "Say why no cells are given")]
        return Step(
            "Infusion",
            state,
            label,
            [[("Last day", day(last))]],
            main if self.infuses and ready else None,
            links if self.infuses else [],
        )

    def _may_be_given(self, product: Product) -> bool:
        release = getattr(product, "release", None)
        return (
            release is not None
            and release.decision == "released"
            and agreed(release)
            and not _gone(product)
        )

    def _vitals(self) -> list[Step]:
        plan = protocol.current().product
        if self.infusion is None or plan is None:
            return []
        known = {row.point: row for row in self.infusion.vitals.all()}
        waiting = [one for one in plan.vital_times if one.code not in known]
        entries = [
            [("Time", one.label), *_vital_facts(known[one.code])]
            for one in plan.vital_times
            if one.code in known
        ]
        main = None
        if waiting and self.infuses:
            first = waiting[0]
            words = f"Record vital signs, {first.label.lower()}"
            main = (self._address("infusion-vitals", first.code), words)
        links = [
            (self._address("infusion-vitals", one.code), one.label)
            for one in waiting[1:]
            if self.infuses
        ]
        state = "due" if waiting else "complete"
        label = f"{len(known)} of {len(plan.vital_times)} times"
        return [Step("Vital signs", state, label, entries, main, links)]


def _products(participant: Participant) -> list[Product]:
    found = list(
        Product.objects.filter(aspiration__participant=participant)
        .select_related("aspiration", "release__released_by", "release__agreement__agreed_by")
        .prefetch_related("results", "passage_rows", "disposals")
    )
    for product in found:
        product.aspiration.participant = participant
        if hasattr(product, "release"):
            product.release.product = product
    return found


def _gone(product: Product) -> bool:
    return any(row.what == "whole" for row in product.disposals.all())


def _aspiration_facts(row: Aspiration) -> list[Fact]:
    return [
        ("Sample", row.sample),
        ("Day", day(row.aspirated_on)),
        ("Side", row.get_side_display()),
        ("Anaesthesia", row.get_anaesthesia_display()),
        ("Volume", f"{row.volume_ml} mL"),
        ("Enough for a culture", "yes" if row.sufficient else "no"),
        ("Complications", row.complications or "none recorded"),
    ]


def _passage_facts(row: Passage) -> list[Fact]:
    counted = None if row.cells_millions is None else f"{row.cells_millions} × 10⁶"
    return [
        (f"Passage {row.number}", day(row.passed_on)),
        ("Cells", counted),
        *([("Note", row.note)] if row.note else []),
    ]


def _disposal_facts(row: Disposal) -> list[Fact]:
    return [
        (row.get_how_display(), day(row.disposed_on)),
        ("What", row.get_what_display()),
        ("Why", row.reason),
    ]


def _vital_facts(row: VitalSigns) -> list[Fact]:
    return [
        ("At", f"{row.taken_at:%H:%M}"),
        ("Pulse", f"{row.pulse} per minute"),
        ("Blood pressure", f"{row.systolic}/{row.diastolic} mmHg"),
        ("Temperature", f"{row.temperature} °C"),
        ("Oxygen saturation", f"{row.saturation} %"),
    ]
