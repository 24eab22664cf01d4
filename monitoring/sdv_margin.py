"""What verification puts beside the backbone's pages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from monitoring import certificates
from monitoring.changes import changes
from monitoring.models.sdv import WHOLE
from monitoring.sdv_lists import LISTS
from monitoring.sdv_pages import mark_words, verification_address
from monitoring.verification import Standing, standings, to_verify_by
from trial import access
from trial.access import Permission
from trial.margin import Flags, Look, Margin, Mark, Marks
from trial.models import Participant, Record, Visit
from trial.worklist import SETTLED


def _reads(user: User) -> bool:
    """Whether verification concerns this person: monitors, and whoever reads the trail."""
    return access.may(user, Permission.READ_TRAIL)


def _standing(record: Record) -> Standing:
    return standings(Record.objects.filter(pk=record.pk), exact=True)[0]


def marks(look: Look, record: Record) -> Marks:
    """Verified, changed since, or still to verify, beside each item of a settled record."""
    if not _reads(look.user) or record.status not in SETTLED:
        return {}
    one = _standing(record)
    code = record.participant.code
    address = verification_address(code, record.visit, record.form)
    may = access.may(look.user, Permission.VERIFY, site=record.participant.site)
    link = partial(Mark, inline=True)
    touched = {line.item for line in changes([one])} if may and one.lost else set()
    found: dict[str, list[Mark]] = {}
    for item in one.items:
        href = f"{address}?item={item}#{item}"
        mark = one.marks.get(item) or one.marks.get(WHOLE)
        if mark is not None:
            found[item] = [link("verified", f"Verified: {mark_words(mark)}", href)]
        elif item in touched:
            found[item] = [link("changed", "Changed since verified", href, shown=True)]
        elif may:
            words = "To verify" if item in one.planned else "Not verified, not planned"
            found[item] = [link("planned", words, href)]
    return found


def panel(look: Look, record: Record) -> str:
    """How the record stands, where to verify it, and the rater's certificate."""
    context = {
        "certificate": certificates.sentence(record, look),
        "reads": _reads(look.user) and record.status in SETTLED,
        "may": access.may(look.user, Permission.VERIFY, site=record.participant.site),
    }
    if context["reads"]:
        one = _standing(record)
        code, visit = record.participant.code, record.visit
        context |= {
            "standing": one,
            "site": record.participant.site,
            "whole": one.marks.get(WHOLE),
            "verified": len([item for item in one.planned if one.holds(item)]),
            "address": verification_address(code, visit, record.form),
            "visit_address": reverse(
                "visit-verification", args=[code, visit.code, visit.occurrence]
            ),
        }
    if not context["reads"] and not context["certificate"]:
        return ""
    return render_to_string("monitoring/verification_panel.html", context)


def flags(_look: Look, visits: Iterable[Visit]) -> Flags:
    """Verified where everything planned is; changed where a change took that away."""
    records = Record.objects.filter(visit__in=[visit.pk for visit in visits], status__in=SETTLED)
    found: dict[tuple[int, str], list[str]] = {}
    for one in standings(records):
        if one.done:
            found[one.record.visit_pk, one.record.form] = ["verified"]
        elif one.lost:
            found[one.record.visit_pk, one.record.form] = ["changed"]
    return found


def box(look: Look, participant: Participant) -> str:
    """For a monitor: how far this person's records are verified, and the visits that are not."""
    if not access.may(look.user, Permission.VERIFY, site=participant.site):
        return ""
    found = standings(to_verify_by(look.user).filter(participant=participant))
    planned = [one for one in found if one.planned]
    left = {
        (one.record.code, one.record.occurrence): one.record.visit for one in found if one.to_mark()
    }
    visits = [
        (words, reverse("visit-verification", args=[participant.code, *key]))
        for key, words in left.items()
    ]
    context = {
        "visits": visits,
        "planned": len(planned),
        "done": len([one for one in planned if one.done]),
    }
    return render_to_string("monitoring/verification_box.html", context)


MARGIN = Margin(marks=marks, panel=panel, flags=flags, box=box, lists=LISTS)
