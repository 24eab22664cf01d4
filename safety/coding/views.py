"""The pages of coding: the queue, one event, and the move to a newer version."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from safety.coding import presenters, selectors, services, versions
from safety.coding.errors import CodedMeanwhile
from safety.coding.forms import CodeForm
from safety.coding.models import Coding, Dictionary
from safety.coding.suggesting import suggestions
from safety.models import AdverseEvent
from trial.web import StaffRequest, attempt, find_participant, refuse, sent, show, tell_saved

PER_PAGE = 50
# Where a person came from, and goes back to.
BACK = {"coding", "coding-versions"}


def coding(request: StaffRequest) -> HttpResponse:
    """What waits to be coded, or what is coded, narrowed by words of the reported term."""
    dictionary = selectors.in_use()
    choice = request.GET.get("show", "")
    choice = choice if choice == presenters.CODED else presenters.WAITING
    asked = request.GET.get("q", "").replace("\0", "")[:100]
    read = selectors.coded if choice == presenters.CODED else selectors.waiting
    events = read(request.user).filter(term__icontains=asked) if asked else read(request.user)
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "dictionary": dictionary,
        "behind": dictionary and selectors.behind(request.user, dictionary).count(),
        "page": page,
        "lines": presenters.lines(page.object_list, dictionary, request.user) if dictionary else [],
        "choice": choice,
        "choices": presenters.CHOICES,
        "asked": asked,
        "query": urlencode({"show": choice, "q": asked}),
    }
    return render(request, "safety/coding/queue.html", context)


def coding_event(request: StaffRequest, code: str, number: int) -> HttpResponse:
    """Code one event: suggestions, a search, and what it was coded as before."""
    event = _event(request, code, number)
    dictionary = selectors.in_use()
    if dictionary is None:
        return render(request, "safety/coding/none.html", {"event": event}, status=409)
    form = _form(request, event, dictionary, sent(request))
    if request.method == "POST":
        made = attempt(form, services.code_event, event=event, actor=request.user, at=request.at)
        if made is not None:
            tell_saved(request, f"{event} of {code} is coded: {made.name}, {made.pt}, {made.soc}.")
            back = request.POST.get("back", "")
            return redirect(back if back in BACK else "coding")
        form = _as_it_is_now(request, event, dictionary, form)
    context = {
        "event": event,
        "dictionary": dictionary,
        "asked": _asked(request),
        "found": form.found,
        "most": selectors.FOUND,
        "codings": _codings(event),
        "state": presenters.state(event, selectors.newest_coding(event)),
        "category": presenters.category(event),
    }
    return show(request, "safety/coding/event.html", context, form)


def coding_versions(request: StaffRequest) -> HttpResponse:
    """What changes for the codings in older versions; one act takes over those that do not."""
    dictionary = selectors.in_use()
    form = Form(sent(request))
    if request.method == "POST":
        moved = attempt(
            form,
            services.move_unchanged,
            to=request.POST.get("to", ""),
            actor=request.user,
            at=request.at,
        )
        if moved is not None:
            tell_saved(request, f"Taken over to the version in use: {moved}.")
            return redirect("coding-versions")
    found = versions.report(request.user, dictionary) if dictionary else []
    context = {
        "dictionary": dictionary,
        "dictionaries": Dictionary.objects.order_by("-pk"),
        "changed": presenters.moves(one for one in found if one.changes),
        "same": sum(not one.changes for one in found),
    }
    return show(request, "safety/coding/versions.html", context, form)


def _event(request: StaffRequest, code: str, number: int) -> AdverseEvent:
    participant = find_participant(request, code)
    events = selectors.events_for(request.user).filter(participant=participant)
    return get_object_or_404(events, number=number)


def _asked(request: StaffRequest) -> str:
    return request.GET.get("q", "").replace("\0", "")[:100]


def _form(
    request: StaffRequest, event: AdverseEvent, dictionary: Dictionary, data: QueryDict | None
) -> CodeForm:
    newest = selectors.newest_coding(event)
    asked = _asked(request)
    corrects = (
        newest is not None
        and not selectors.is_stale(newest, event)
        and newest.dictionary_id == dictionary.pk
    )
    return CodeForm(
        data,
        dictionary=dictionary,
        offered=suggestions([event], dictionary, request.user)[event.pk],
        found=selectors.terms(dictionary, asked) if asked else [],
        corrects=corrects,
        initial={"verbatim": event.term, "seen": newest.number if newest else 0},
    )


def _as_it_is_now(
    request: StaffRequest, event: AdverseEvent, dictionary: Dictionary, form: CodeForm
) -> CodeForm:
    """The form again; where words or coding changed meanwhile, about what is there now."""
    if getattr(form, "refused_with", 0) != CodedMeanwhile.status:
        return form
    newest = selectors.newest_coding(event)
    data = request.POST.copy()
    data["verbatim"], data["seen"] = event.term, str(newest.number if newest else 0)
    fresh = _form(request, event, dictionary, data)
    refuse(fresh, CodedMeanwhile(" ".join(map(str, form.non_field_errors()))))
    return fresh


def _codings(event: AdverseEvent) -> list[Coding]:
    found = event.codings.select_related("dictionary", "coded_by")
    return list(found.order_by("-number"))
