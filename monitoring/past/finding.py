"""What of the past a person may find: records and visits whose trail they read."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from trial import access
from trial.access import Permission
from trial.models import Participant, Record, Visit
from trial.web import StaffRequest, find_participant, find_visit


def past_participant(request: StaffRequest, code: str) -> Participant:
    """The participant, if this person reads the trail of their site; otherwise 404."""
    found = find_participant(request, code)
    if not access.may(request.user, Permission.READ_TRAIL, site=found.site):
        raise Http404
    return found


def past_visit(request: StaffRequest, code: str, visit: str, occurrence: int) -> Visit:
    """The visit; one that tells an arm is not found by the blinded."""
    found = find_visit(request, code, visit, occurrence)
    if not access.may(request.user, Permission.READ_TRAIL, site=found.participant.site):
        raise Http404
    return found


def past_record(request: StaffRequest, code: str, visit: str, occurrence: int, form: str) -> Record:
    """The record of a form at a visit; 404 while nobody has saved one."""
    place = past_visit(request, code, visit, occurrence)
    found = get_object_or_404(Record, visit=place, form=form)
    found.visit, found.participant = place, place.participant
    return found
