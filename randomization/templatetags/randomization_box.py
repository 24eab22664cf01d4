"""What other apps' pages may show of this app: they load a tag and hold no arm themselves."""

from __future__ import annotations

from django import template

from accounts.models import User
from randomization import presenters, selectors
from randomization.selectors import SealedList
from trial.models import Participant

register = template.Library()


@register.inclusion_tag("randomization/box.html")
def randomization_box(participant: Participant, user: User) -> dict[str, object]:
    """Allocation and treatment of a participant; nothing at all for whoever may not know."""
    return presenters.box(participant, user)


@register.inclusion_tag("randomization/commitment.html")
def list_commitment() -> dict[str, SealedList | None]:
    """The commitment of the sealed list, for everybody."""
    return {"sealed": selectors.sealed_list()}
