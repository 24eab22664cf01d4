"""Pages of the data cuts: find (an unblinded cut is 404 to the blinded) -> form -> one service."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from exports import content_types, presenters, selectors, services, zipping
from exports.forms import NewCutForm
from exports.models import DataCut
from trial import access
from trial.access import Permission
from trial.web import StaffRequest, attempt, show

PER_PAGE = 50


def _find(request: StaffRequest, code: str) -> DataCut:
    found = selectors.find(request.user, code)
    if found is None:
        raise Http404
    return found


def cuts(request: StaffRequest) -> HttpResponse:
    """Every cut this person may see, and the form for a new one."""
    may_make = access.may(request.user, Permission.MAKE_CUTS)
    form = NewCutForm(request.POST or None).offer(may_know_arms=access.may_know_arms(request.user))
    if request.method == "POST":
        cut = attempt(form, services.request_cut, actor=request.user, at=request.at)
        if cut is not None:
            return redirect("cut", cut.code)
    page = Paginator(selectors.cuts_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [presenters.row(cut) for cut in page],
        "may_make": may_make,
    }
    return show(request, "exports/cuts.html", context, form)


def cut(request: StaffRequest, code: str) -> HttpResponse:
    """One cut: what it is, how far it has come, its files and their hashes."""
    found = _find(request, code)
    context = {
        **presenters.row(found),
        "facts": presenters.facts(found),
        "files": presenters.files(found),
        "progress": presenters.progress(found, request.at),
        "may_make": access.may(request.user, Permission.MAKE_CUTS),
    }
    return render(request, "exports/cut.html", context)


def cut_progress(request: StaffRequest, code: str) -> HttpResponse:
    """The progress bar alone; once the cut is finished the whole page is loaded again."""
    found = _find(request, code)
    if not request.headers.get("HX-Request"):
        return redirect("cut", code)
    if not found.underway:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"cut": found, "progress": presenters.progress(found, request.at)}
    return render(request, "exports/progress.html", context)


def cut_cancel(request: StaffRequest, code: str) -> HttpResponse:
    """Stop a cut that is waiting or being made."""
    services.cancel_cut(cut=_find(request, code), actor=request.user, at=request.at)
    return redirect("cut", code)


def cut_file(request: StaffRequest, code: str, name: str) -> HttpResponse | FileResponse:
    """One file of a cut; taking it away is logged."""
    found = _find(request, code)
    file = selectors.file_of(found, name)
    if file is None:
        raise Http404
    path = selectors.path_of(found, file)
    if request.method == "GET":
        services.record_download(
            cut=found, name=file.name, sha256=file.sha256, actor=request.user, at=request.at
        )
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{found.code}-{path.name}",
        content_type=content_types.of(file.name),
    )


def cut_zip(request: StaffRequest, code: str) -> StreamingHttpResponse:
    """The whole cut as a zip, made while it is sent; taking it away is logged."""
    found = _find(request, code)
    paths = selectors.paths_of(found)
    name = f"{found.code}.zip"
    if request.method == "GET":
        services.record_download(cut=found, name=name, sha256="", actor=request.user, at=request.at)
    return StreamingHttpResponse(
        zipping.stream(found.code, paths),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
