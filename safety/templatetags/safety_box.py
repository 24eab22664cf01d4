"""Adverse events on pages of other apps: of one participant, and the clocks on the home page."""

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
    events = selectors.events_of(participant, request.user)
    rows = presenters.rows(events, request.user, request.at)
    return {
        "participant": participant,
        "rows": rows,
        "serious": sum(row.serious for row in rows),
        "may_report": access.may(
            request.user, Permission.ENTER_SAFETY, site=participant.site, at=request.at
        ),
    }


@register.inclusion_tag("components/tallies.html", takes_context=True)
def sae_clocks(context: Context) -> dict[str, Any]:
    """How many 24-hour clocks run and how many ran out, of the events this person may see."""
    request = context["request"]
    counts = selectors.counts(request.user, request.at)
    return {"tallies": presenters.tallies(counts, clocks_only=True)}
