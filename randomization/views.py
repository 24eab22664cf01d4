"""Pages of randomization and treatment: find, form, one service, redirect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit.errors import Refused
from randomization import chain, presenters, selectors, services
from randomization.errors import NoProductArm
from randomization.forms import (
    AspirationForm,
    DecisionForm,
    InfusionForm,
    NotTreatedForm,
    ProductForm,
    SealForm,
)
from randomization.models import Aspiration, Product
from trial import protocol
from trial.models import Participant
from trial.web import StaffRequest, attempt, find_participant, sent, show


def _find_treated(request: StaffRequest, code: str) -> Participant:
    """A participant allocated to an arm with a product, for somebody who may know that."""
    participant = find_participant(request, code)
    arm = selectors.allocated_arm(participant, request.user)
    if arm is None or not protocol.current().arm(arm).product:
        raise NoProductArm
    return participant


def randomize(request: StaffRequest, code: str) -> HttpResponse:
    """What the system holds, one button, and afterwards the result, however often it is opened."""
    participant = find_participant(request, code)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            services.randomize(participant=participant, actor=request.user, at=request.at)
        except Refused as answer:
            refused = answer
        else:
            return redirect("randomize", code)
    context = {
        "participant": participant,
        "crumbs": presenters.crumbs(participant),
        "refused": refused,
        "facts": presenters.facts_before(participant),
        **presenters.randomization(participant, request.user, request.at),
    }
    status = refused.status if refused else 200
    return render(request, "randomization/randomize.html", context, status=status)


def treatment(request: StaffRequest, code: str) -> HttpResponse:
    """From the allocation to the infusion, one step under the other."""
    participant = find_participant(request, code)
    steps = chain.treatment_steps(participant, request.user, request.at)
    crumbs = presenters.crumbs(participant)
    context = {"participant": participant, "steps": steps, "crumbs": crumbs}
    return render(request, "randomization/treatment.html", context)


def aspiration(request: StaffRequest, code: str) -> HttpResponse:
    """Record a marrow aspiration."""
    participant = _find_treated(request, code)
    form = AspirationForm(sent(request))
    return _act(
        request,
        form,
        services.record_aspiration,
        participant,
        title="Marrow aspiration",
        given={"participant": participant},
    )


def product(request: StaffRequest, code: str) -> HttpResponse:
    """Record a batch grown from an aspiration."""
    participant = _find_treated(request, code)
    found = Aspiration.objects.filter(participant=participant, sufficient=True)
    form = ProductForm(sent(request)).offer(found)
    return _act(request, form, services.record_product, participant, title="Cell product")


def decision(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Release a batch, or fail it with its reason."""
    participant = _find_treated(request, code)
    found = get_object_or_404(Product, batch=batch, aspiration__participant=participant)
    return _act(
        request,
        DecisionForm(sent(request)),
        services.decide_product,
        participant,
        title=f"Release of {found.batch}",
        facts=chain.product_facts(found),
        given={"product": found},
    )


def infusion(request: StaffRequest, code: str) -> HttpResponse:
    """Record the infusion of a released batch."""
    participant = _find_treated(request, code)
    released = Product.objects.filter(
        aspiration__participant=participant, release__decision="released"
    )
    return _act(
        request,
        InfusionForm(sent(request)).offer(released),
        services.record_infusion,
        participant,
        title="Infusion",
        facts=chain.infusion_limits(participant),
        given={"participant": participant},
    )


def not_treated(request: StaffRequest, code: str) -> HttpResponse:
    """Say why no cells are given."""
    participant = _find_treated(request, code)
    return _act(
        request,
        NotTreatedForm(sent(request)),
        services.record_not_treated,
        participant,
        title="No cells given",
        given={"participant": participant},
    )


def _act(
    request: StaffRequest,
    form: Form,
    service: Callable[..., object],
    participant: Participant,
    *,
    title: str,
    facts: list[chain.Fact] | None = None,
    given: dict[str, Any] | None = None,
) -> HttpResponse:
    """Back to the treatment page after the act, or the form with what was typed and refused."""
    if attempt(form, service, actor=request.user, at=request.at, **(given or {})) is not None:
        messages.success(request, f"{title}: recorded.")
        return redirect("treatment", participant.code)
    context = {
        "participant": participant,
        "title": title,
        "facts": facts or [],
        "crumbs": presenters.crumbs(participant, treatment=True),
    }
    return show(request, "randomization/act.html", context, form)


def allocation_list(request: StaffRequest) -> HttpResponse:
    """Seal the list; afterwards its commitment and how much of it is left."""
    form = SealForm(sent(request))
    given = {"actor": request.user, "at": request.at, "purpose": services.purpose_here()}
    if attempt(form, services.seal_list, **given) is not None:
        messages.success(request, "The list is sealed.")
        return redirect("allocation-list")
    context = {
        "sealed": selectors.sealed_list(),
        "strata": selectors.list_status(request.user),
        "facts": presenters.scheme_facts(),
        "truths": presenters.SEAL_TRUTHS,
    }
    return show(request, "randomization/allocation_list.html", context, form)
