"""Tables that tell arms: importable inside this app only."""

from randomization.models.allocation import (
    Allocation,
    AllocationList,
    ListKey,
    Slot,
    Stratum,
    WrappedKey,
)
from randomization.models.treatment import Aspiration, Infusion, NotTreated, Product, Release

__all__ = [
    "Allocation",
    "AllocationList",
    "Aspiration",
    "Infusion",
    "ListKey",
    "NotTreated",
    "Product",
    "Release",
    "Slot",
    "Stratum",
    "WrappedKey",
]
