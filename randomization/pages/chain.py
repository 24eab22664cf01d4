"""The treatment of one participant, marrow, infusion and vital signs."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from randomization import chain as steps
from randomization import facts, presenters, services
from randomization.forms import NotTreatedForm
from randomization.models import Infusion, Product
from randomization.pages.act import act, find_treated
from randomization.product_forms import AspirationForm, InfusionForm, VitalsForm
from trial import protocol
from trial.web import StaffRequest, find_participant, sent


def treatment(request: StaffRequest, code: str) -> HttpResponse:
    """From the allocation to the infusion: the next thing on top, then one step under the other."""
    participant = find_participant(request, code)
    found = steps.treatment_steps(participant, request.user, request.at)
    context = {
        "participant": participant,
        "steps": found,
        "next": steps.next_act(found),
        "alarms": [alarm for step in found for alarm in step.alarms],
        "crumbs": presenters.crumbs(participant),
    }
    return render(request, "randomization/treatment.html", context)


def aspiration(request: StaffRequest, code: str) -> HttpResponse:
    """Record a marrow aspiration."""
    participant = find_treated(request, code)
    return act(
        request,
        AspirationForm(sent(request)),
        services.record_aspiration,
        participant,
        title="Marrow aspiration",
        given={"participant": participant},
    )


def infusion(request: StaffRequest, code: str) -> HttpResponse:
    """Record the infusion of a released batch."""
    participant = find_treated(request, code)
    released = Product.objects.filter(
        aspiration__participant=participant, release__decision="released"
    ).exclude(disposals__what="whole")
    return act(
        request,
        InfusionForm(sent(request)).offer(released),
        services.record_infusion,
        participant,
        title="Infusion",
        facts=facts.infusion_limits(participant),
        given={"participant": participant},
    )


def vitals(request: StaffRequest, code: str, point: str) -> HttpResponse:
    """Record the vital signs of one time."""
    participant = find_treated(request, code)
    plan = protocol.current().product
    times = {one.code: one.label for one in plan.vital_times} if plan else {}
    if point not in times:
        raise Http404
    found = get_object_or_404(Infusion, participant=participant)
    found.participant = participant
    return act(
        request,
        VitalsForm(sent(request)),
        services.record_vitals,
        participant,
        title=f"Vital signs, {times[point].lower()}",
        facts=facts.infusion_times(found),
        given={"infusion": found, "point": point},
    )


def not_treated(request: StaffRequest, code: str) -> HttpResponse:
    """Say why no cells are given."""
    participant = find_treated(request, code)
    return act(
        request,
        NotTreatedForm(sent(request)),
        services.record_not_treated,
        participant,
        title="No cells given",
        given={"participant": participant},
    )
