"""The code under which a safety report tells its reaction."""

from __future__ import annotations

from safety.coding.models import Coding
from safety.documents.codes import Code
from safety.models import SafetyReport


def code_of_report(report: SafetyReport) -> Code | None:
    """The newest code of the very words the version reports; None where they are not coded."""
    found = (
        Coding.objects.filter(event=report.event_id, verbatim=report.content["term"])
        .select_related("dictionary")
        .order_by("-number")
        .first()
    )
    if found is None:
        return None
    return Code(str(found.code), found.dictionary.version, pt=found.pt, soc=found.soc)
