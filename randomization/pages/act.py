"""What the pages of the treatment have in common: whom they find, and how an act ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from randomization import presenters, selectors
from randomization.errors import NoProductArm
from randomization.facts import Fact
from randomization.models import Product
from trial import protocol
from trial.models import Participant
from trial.web import StaffRequest, attempt, find_participant, show


def find_treated(request: StaffRequest, code: str) -> Participant:
    """A participant allocated to an arm with a product, for somebody who may know that."""
    participant = find_participant(request, code)
    arm = selectors.allocated_arm(participant, request.user)
    if arm is None or not protocol.current().arm(arm).product:
        raise NoProductArm
    return participant


def find_batch(request: StaffRequest, code: str, batch: str) -> tuple[Participant, Product]:
    """A batch of such a participant, with its aspiration and its release."""
    participant = find_treated(request, code)
    rows = Product.objects.select_related("aspiration", "release__released_by")
    found = get_object_or_404(rows, batch=batch, aspiration__participant=participant)
    found.aspiration.participant = participant
    return participant, found


def act(
    request: StaffRequest,
    form: Form,
    service: Callable[..., object],
    participant: Participant,
    *,
    title: str,
    button: str = "Record",
    facts: list[Fact] | None = None,
    given: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Back to the treatment page after the act, or the form with what was typed and refused."""
    if attempt(form, service, actor=request.user, at=request.at, **(given or {})) is not None:
        messages.success(request, f"{title}: recorded.")
        return redirect("treatment", participant.code)
    context = frame(participant, title) | {"facts": facts or [], "button": button}
    return show(request, "randomization/act.html", context, form)


def frame(participant: Participant, title: str) -> dict[str, Any]:
    """What every page of the treatment shows around its form."""
    crumbs = presenters.crumbs(participant, treatment=True)
    return {"participant": participant, "title": title, "crumbs": crumbs}
