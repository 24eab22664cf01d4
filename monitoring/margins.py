"""What monitoring puts beside the backbone's pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html

from trial import access
from trial.access import Permission
from trial.margin import Look
from trial.models import Record


def trail_link(look: Look, record: Record) -> str:
    """The way from a saved record to its trail, for who may read it."""
    participant = record.participant
    if not access.may(look.user, Permission.READ_TRAIL, site=participant.site):
        return ""
    visit = record.visit
    place = [participant.code, visit.code, visit.occurrence, record.form]
    return format_html(
        '<p class="quiet"><a href="{}">Trail of this record</a>: every change of it</p>',
        reverse("record-trail", args=place),
    )
