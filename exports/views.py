"""Pages of the data cuts: find (an unblinded cut is 404 to the blinded) -> form -> one service."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from exports import content_types, presenters, ranges, selectors, services, zipping
from exports.comparing import page as comparing
from exports.forms import NewCutForm
from exports.models import DataCut
from exports.ranges import Sent
from trial import access, locks
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
    form = NewCutForm(request.POST or None).offer(
        may_know_arms=access.may_know_arms(request.user), locked=locks.covering() is not None
    )
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


def cut_compare(request: StaffRequest, code: str) -> HttpResponse:
    """What was added, changed and gone since an earlier cut, with the lines of the trail."""
    found = _find(request, code)
    others = comparing.comparable(request.user, found)
    asked = request.GET.get("with", "")
    old = next((one for one in others if one.code == asked), None)
    if asked and old is None:
        raise Http404
    context = {"cut": found, "others": others, "old": old}
    if old is not None:
        table, page = request.GET.get("table", ""), request.GET.get("page")
        compared = comparing.compared(old, found, table=table, page=page)
        context |= compared
        if request.method == "GET" and compared["table"]:
            services.record_comparison(
                old=old, new=found, table=compared["table"], actor=request.user, at=request.at
            )
    return render(request, "exports/compare.html", context)


def cut_cancel(request: StaffRequest, code: str) -> HttpResponse:
    """Stop a cut that is waiting or being made."""
    services.cancel_cut(cut=_find(request, code), actor=request.user, at=request.at)
    return redirect("cut", code)


def cut_file(request: StaffRequest, code: str, name: str) -> HttpResponseBase:
    """One file of a cut, or the rest of it; taking it away is logged."""
    found = _find(request, code)
    file = selectors.file_of(found, name)
    if file is None:
        raise Http404
    path = selectors.path_of(found, file)
    sent = Sent(f"{found.code}-{path.name}", content_types.of(file.name), file.sha256, file.bytes)
    return _send(request, found, file.name, file.sha256, sent, partial(zipping.blocks, path))


def cut_zip(request: StaffRequest, code: str) -> HttpResponseBase:
    """The whole cut as a zip, or the rest of it, made while it is sent; that is logged."""
    found = _find(request, code)
    archive = zipping.Archive(found.code, selectors.paths_of(found))
    name = f"{found.code}-FINAL.zip" if found.final else f"{found.code}.zip"
    # The bytes follow from the files, and the manifest names the hash of each.
    sent = Sent(name, "application/zip", f"zip-{found.manifest_sha256}", len(archive))
    return _send(request, found, name, "", sent, archive.read)


def _send(  # noqa: PLR0917 - the two above differ in these alone
    request: StaffRequest, cut: DataCut, name: str, sha256: str, sent: Sent, read: ranges.Read
) -> HttpResponseBase:
    part = ranges.asked(request, sent)
    if request.method == "GET":
        services.record_download(
            cut=cut, name=name, sha256=sha256, part=part, actor=request.user, at=request.at
        )
    return ranges.answer(part, sent, read)
