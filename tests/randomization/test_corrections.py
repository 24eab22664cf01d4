"""What was recorded wrong is put right: with a reason, in the trail, and never under a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Event
from randomization import services
from randomization.errors import Impossible, OutOfLimits
from randomization.models import Aspiration, Infusion, Product
from tests.locking import lock
from tests.people import People
from tests.randomization.builders import (
    LATER,
    aspirated,
    grown,
    infused,
    lacking,
    randomized,
    ready,
)
from trial.access import NotDelegated, Permission
from trial.errors import Locked, ReasonRequired, WrongDate, WrongState

Change = Callable[..., Any]
WHY = "Read from the wrong line"
FACTS: dict[str, dict[str, Any]] = {
    "aspiration": {"volume_ml": Decimal("40.0")},
    "product": {"batch": "b-009"},
    "infusion": {"cells_millions": Decimal("98.0")},
}


@pytest.fixture
def changes(people: People) -> dict[str, Change]:
    """A correction of each of the three rows of somebody infused, as its act."""
    participant, product = ready(people)
    infusion = infused(participant, product, people)

    def change(name: str) -> Change:
        row = {"aspiration": product.aspiration, "product": product, "infusion": infusion}[name]
        act = getattr(services, f"correct_{name}")
        actor = people.nils if name == "infusion" else people.tess

        def corrected(**given: Any) -> Any:
            facts = given.pop("facts", FACTS[name])
            usual = {name: row, "reason": WHY, "actor": actor, "at": LATER}
            return act(**(usual | given), **facts)

        return corrected

    return {name: change(name) for name in FACTS}


@pytest.mark.requirement("R-016")
def test_a_correction_is_kept_with_its_reason_and_the_value_before(
    changes: dict[str, Change],
) -> None:
    for name in ("infusion", "aspiration", "product"):
        row = changes[name]()
        newest, oldest = row.history.latest(), row.history.earliest()
        field = next(iter(FACTS[name]))
        assert newest.history_change_reason == WHY
        assert getattr(newest, field) != getattr(oldest, field)
        assert Event.objects.get(name=f"{name}.corrected").reveals_arm


def test_a_correction_without_a_reason_or_a_difference_is_refused(
    changes: dict[str, Change],
) -> None:
    for change in changes.values():
        with pytest.raises(ReasonRequired):
            change(reason=" ")
        with pytest.raises(WrongState, match="Nothing was changed"):
            change(facts={})


def test_a_correction_is_for_its_role_at_its_site_and_not_under_a_lock(
    people: People, changes: dict[str, Change]
) -> None:
    for name, change in changes.items():
        wanted = Permission.INFUSE if name == "infusion" else Permission.HANDLE_PRODUCT
        for user in [*lacking(wanted, people), people.carl]:
            with pytest.raises(NotDelegated):
                change(actor=user)
    lock(people.dora, participant=Infusion.objects.get().participant)
    for change in changes.values():
        with pytest.raises(Locked):
            change()


def test_the_day_of_an_infusion_moves_the_visits_counted_from_it(
    people: People, changes: dict[str, Change]
) -> None:
    product = Product.objects.get()
    changes["infusion"](facts={"infused_on": date(2026, 3, 5), "started_at": time(7, 10),
                               "ended_at": time(7, 55)})  # fmt: skip
    visit = product.infusion.participant.visits.get(code="INF7")
    assert visit.planned_on == date(2026, 3, 5) + timedelta(days=7)
    assert visit.history.latest().history_change_reason == WHY


WRONG: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("aspiration", {"aspirated_on": date(2026, 2, 1)}, WrongDate, "before the randomization"),
    ("aspiration", {"aspirated_on": date(2026, 2, 8)}, WrongDate, "started from it before"),
    ("aspiration", {"sufficient": False}, WrongState, "it was enough"),
    ("aspiration", {"sample": "?"}, Impossible, "3 to 30 capitals"),
    ("product", {"dose_millions": 200}, OutOfLimits, "100 or 300"),
    ("product", {"harvested_on": date(2026, 2, 1)}, WrongDate, "before the start"),
    ("product", {"viability_percent": None}, Impossible, "or none of them"),
    ("infusion", {"volume_ml": Decimal(120)}, OutOfLimits, "100 mL at most"),
    ("infusion", {"infused_on": date(2026, 3, 6)}, WrongState, "expired"),
    ("infusion", {"infused_on": date(2026, 3, 3)}, WrongDate, "before the release"),
    ("infusion", {"complete": False}, Impossible, "whole dose"),
]


def test_a_correction_keeps_every_rule(changes: dict[str, Change]) -> None:
    for name, facts, error, words in WRONG:
        with pytest.raises(error, match=words):
            changes[name](facts=facts)


def test_a_number_of_somebody_elses_is_refused(people: People) -> None:
    marrow = aspirated(randomized(people), people)
    first, _ = grown(marrow, people), grown(marrow, people, batch="B-002")
    with pytest.raises(Impossible, match="this batch number"):
        services.correct_product(
            product=first, batch="B-002", reason=WHY, actor=people.tess, at=LATER
        )
    assert Aspiration.objects.count() == 1
