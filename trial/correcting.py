"""The correction of a saved row on the page that records one: ``?correct=`` names the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from audit.models import AuditedModel
from trial.forms.reason import Reason
from trial.services.corrections import version_of
from trial.web import StaffRequest, sent

Row = TypeVar("Row", bound=Model)


def corrected_row(request: StaffRequest, rows: QuerySet[Row]) -> Row | None:
    """The row the address asks to correct, None where it asks for none; 404 for another's."""
    key = request.GET.get("correct")
    if key is None:
        return None
    if not (key.isascii() and key.isdecimal() and len(key) < 10):
        raise Http404
    return get_object_or_404(rows, pk=key)


@dataclass(frozen=True)
class Correction:
    """What the page shows and sends of it: the version now saved, and the reason."""

    seen: int
    reason: Reason
    given: dict[str, Any]

    @classmethod
    def of(cls, request: StaffRequest, name: str, row: AuditedModel | None) -> Correction | None:
        """The correction of ``row``, told to the service as ``name``; None where there is none."""
        if row is None:
            return None
        reason = Reason(sent(request))
        made_from = request.POST.get("seen", "")
        seen = int(made_from) if made_from.isdecimal() and len(made_from) < 10 else 0
        return cls(version_of(row), reason, {name: row, "because": reason.text, "seen": seen})
