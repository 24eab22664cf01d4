"""How each event is coded, for a data cut."""

from __future__ import annotations

from collections.abc import Mapping

from safety.blinding import WITHHELD
from safety.coding.grouping import COLUMNS
from safety.coding.models import Coding
from safety.coding.selectors import is_stale

Codes = Mapping[str, str]
NOT_CODED: Codes = dict.fromkeys(COLUMNS, "")
HIDDEN: Codes = dict.fromkeys(COLUMNS, WITHHELD)


def codes_of_events() -> dict[tuple[str, int], Codes]:
    """The columns of every valid event coded as its words are now, by participant and number."""
    newest = (
        Coding.objects.filter(event__voided=False)
        .select_related("event__participant", "dictionary")
        .order_by("event_id", "-number")
        .distinct("event_id")
    )
    return {
        (one.event.participant.code, one.event.number): _columns(one)
        for one in newest
        if not is_stale(one, one.event)
    }


def coded_row(
    row: Mapping[str, object], codes: Mapping[tuple[str, int], Codes], *, blinded: bool
) -> dict[str, object]:
    """An event's row with its codes; ``withheld`` wherever its words are, coded or not."""
    key = (str(row["participant"]), int(str(row["ae_number"])))
    hidden = blinded and row["category"] == WITHHELD
    return {**row, **(HIDDEN if hidden else codes.get(key, NOT_CODED))}


def _columns(one: Coding) -> Codes:
    return {
        "llt_code": str(one.code),
        "llt": one.name,
        "pt_code": str(one.pt_code),
        "pt": one.pt,
        "soc_code": str(one.soc_code),
        "soc": one.soc,
        "meddra_version": one.dictionary.version,
    }
