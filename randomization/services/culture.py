"""The culture: passages, the harvest, and the results of the release tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from randomization.errors import Impossible
from randomization.models import Disposal, Passage, Product, ReleaseResult
from randomization.services.conditions import check_day, for_treatment, keep, product_plan
from trial.access import Permission
from trial.errors import ReasonRequired, WrongState
from trial.models import Participant
from trial.protocol import PENDING, ReleaseTest

Result = Decimal | str


@transaction.atomic
def record_passage(
    *,
    product: Product,
    passed_on: date,
    actor: User,
    at: datetime,
    cells_millions: Decimal | None = None,
    note: str = "",
) -> Passage:
    """Record the next passage of a culture; its number follows from those before.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: harvested, decided or destroyed already.
    """
    row, found = growing(product, actor, at)
    last = Passage.objects.filter(product=found).last()
    after = last.passed_on if last else found.culture_started_on
    what = "the passage before" if last else "the start of the culture"
    check_day(passed_on, row, at, field="passed_on", after=after, what=what)
    found.passages += 1
    passage = Passage(
        product=found,
        number=found.passages,
        passed_on=passed_on,
        cells_millions=cells_millions,
        note=note.strip(),
    )
    kept = keep(passage, "passage.recorded", row, actor, at)
    keep(found, "product.passed", row, actor, at)
    return kept


@transaction.atomic
def record_harvest(
    *,
    product: Product,
    harvested_on: date,
    cells_millions: Decimal,
    viability_percent: Decimal,
    actor: User,
    at: datetime,
) -> Product:
    """Record the harvest of a culture.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: harvested, decided or destroyed already.
    """
    row, found = growing(product, actor, at)
    last = Passage.objects.filter(product=found).last()
    after = last.passed_on if last else found.culture_started_on
    what = "the last passage" if last else "the start of the culture"
    check_day(harvested_on, row, at, field="harvested_on", after=after, what=what)
    found.harvested_on = harvested_on
    found.cells_millions = cells_millions
    found.viability_percent = viability_percent
    return keep(found, "product.harvested", row, actor, at)


@transaction.atomic
def record_results(
    *,
    product: Product,
    results: Mapping[str, Result],
    tested_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
) -> list[ReleaseResult]:
    """Record or correct results of release tests, by the code of the test; the others stay.

    A pending result is completed without a reason; any other change is a correction.

    Raises:
        NotDelegated, Locked, NoProductArm, WrongDate, Impossible: as the sentence says.
        WrongState: not harvested yet, failed, infused or destroyed.
        ReasonRequired: a result changes and nobody said why.
    """
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = locked_batch(product)
    _open_for_results(found)
    changed = _changed(found, results, reason)
    if not changed:
        raise WrongState("No result was given, or none of them changes anything.")
    since = found.culture_started_on
    check_day(tested_on, row, at, field="tested_on", after=since, what="the start of the culture")
    for result in changed:
        result.tested_on, result.entered_by = tested_on, actor
        keep(result, "release-test.recorded", row, actor, at, reason=reason)
    return changed


def locked_batch(product: Product) -> Product:
    """The batch, locked to the end of the transaction."""
    return (
        Product.objects.select_for_update(of=("self",))
        .select_related("aspiration__participant__site", "release")
        .get(pk=product.pk)
    )


def growing(product: Product, actor: User, at: datetime) -> tuple[Participant, Product]:
    """A batch still in culture, locked, and whose it is.

    Raises:
        WrongState: harvested, decided or destroyed already.
    """
    row, _ = for_treatment(product.aspiration.participant, Permission.HANDLE_PRODUCT, actor, at)
    found = locked_batch(product)
    if found.harvested_on is not None:
        raise WrongState("This batch is harvested already.", code="harvested")
    if hasattr(found, "release"):
        raise WrongState("This batch is decided already.", code="already-decided")
    refuse_disposed(found)
    return row, found


def refuse_disposed(product: Product) -> None:
    """Refuse an act on a batch that is no longer there.

    Raises:
        WrongState: the whole batch was destroyed or returned.
    """
    gone = Disposal.objects.filter(product=product, what="whole").first()
    if gone is not None:
        raise WrongState(
            f"This batch was {gone.how} on {gone.disposed_on:%-d %b %Y}.",
            code="disposed",
            field="product",
        )


def _open_for_results(product: Product) -> None:
    release = getattr(product, "release", None)
    if release is not None and release.decision == "failed":
        raise WrongState("This batch is failed already.", code="already-decided")
    if hasattr(product, "infusion"):
        raise WrongState("This batch was infused.", code="infused")
    refuse_disposed(product)


def _changed(product: Product, results: Mapping[str, Result], reason: str) -> list[ReleaseResult]:
    """The rows that are new or differ, checked against the protocol's tests."""
    plan = product_plan()
    known = {row.test: row for row in product.results.all()}
    found = []
    for code, result in results.items():
        if code not in {test.code for test in plan.tests}:
            raise Impossible("The protocol has no such release test.", code="unknown-test")
        number, reading = _judged(plan.test(code), result)
        row = known.get(code) or ReleaseResult(product=product, test=code)
        if row.pk and (row.number, row.reading) == (number, reading):
            continue
        if row.pk and row.reading != PENDING and not reason.strip():
            raise ReasonRequired(
                f"{plan.test(code).label} has a result already: say why it changes."
            )
        row.number, row.reading = number, reading
        found.append(row)
    return found


def _judged(test: ReleaseTest, result: Result) -> tuple[Decimal | None, str]:
    if test.measured != isinstance(result, Decimal):
        raise Impossible(f"{test.label} is not recorded this way.", field=test.code)
    if isinstance(result, Decimal):
        return result, ""
    if result not in {PENDING, *dict(test.readings)}:
        raise Impossible(f"Choose a result for {test.label.lower()}.", field=test.code)
    return None, result
