"""Tables that tell arms: importable inside this app only."""

from randomization.models.allocation import (
    Allocation,
    AllocationList,
    ListKey,
    Slot,
    Stratum,
    WrappedKey,
)
from randomization.models.reveal import Reveal
from randomization.models.treatment import Aspiration, Infusion, NotTreated, Product, Release
from randomization.models.unblinding import Unblinding

__all__ = [
    "Allocation",
    "AllocationList",
    "Aspiration",
    "Infusion",
    "ListKey",
    "NotTreated",
    "Product",
    "Release",
    "Reveal",
    "Slot",
    "Stratum",
    "Unblinding",
    "WrappedKey",
]
