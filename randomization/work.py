"""What the cell-therapy unit and the ward owe, on their home pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from randomization import selectors
from randomization.facts import last_infusion_day
from randomization.models import Product
from trial import access, protocol
from trial.access import Permission
from trial.margin import Margin, Task, WorkList
from trial.models import Participant
from trial.protocol import PENDING
from trial.templatetags.hermes import day

OPEN = Q(
    aspiration__participant__infusion__isnull=True,
    aspiration__participant__not_treated__isnull=True,
)


def to_aspirate(user: User) -> QuerySet[Participant]:
    """Participants allocated to cells whose marrow is awaited, the most urgent first."""
    plan = protocol.current()
    given = [
        row.participant for row in selectors.allocation_rows(user) if plan.arm(row.arm).product
    ]
    return (
        Participant.objects.filter(
            code__in=given,
            infusion__isnull=True,
            not_treated__isnull=True,
            site__in=access.sites_of(user, Permission.HANDLE_PRODUCT),
        )
        .exclude(aspirations__sufficient=True)
        .select_related("site")
        .order_by("index_on", "pk")
    )


def _batches(user: User, permission: Permission) -> QuerySet[Product]:
    return (
        Product.objects.filter(
            OPEN, aspiration__participant__site__in=access.sites_of(user, permission)
        )
        .exclude(disposals__what="whole")
        .select_related("aspiration__participant__site", "release")
        .order_by("aspiration__participant__index_on", "pk")
    )


def to_test(user: User) -> QuerySet[Product]:
    """Harvested batches without all their results."""
    found = Count("results", filter=~Q(results__reading=PENDING), distinct=True)
    plan = protocol.current().product
    tests = len(plan.tests) if plan else 0
    rows = _batches(user, Permission.HANDLE_PRODUCT).annotate(known=found)
    return rows.filter(harvested_on__isnull=False, release__isnull=True, known__lt=tests)


def to_release(user: User) -> QuerySet[Product]:
    """Batches whose results are all there and that nobody decided on."""
    found = Count("results", filter=~Q(results__reading=PENDING), distinct=True)
    plan = protocol.current().product
    tests = len(plan.tests) if plan else 0
    rows = _batches(user, Permission.HANDLE_PRODUCT).annotate(known=found)
    return rows.filter(harvested_on__isnull=False, release__isnull=True, known=tests)


def to_agree(user: User) -> QuerySet[Product]:
    """Batches released out of specification that wait for the physician."""
    rows = _batches(user, Permission.SIGN)
    return rows.filter(release__out_of_specification=True, release__agreement__isnull=True)


def to_infuse(user: User) -> QuerySet[Product]:
    """Released batches that wait to be given."""
    rows = _batches(user, Permission.INFUSE).filter(release__decision="released")
    agreed = Q(release__out_of_specification=False) | Q(release__agreement__isnull=False)
    return rows.filter(agreed)


def _note(participant: Participant) -> str:
    return f"last infusion day {day(last_infusion_day(participant))}"


def _state(participant: Participant, today: date) -> str:
    last = last_infusion_day(participant)
    return "late" if last is not None and today > last else "due"


def _task(participant: Participant, today: date, what: str, href: str, action: str) -> Task:
    state = _state(participant, today)
    return Task(state, participant.code, "", what, _note(participant), href, action)


def _aspirations(user: User, today: date, limit: int) -> Sequence[Task]:
    return [
        _task(
            one,
            today,
            "Marrow aspiration",
            reverse("aspiration", args=[one.code]),
            "Record the aspiration",
        )
        for one in to_aspirate(user)[:limit]
    ]


def _of_batches(
    find: Callable[[User], QuerySet[Product]], what: str, route: str, action: str
) -> Callable[[User, date, int], Sequence[Task]]:
    def tasks(user: User, today: date, limit: int) -> Sequence[Task]:
        return [_batch_task(one, today, what, route, action) for one in find(user)[:limit]]

    return tasks


def _batch_task(product: Product, today: date, what: str, route: str, action: str) -> Task:
    participant = product.aspiration.participant
    place: Iterable[str] = [participant.code]
    if route.startswith("product-"):
        place = [participant.code, product.batch]
    return _task(
        participant, today, f"{what} {product.batch}", reverse(route, args=[*place]), action
    )


def _counted(
    find: Callable[[User], QuerySet[Product]] | Callable[[User], QuerySet[Participant]],
    permission: Permission,
) -> Callable[[User, date], int | None]:
    def count(user: User, _today: date) -> int | None:
        may = access.may(user, permission) and access.may(user, Permission.KNOW_ARMS)
        if not may or protocol.current().product is None:
            return None
        return find(user).count()

    return count


MARGIN = Margin(
    lists=(
        WorkList(
            "aspirations",
            "due",
            "Aspirations expected",
            _counted(to_aspirate, Permission.HANDLE_PRODUCT),
            _aspirations,
        ),
        WorkList(
            "tests",
            "due",
            "Release tests pending",
            _counted(to_test, Permission.HANDLE_PRODUCT),
            _of_batches(to_test, "Release tests of", "product-tests", "Enter results"),
        ),
        WorkList(
            "releases",
            "due",
            "Batches to decide on",
            _counted(to_release, Permission.HANDLE_PRODUCT),
            _of_batches(to_release, "Release of", "treatment", "Read and decide"),
        ),
        WorkList(
            "agreements",
            "outside_window",
            "Batches to agree to",
            _counted(to_agree, Permission.SIGN),
            _of_batches(to_agree, "Out of specification:", "product-agreement", "Read and agree"),
        ),
        WorkList(
            "infusions",
            "due",
            "Infusions due",
            _counted(to_infuse, Permission.INFUSE),
            _of_batches(to_infuse, "Infusion of", "treatment", "Open the treatment"),
        ),
    )
)
