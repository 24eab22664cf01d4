"""Raters' certificates: one's own, and everybody's for whoever records them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from monitoring import certificates, services
from monitoring.certificate_forms import CertificateForm
from trial import access
from trial.access import Permission
from trial.web import StaffRequest, attempt, sent, show


def certificate_list(request: StaffRequest) -> HttpResponse:
    """Certificates and the delegations that end soon, the soonest first."""
    day = request.at.date()
    context = {
        "lines": certificates.lines(request.user, day),
        "ending": certificates.ending_delegations(request.user, day),
        "everybody": access.may(request.user, Permission.CERTIFY),
        "today": day,
    }
    return render(request, "monitoring/certificates.html", context)


def new(request: StaffRequest) -> HttpResponse:
    """Record a certificate; a renewal comes with the person and the form filled in."""
    form = CertificateForm(sent(request), initial=certificates.asked(request.GET))
    if request.method == "POST":
        row = attempt(form, services.record_certificate, actor=request.user, at=request.at)
        if row is not None:
            messages.success(request, f"Recorded: {row.person}, until {row.valid_to:%-d %b %Y}.")
            return redirect("certificates")
    return show(request, "monitoring/certificate_new.html", {}, form)
