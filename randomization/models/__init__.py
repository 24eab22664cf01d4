"""Tables that tell arms: importable inside this app only."""

from randomization.models.allocation import (
    Allocation,
    AllocationList,
    ListKey,
    Slot,
    Stratum,
    WrappedKey,
)
from randomization.models.batch import Agreement, Disposal, Passage, ReleaseResult
from randomization.models.envelope import EnvelopePrint, OpenedEnvelope
from randomization.models.guess import ArmGuess
from randomization.models.reveal import Reveal
from randomization.models.treatment import Aspiration, Infusion, NotTreated, Product, Release
from randomization.models.unblinding import Unblinding
from randomization.models.vitals import VitalSigns

__all__ = [
    "Agreement",
    "Allocation",
    "AllocationList",
    "ArmGuess",
    "Aspiration",
    "Disposal",
    "EnvelopePrint",
    "Infusion",
    "ListKey",
    "NotTreated",
    "OpenedEnvelope",
    "Passage",
    "Product",
    "Release",
    "ReleaseResult",
    "Reveal",
    "Slot",
    "Stratum",
    "Unblinding",
    "VitalSigns",
    "WrappedKey",
]
