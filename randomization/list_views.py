"""Pages of the unblinded statistician alone: a list brought as a file, and the balance."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from randomization import balance as allocation_balance
from randomization import presenters, selectors, services
from randomization.forms import CheckedFileForm, ListFileForm
from trial.web import StaffRequest, attempt, show

PAGE = "randomization/list_import.html"


def list_import(request: StaffRequest) -> HttpResponse:
    """Check a file without keeping anything; then bring the same file again and seal it."""
    given = {"actor": request.user, "at": request.at}
    if request.POST.get("step") == "seal":
        act = CheckedFileForm(request.POST, request.FILES)
        if attempt(act, services.import_list, **given) is not None:
            messages.success(request, "The list is sealed.")
            return redirect("allocation-list")
        return show(request, PAGE, _context(), act)
    form = ListFileForm(request.POST, request.FILES) if request.method == "POST" else ListFileForm()
    checked = attempt(form, services.check_file, **given)
    context = _context() | {"checked": checked}
    if checked is not None and checked.mark:
        mark = {"checked": checked.mark, "purpose": services.purpose_here()}
        context["act"] = CheckedFileForm(initial=mark)
    return show(request, PAGE, context, form)


def _context() -> dict[str, object]:
    return {
        "sealed": selectors.sealed_list(),
        "facts": presenters.scheme_facts(),
        "columns": presenters.FILE_COLUMNS,
        "truths": presenters.SEAL_TRUTHS,
        "crumbs": presenters.list_crumbs(),
    }


def balance(request: StaffRequest) -> HttpResponse:
    """Who got what, how even it is, and how long each step takes; counts and figures only."""
    found = allocation_balance.balance(request.user)
    blocks = found.whole.closed is not None
    groups = [*found.strata, *([found.whole] if len(found.strata) > 1 else [])]
    context = {
        "balance": found,
        "groups": groups,
        "blocks": blocks,
        "path": presenters.path_figures(found),
        "waits": presenters.wait_figures(found),
        "crumbs": presenters.list_crumbs(),
    }
    return render(request, "randomization/balance.html", context)
