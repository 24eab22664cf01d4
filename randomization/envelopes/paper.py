"""The sheets: for each place a face to stick on the envelope, and what goes into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from randomization import vault
from randomization.models import Slot, Stratum
from trial import protocol
from trial.documents import make_document


def envelopes_pdf(stratum: Stratum, slots: Sequence[Slot], at: datetime) -> bytes:
    """Two pages a place: the face, which tells no arm, and the sheet, which does.

    Raises:
        KeyMissing, Tampered: the list cannot be opened, or was altered.
    """
    plan = protocol.current()
    return make_document(
        "envelopes",
        title="Sealed envelopes for randomization",
        data={
            "stratum": stratum.code,
            "envelopes": [
                {"number": str(slot.position), "arm": plan.arm(vault.slot_content(slot).arm).label}
                for slot in slots
            ],
        },
        at=at,
        commitment=stratum.list.commitment,
    )
