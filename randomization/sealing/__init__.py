"""Arms at rest: sealed with keys that are not in the database. Pure.

Three kinds of things are sealed: the seed and salt of a list, its slots, and the allocations. Each
list has a data key of its own; that key lies in the database wrapped under the master key, which
lies outside (``HERMES_ALLOCATION_KEY``). A new master key needs only new wraps.
"""

from randomization.sealing.boxes import Box, BrokenSealError, SealError, TooLongError
from randomization.sealing.contents import (
    ALLOCATION,
    LIST_SECRET,
    SLOT,
    AllocationContent,
    ListSecret,
    SlotContent,
    about_allocation,
    about_list,
    about_slot,
)
from randomization.sealing.keys import (
    DATA_KEY,
    BadKeyError,
    DataKey,
    MasterKey,
    new_data_key,
    new_master_key,
)

__all__ = [
    "ALLOCATION",
    "DATA_KEY",
    "LIST_SECRET",
    "SLOT",
    "AllocationContent",
    "BadKeyError",
    "Box",
    "BrokenSealError",
    "DataKey",
    "ListSecret",
    "MasterKey",
    "SealError",
    "SlotContent",
    "TooLongError",
    "about_allocation",
    "about_list",
    "about_slot",
    "new_data_key",
    "new_master_key",
]
