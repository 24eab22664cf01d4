"""The codes under which safety reports tell their reactions."""

from __future__ import annotations

from collections.abc import Collection

from safety.coding.models import Coding
from safety.documents.codes import Code
from safety.models import SafetyReport


def codes_of_reports(reports: Collection[SafetyReport]) -> dict[int, Code]:
    """The newest code of the very words each version reports, by its key; one query for all."""
    found = Coding.objects.filter(event__in={one.event_id for one in reports})
    newest = {
        (one.event_id, one.verbatim): Code(
            str(one.code), one.dictionary.version, pt=one.pt, soc=one.soc
        )
        for one in found.select_related("dictionary").order_by("number")
    }
    keys = {one.pk: (one.event_id, one.content["term"]) for one in reports}
    return {report: newest[key] for report, key in keys.items() if key in newest}
