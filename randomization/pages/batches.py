"""The cell-therapy unit's pages of one batch, and the physician's agreement."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from randomization import facts, services
from randomization.models import Agreement, Aspiration, Release
from randomization.pages.act import act, find_batch, find_treated, frame
from randomization.product_forms import (
    DisposalForm,
    FailForm,
    HarvestForm,
    OutOfSpecificationForm,
    PassageForm,
    ProductForm,
    ReleaseForm,
    ResultsForm,
)
from randomization.release_tests import agreed_digest, findings, signed_digest
from trial.forms.session import SeenSignatureForm
from trial.models import Participant
from trial.views.signing import attempt_signing
from trial.web import StaffRequest, sent, show


def start(request: StaffRequest, code: str) -> HttpResponse:
    """Record the start of a culture."""
    participant = find_treated(request, code)
    found = Aspiration.objects.filter(participant=participant, sufficient=True)
    form = ProductForm(sent(request)).offer(found)
    return act(request, form, services.record_product, participant, title="Culture")


def _plain(
    request: StaffRequest,
    code: str,
    batch: str,
    form: Form,
    service: Callable[..., object],
    *,
    title: str,
) -> HttpResponse:
    participant, found = find_batch(request, code, batch)
    return act(
        request,
        form,
        service,
        participant,
        title=f"{title}, {found.batch}",
        facts=facts.product_facts(found),
        given={"product": found},
    )


def passage(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Record a passage."""
    form = PassageForm(sent(request))
    return _plain(request, code, batch, form, services.record_passage, title="Passage")


def harvest(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Record the harvest."""
    form = HarvestForm(sent(request))
    return _plain(request, code, batch, form, services.record_harvest, title="Harvest")


def fail(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Say that a batch will not be given."""
    form = FailForm(sent(request))
    return _plain(request, code, batch, form, services.fail_product, title="Failed batch")


def disposal(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Record a destruction or a return."""
    form = DisposalForm(sent(request))
    service = services.record_disposal
    return _plain(request, code, batch, form, service, title="Destruction or return")


def results(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """Record or correct results of release tests."""
    participant, found = find_batch(request, code, batch)
    return act(
        request,
        ResultsForm(sent(request), judged=findings(found)),
        services.record_results,
        participant,
        title=f"Release tests, {found.batch}",
        given={"product": found},
    )


def release(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """The named person of the unit reads the results and signs the release."""
    participant, found = find_batch(request, code, batch)
    form = ReleaseForm(sent(request))
    sign = partial(services.release_product, product=found)
    return _sign(
        request,
        form,
        sign,
        participant,
        title=f"Release {found.batch}",
        shown=facts.test_facts(found),
        seen=signed_digest(found),
        meaning=Release.MEANING,
    )


def out_of_specification(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """The unit releases a batch in spite of a limit it does not keep, and says why."""
    participant, found = find_batch(request, code, batch)
    form = OutOfSpecificationForm(sent(request))
    sign = partial(services.release_out_of_specification, product=found)
    return _sign(
        request,
        form,
        sign,
        participant,
        title=f"Release {found.batch} out of specification",
        shown=facts.test_facts(found),
        seen=signed_digest(found),
        meaning=Release.MEANING,
    )


def agreement(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """The treating physician reads what is out of specification and why, and agrees."""
    participant, found = find_batch(request, code, batch)
    made = get_object_or_404(Release, product=found, out_of_specification=True)
    made.product = found
    form = SeenSignatureForm(sent(request))
    return _sign(
        request,
        form,
        partial(services.agree_release, release=made),
        participant,
        title=f"Agree to {found.batch}, out of specification",
        shown=[*facts.test_facts(found), *facts.release_facts(found)],
        seen=agreed_digest(made),
        meaning=Agreement.MEANING,
    )


def _sign(
    request: StaffRequest,
    form: Form,
    sign: Callable[..., object],
    participant: Participant,
    *,
    title: str,
    shown: list[facts.Fact],
    seen: str,
    meaning: str,
) -> HttpResponse:
    if request.method == "POST":
        made = attempt_signing(request, form, sign, participant)
        if isinstance(made, HttpResponse):
            return made
        if made is not None:
            messages.success(request, f"{title}: signed.")
            return redirect("treatment", participant.code)
    context = frame(participant, title) | {
        "facts": shown,
        "seen": seen,
        "truths": [meaning, f"Your name, {request.user.full_name}, and the time stand with it."],
    }
    form.fields["seen"].initial = seen
    return show(request, "randomization/sign.html", context, form)


def label(request: StaffRequest, code: str, batch: str) -> HttpResponse:
    """The label of a released batch as a PDF."""
    _, found = find_batch(request, code, batch)
    pdf = services.print_label(product=found, actor=request.user, at=request.at)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="label-{found.batch}.pdf"'
    return answer
