"""Signing in and out, and one's own password."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.unsaved import unsaved_keys
from trial import services
from trial.by_password import by_password
from trial.forms.session import PasswordForm, SignInForm
from trial.web import PageRequest, StaffRequest, sent, show


def sign_in(request: PageRequest) -> HttpResponse:
    """Name and password; every attempt is in the log."""
    if request.user.is_authenticated:
        return redirect("home")
    target = request.POST.get("next") or request.GET.get("next", "")
    form = SignInForm(sent(request))
    if request.method == "POST" and form.is_valid():
        user = _known(request, **form.cleaned_data)
        if user is not None:
            login(request, user)
            services.record_sign_in(user=user, at=request.at)
            return redirect(_safe(request, target))
        services.record_sign_in_failure(username=form.cleaned_data["username"], at=request.at)
        form.add_error(None, "The name or the password is not right.")
    return show(request, "accounts/sign_in.html", {"next": target}, form)


def sign_out(request: StaffRequest) -> HttpResponse:
    """End the session."""
    services.record_sign_out(user=request.user, at=request.at)
    logout(request)
    return redirect("sign-in")


def draft_key(request: StaffRequest) -> JsonResponse:
    """The keys of one's own unsaved answers, and what a form needs to be sent now.

    A page asks before it sends a form: an answer says that the line and the session hold.
    """
    answer = JsonResponse({**unsaved_keys(request.user), "csrf": get_token(request)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def password(request: StaffRequest) -> HttpResponse:
    """Change one's own password; the session goes on."""
    form = PasswordForm(sent(request))
    if request.method == "POST":
        wrong = partial(services.record_wrong_password, user=request.user, at=request.at)
        stopped = by_password(request, form, partial(_change, request=request), wrong)
        if stopped is not None:
            return stopped
        if form.is_valid():
            messages.success(request, "Your password is changed.")
            return redirect("home")
    return show(request, "accounts/password.html", {}, form)


def _change(*, request: StaffRequest, old: str, new: str, again: str) -> None:
    del again
    services.change_password(user=request.user, old=old, new=new, at=request.at)
    update_session_auth_hash(request, request.user)


def _known(request: HttpRequest, *, username: str, password: str) -> User | None:
    """The person this name and password belong to, if the account is open."""
    user = authenticate(request, username=username, password=password)
    return user if isinstance(user, User) else None


def _safe(request: HttpRequest, target: str) -> str:
    """Where to go after signing in: an address of ours, or home."""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else "home"
