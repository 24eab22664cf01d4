"""From a batch to its participant and back, the whole chain in one query each way.

Regulation (EC) No 1394/2007, Article 15, asks for this link; ``trial.retention`` says for how
long. Both functions tell an arm and take the reader.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import User
from randomization.models import (
    Disposal,
    Infusion,
    Passage,
    Product,
    Release,
    ReleaseResult,
    VitalSigns,
)
from trial import access
from trial.access import NotDelegated, Permission
from trial.models import Participant


def trace(number: str, user: User) -> Product | None:
    """The batch with this number, or grown from the sample with it, and its whole chain.

    On the row: ``aspiration.participant.site``, ``release.released_by``, ``release.agreement``,
    ``infusion``; as lists of facts ``passed``, ``tested``, ``vital_signs`` and ``disposed``.
    None where it is unknown, or of a site where this person may not know arms.

    Raises:
        NotDelegated: this person may know no arm anywhere.
    """
    wanted = number.strip().upper()
    return _traced(user).filter(Q(batch=wanted) | Q(aspiration__sample=wanted)).first()


def chains(participant: Participant, user: User) -> list[Product]:
    """Every batch grown for a participant with its whole chain, as ``trace`` gives it.

    Raises:
        NotDelegated: this person may not know it.
    """
    if not access.may_know_arms(user, site=participant.site):
        raise NotDelegated
    return list(_traced(user).filter(aspiration__participant=participant))


def _traced(user: User) -> QuerySet[Product]:
    if not access.may(user, Permission.KNOW_ARMS):
        raise NotDelegated
    return (
        Product.objects.filter(
            aspiration__participant__site__in=access.sites_of(user, Permission.KNOW_ARMS)
        )
        .select_related(
            "aspiration__participant__site",
            "release__released_by",
            "release__agreement__agreed_by",
            "infusion",
        )
        .annotate(
            passed=_facts(Passage, "product", "number", "passed_on", "cells_millions"),
            tested=_facts(ReleaseResult, "product", "test", "number", "reading", "tested_on"),
            disposed=_facts(Disposal, "product", "what", "how", "reason", "disposed_on"),
            vital_signs=_facts(VitalSigns, "infusion__product", "point", "pulse", "systolic"),
        )
        .order_by("pk")
    )


def _facts(model: type[Any], path: str, *names: str) -> ArraySubquery:
    rows = model.objects.filter(**{path: OuterRef("pk")}).order_by("pk")
    return ArraySubquery(rows.values(found=JSONObject(**{name: name for name in names})))


def last_use_unblinded() -> date | None:
    """The last day on which a batch expired or was given; None while there is none.

    It asks nobody who reads: it names no participant and no batch, and serves the retention
    period alone.
    """
    expiry = Release.objects.aggregate(last=Max("expires_at"))["last"]
    given = Infusion.objects.aggregate(last=Max("infused_on"))["last"]
    return max((day for day in (expiry and expiry.date(), given) if day), default=None)
