"""Accounts and delegations, for the administrator."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.models import User
from trial import services
from trial.forms.people import AccountStateForm, DelegationForm, EndDelegationForm, PersonForm
from trial.models import Delegation
from trial.presenters import people as pages
from trial.web import StaffRequest, attempt, sent, show


def people(request: StaffRequest) -> HttpResponse:
    """Every account with its roles and state."""
    return show(request, "trial/people.html", {"people": pages.roster(request.at)})


def new(request: StaffRequest) -> HttpResponse:
    """Open an account; it may do nothing until it is delegated a role."""
    form = PersonForm(sent(request))
    if request.method == "POST":
        user = attempt(form, services.create_account, actor=request.user, at=request.at)
        if user is not None:
            messages.success(request, f"{user} has an account and no role yet: give one now.")
            return redirect("delegation-new", user.pk)
    return show(request, "trial/person_new.html", {"crumbs": pages.crumbs()}, form)


def person(request: StaffRequest, person: int) -> HttpResponse:
    """One account with its delegations; close it or open it again."""
    user = get_object_or_404(User, pk=person)
    form = AccountStateForm(sent(request))
    if request.method == "POST":
        who = {"user": user, "actor": request.user, "at": request.at}
        row = attempt(form, services.set_active, **who)
        if row is not None:
            messages.success(request, f"The account is {'open' if row.is_active else 'closed'}.")
            return redirect("person", user.pk)
    return show(request, "trial/person.html", pages.person(user, request.user, request.at), form)


def delegate(request: StaffRequest, person: int) -> HttpResponse:
    """Give a person a role."""
    user = get_object_or_404(User, pk=person)
    form = DelegationForm(sent(request))
    if request.method == "POST":
        who = {"user": user, "actor": request.user, "at": request.at}
        row = attempt(form, services.delegate, **who)
        if row is not None:
            messages.success(request, f"{user} is delegated: {row.get_role_display()}.")
            return redirect("person", user.pk)
    context = {"person": user, "crumbs": pages.crumbs(user)}
    return show(request, "trial/delegation_new.html", context, form)


def end(request: StaffRequest, person: int, delegation: int) -> HttpResponse:
    """End a delegation; it stays in the log."""
    rows = Delegation.objects.select_related("user", "site").filter(user=person)
    row = get_object_or_404(rows, pk=delegation)
    form = EndDelegationForm(sent(request))
    if request.method == "POST":
        who = {"delegation": row, "actor": request.user, "at": request.at}
        if attempt(form, services.end_delegation, **who):
            messages.success(request, "The delegation has its last day.")
            return redirect("person", row.user.pk)
    return show(request, "trial/delegation_end.html", pages.ending(row, request.at), form)
