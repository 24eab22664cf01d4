"""Pages that put right what was recorded wrong, with a reason."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from randomization import facts, services
from randomization.models import Aspiration, Infusion
from randomization.pages.act import act, find_batch, find_treated
from randomization.product_forms import AspirationForm, InfusionForm, ProductCorrectionForm
from trial.web import StaffRequest, sent


def aspiration(request: StaffRequest, code: str, sample: str) -> HttpResponse:
    """Correct an aspiration."""
    participant = find_treated(request, code)
    found = get_object_or_404(Aspiration, sample=sample, participant=participant)
    form = AspirationForm(sent(request)).correcting(found)
    service = partial(services.correct_aspiration, aspiration=found)
    title = f"Correct aspiration {found.sample}"
    return act(request, form, service, participant, title=title, button="Correct")


def product(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Correct what is recorded of a batch."""
    participant, found = find_batch(request, code, batch)
    form = ProductCorrectionForm(sent(request)).correcting(found)
    service = partial(services.correct_product, product=found)
    title = f"Correct batch {found.batch}"
    return act(request, form, service, participant, title=title, button="Correct")


def infusion(request: StaffRequest, code: str) -> HttpResponse:
    """Correct what is recorded of an infusion."""
    participant = find_treated(request, code)
    found = get_object_or_404(Infusion, participant=participant)
    form = InfusionForm(sent(request)).correcting(found)
    return act(
        request,
        form,
        partial(services.correct_infusion, infusion=found),
        participant,
        title="Correct the infusion",
        button="Correct",
        facts=facts.infusion_limits(participant),
    )
