"""The file of a revealed list, ``hermes-reveal/1``: written once, read by whoever checks it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from randomization import vault
from randomization.errors import BadFile
from randomization.models import AllocationList, Slot
from randomization.proof import TheList
from randomization.schemes import PlannedSlot
from trial import protocol

SCHEMA = "hermes-reveal/1"
_FIELDS = ("stratum", "position", "block", "block_size", "arm", "draw")


def slots_of(row: AllocationList) -> list[Slot]:
    """Every slot in the order of stratum and position, ready to be opened."""
    found = Slot.objects.filter(stratum__list=row).select_related("stratum__list__wrapped_key")
    return list(found.order_by("stratum__code", "position"))


def planned(slot: Slot) -> PlannedSlot:
    """A slot in the open.

    Raises:
        KeyMissing, Tampered: it does not open.
    """
    held = vault.slot_content(slot)
    stratum = slot.stratum.code
    return PlannedSlot(stratum, slot.position, held.block, held.block_size, held.arm, held.draw)


def write(row: AllocationList) -> str:
    """The file: what the commitment covers, the seed, and what the list was made by.

    Raises:
        KeyMissing, Tampered: the list does not open.
    """
    plan, secret = protocol.current(), vault.list_secret(row)
    slots = sorted(planned(slot) for slot in slots_of(row))
    content = {
        "schema": SCHEMA,
        "trial": plan.code,
        "purpose": row.purpose,
        "algorithm": row.algorithm,
        "scheme": plan.allocation.words,
        "ratio": {arm.code: arm.ratio for arm in plan.arms},
        "commitment": row.commitment,
        "salt": secret.salt,
        "seed": secret.seed,
        "fields": _FIELDS,
        "slots": [[getattr(slot, name) for name in _FIELDS] for slot in slots],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> TheList:
    """The list of such a file.

    Raises:
        BadFile: it is none.
    """
    try:
        content: Mapping[str, Any] = json.loads(text)
        if content["schema"] != SCHEMA or tuple(content["fields"]) != _FIELDS:
            raise BadFile
        slots = tuple(
            PlannedSlot(str(stratum), int(position), int(block), int(size), str(arm), str(draw))
            for stratum, position, block, size, arm, draw in content["slots"]
        )
        return TheList(str(content["commitment"]), str(content["salt"]), slots)
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile from error
