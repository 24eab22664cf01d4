"""An amendment that met another one: what only the other person changed is taken over."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from safety import rules
from safety.forms import AdverseEventForm
from safety.models import ITEMS, AdverseEvent
from safety.services import columns_of
from trial.merging import merge

_CRITERIA = tuple(f"criterion_{code}" for code in rules.CRITERIA)
_FIELDS = {
    **{item: (item,) for item in ITEMS if item not in (*_CRITERIA, "serious")},
    # Ticks and their consequence are one answer.
    "criteria": ("serious", *_CRITERIA),
}


def brought_together(
    form: AdverseEventForm, event: AdverseEvent, version: int
) -> tuple[AdverseEventForm, tuple[str, ...]]:
    """The refused form with what only the other person changed since ``version``, and its fields.

    What both changed stays as it was typed; the page shows both, and the next save is knowing.
    """
    now = AdverseEvent.objects.select_related("participant__site").get(pk=event.pk)
    past = event.history.filter(version=version).order_by("-history_id").first()
    before: dict[str, Any] = {} if past is None else past.instance.values()
    found = merge(before, columns_of(form.answers()), now.values(), _FIELDS)
    saved = AdverseEventForm(site=now.participant.site, event=now)
    posted = QueryDict(mutable=True)
    posted.update(form.data)
    for field in found.taken:
        for name in ("serious", "criteria") if field == "criteria" else (field,):
            posted.setlist(name, _as_posted(saved, name))
    met = AdverseEventForm(posted, site=now.participant.site, event=now)
    met.full_clean()
    met.refusal = form.refusal
    return met, found.taken


def _as_posted(form: AdverseEventForm, name: str) -> list[str]:
    value = form[name].value()
    if value in (None, ""):
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
