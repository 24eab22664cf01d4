"""Short ways to an allocated, aspirated, released or infused participant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import User
from randomization import services, vault
from randomization.models import (
    Agreement,
    Allocation,
    AllocationList,
    Aspiration,
    Disposal,
    Infusion,
    NotTreated,
    Product,
    Release,
    ReleaseResult,
    Stratum,
    VitalSigns,
)
from randomization.schemes import plan_list
from tests.builders import eligible, enrolled, saved
from tests.people import PASSWORD, People
from trial import access
from trial import services as trial_services
from trial.access import Permission
from trial.models import Participant
from trial.protocol import current
from trial.selectors import eligibility_digest

# Consent on 2 Feb, onset on 25 Jan: the last day for the infusion is 8 Mar.
EARLY = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
RELEASED_ON = date(2026, 3, 4)


def lacking(permission: Permission, people: People) -> list[User]:
    """One person of every role without this permission, and one with no role."""
    return [
        user
        for role, user in people.by_role().items()
        if permission not in access.permissions_of(role)
    ] + [people.zoe]


def seed_for(*arms: str, stratum: str = "") -> int:
    """The least seed whose list begins with these arms in a stratum (the first, if none)."""
    plan = current()
    for seed in count():
        slots = plan_list(
            plan.allocation,
            {arm.code: arm.ratio for arm in plan.arms},
            strata=[stratum or plan.strata()[0]],
            length=len(arms),
            seed=seed,
        )
        if tuple(slot.arm for slot in slots[: len(arms)]) == arms:
            return seed
    raise AssertionError


def sealed(people: People, *arms: str, length: int = 30, seed: int = 0) -> AllocationList:
    """A sealed list, beginning with the arms named."""
    return services.seal_list(
        actor=people.uma,
        at=EARLY,
        seed=seed_for(*arms) if arms else seed,
        length=length,
        purpose="simulated",
    )


def randomized(people: People, arm: str = "cells") -> Participant:
    """A participant allocated to an arm, from a list that begins with it."""
    sealed(people, arm)
    return allocate(eligible(people, at=EARLY), people)


def allocate(participant: Participant, people: People) -> Participant:
    """Randomize and read the participant again."""
    services.randomize(participant=participant, actor=people.ines, at=EARLY)
    participant.refresh_from_db()
    return participant


def on_paper(participant: Participant, people: People) -> Participant:
    """Randomized by the next envelope of ten, printed the day before and opened at eight."""
    stratum = Stratum.objects.get()
    services.print_envelopes(
        stratum=stratum.code, count=10, reason="Works on the network", password=PASSWORD,
        actor=people.uma, at=EARLY - timedelta(days=1),
    )  # fmt: skip
    used = Allocation.objects.filter(slot__stratum=stratum).count()
    services.enter_envelope(
        participant=participant, number=used + 1, opened_on=EARLY.date(), opened_time=time(8),
        actor=people.ines, at=EARLY,
    )  # fmt: skip
    return Participant.objects.get(pk=participant.pk)


def answer_all(participant: Participant, people: People, **changed: bool) -> None:
    """Every criterion answered as wanted, apart from those named."""
    answers = {
        criterion.code: changed.get(criterion.code, criterion.wanted)
        for criterion in current().criteria
        if criterion.computed is None
    }
    trial_services.answer_criteria(
        participant=participant, answers=answers, actor=people.ines, at=LATER, reason="New source"
    )


def randomized_in_three_arms(people: People) -> Participant:
    """Randomized to the high dose in the trial with three arms and no product, in GRE/severe.

    The caller has set ``HERMES_PROTOCOL``.
    """
    services.seal_list(
        actor=people.uma,
        at=EARLY,
        seed=seed_for("high", stratum="GRE/severe"),
        length=6,
        purpose="simulated",
    )
    participant = ready_in_three_arms(people)
    services.randomize(participant=participant, actor=people.ines, at=LATER)
    return Participant.objects.get(pk=participant.pk)


def ready_in_three_arms(people: People, *, severe: bool = True) -> Participant:
    """Eligible and signed under the trial with three arms, at Grenoble, severe or mild."""
    participant = enrolled(people, at=LATER)
    limbs = 4 if severe else 0
    saved(
        participant, "START", "nihss", people, at=LATER, arm_left=limbs, leg_left=limbs, sensory=2
    )
    answer_all(participant, people)
    trial_services.sign_eligibility(
        participant=participant,
        password=PASSWORD,
        seen=eligibility_digest(participant),
        actor=people.ines,
        at=LATER,
    )
    return Participant.objects.get(pk=participant.pk)


def arm_of(participant: Participant) -> str:
    """The allocated arm."""
    return vault.arm_of(Allocation.objects.get(participant=participant))


def aspirated(participant: Participant, people: People, **given: Any) -> Aspiration:
    """Marrow taken three days after the randomization."""
    facts: dict[str, Any] = {
        "participant": participant,
        "aspirated_on": date(2026, 2, 6),
        "side": "left",
        "anaesthesia": "local",
        "volume_ml": Decimal("42.5"),
        "sample": "S-001",
        "sufficient": True,
        "actor": people.tess,
        "at": LATER,
    }
    return services.record_aspiration(**(facts | given))


def grown(aspiration: Aspiration, people: People, **given: Any) -> Product:
    """A batch harvested on 27 February."""
    facts: dict[str, Any] = {
        "aspiration": aspiration,
        "batch": "B-001",
        "dose_millions": 100,
        "culture_started_on": date(2026, 2, 6),
        "harvested_on": date(2026, 2, 27),
        "cells_millions": Decimal("118.0"),
        "viability_percent": Decimal("92.5"),
        "actor": people.tess,
        "at": LATER,
    }
    return services.record_product(**(facts | given))


PASSING: dict[str, Any] = {
    "viability": Decimal("91.5"),
    "count": Decimal(102),
    "sterility": "negative",
    "endotoxin": Decimal("0.5"),
    "karyotype": "normal",
    "identity": "conforms",
}


def with_results(product: Product, people: People, **given: Any) -> list[ReleaseResult]:
    """Every release test passed, on 3 March, apart from what is given by the code of the test.

    A result of None is left out; ``actor``, ``at``, ``tested_on`` and ``reason`` go to the act.
    """
    facts: dict[str, Any] = {
        "product": product,
        "tested_on": date(2026, 3, 3),
        "actor": people.tess,
        "at": LATER,
    }
    results = {code: given.pop(code, result) for code, result in PASSING.items()}
    known = {code: result for code, result in results.items() if result is not None}
    return services.record_results(**(facts | given), results=known)


def signing(people: People, day: date = RELEASED_ON) -> dict[str, Any]:
    """Who signs a release, when, and when the cells were ready: half past seven at the site."""
    return {
        "ready_on": day,
        "ready_at": time(7, 30),
        "password": PASSWORD,
        "actor": people.tess,
        "at": datetime.combine(day, time(7), UTC),
    }


def released(product: Product, people: People, **given: Any) -> Release:
    """The batch tested and released by signature early on 4 March, or on ``day``."""
    day = given.pop("day", RELEASED_ON)
    if not product.results.exists():
        with_results(product, people)
    return services.release_product(**({"product": product} | signing(people, day) | given))


def released_outside(product: Product, people: People, **given: Any) -> Release:
    """The batch released out of specification early on 4 March; its viability is 60 %."""
    if not product.results.exists():
        with_results(product, people, viability=Decimal(60))
    facts: dict[str, Any] = {"product": product, "justification": "No second culture is possible"}
    return services.release_out_of_specification(**(facts | signing(people) | given))


def agreed(release: Release, people: People, **given: Any) -> Agreement:
    """The investigator's agreement an hour later."""
    facts: dict[str, Any] = {
        "release": release,
        "password": PASSWORD,
        "actor": people.ines,
        "at": datetime.combine(RELEASED_ON, time(8), UTC),
    }
    return services.agree_release(**(facts | given))


def failed(product: Product, people: People, **given: Any) -> Release:
    """The batch failed for poor growth on 2 March."""
    facts: dict[str, Any] = {
        "product": product,
        "reason": "poor_growth",
        "decided_on": date(2026, 3, 2),
        "actor": people.tess,
        "at": LATER,
    }
    return services.fail_product(**(facts | given))


def ready(people: People, **given: Any) -> tuple[Participant, Product]:
    """A participant allocated to cells with a released batch."""
    participant = randomized(people)
    product = grown(aspirated(participant, people), people)
    released(product, people, **given)
    return participant, product


def infused(participant: Participant, product: Product, people: People, **given: Any) -> Infusion:
    """The batch infused on 4 March."""
    facts: dict[str, Any] = {
        "participant": participant,
        "product": product,
        "infused_on": RELEASED_ON,
        "started_at": time(10, 5),
        "ended_at": time(10, 50),
        "cells_millions": Decimal("100.0"),
        "viability_percent": Decimal("91.0"),
        "volume_ml": Decimal("60.0"),
        "complete": True,
        "actor": people.nils,
        "at": LATER,
    }
    return services.record_infusion(**(facts | given))


def vital_signs(infusion: Infusion, people: People, **given: Any) -> VitalSigns:
    """Quiet vital signs at the start of the infusion."""
    facts: dict[str, Any] = {
        "infusion": infusion,
        "point": "start",
        "taken_at": time(10, 5),
        "pulse": 72,
        "systolic": 128,
        "diastolic": 80,
        "temperature": Decimal("36.8"),
        "saturation": 97,
        "actor": people.nils,
        "at": LATER,
    }
    return services.record_vitals(**(facts | given))


def disposed(product: Product, people: People, **given: Any) -> Disposal:
    """What the infusion left, destroyed on 5 March."""
    facts: dict[str, Any] = {
        "product": product,
        "what": "remainder",
        "how": "destroyed",
        "reason": "Not needed",
        "disposed_on": date(2026, 3, 5),
        "actor": people.tess,
        "at": LATER,
    }
    return services.record_disposal(**(facts | given))


def not_treated(participant: Participant, people: People, **given: Any) -> NotTreated:
    """No cells, for poor growth, decided on 4 March."""
    facts: dict[str, Any] = {
        "participant": participant,
        "reason": "poor_growth",
        "decided_on": date(2026, 3, 4),
        "actor": people.ines,
        "at": LATER,
    }
    return services.record_not_treated(**(facts | given))
