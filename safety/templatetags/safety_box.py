"""The adverse events of one participant, for a page of another app."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from safety import presenters, selectors
from trial import access
from trial.access import Permission
from trial.models import Participant

register = template.Library()


@register.inclusion_tag("safety/box.html", takes_context=True)
def safety_box(context: Context, participant: Participant) -> dict[str, Any]:
    """How many events, how many serious, and a link to each; the urgent first."""
    request = context["request"]
    rows = presenters.rows(selectors.events_of(participant), request.user, request.at)
    return {
        "participant": participant,
        "rows": rows,
        "serious": sum(row.serious for row in rows),
        "may_report": access.may(
            request.user, Permission.ENTER_SAFETY, site=participant.site, at=request.at
        ),
    }
