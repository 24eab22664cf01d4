"""Allocation lists from a seed: the same seed gives the same list on any machine, for ever. Pure.

One module per family of schemes, each with the text of its algorithm and the papers behind it:
``blocks`` (permuted), ``coins`` (complete randomization, biased coin, urn), ``minimization``.
``plan_list`` makes the list of whatever the protocol declares.
"""

from randomization.schemes.blocks import ALGORITHM, make_list
from randomization.schemes.minimization import QUEUE, Entry, choose, replay
from randomization.schemes.plans import algorithm_of, plan_list, queues
from randomization.schemes.shares import owners
from randomization.schemes.slots import COMMITMENT, PlannedSlot, SchemeError, commitment
from randomization.schemes.stream import Stream

__all__ = [
    "ALGORITHM",
    "COMMITMENT",
    "QUEUE",
    "Entry",
    "PlannedSlot",
    "SchemeError",
    "Stream",
    "algorithm_of",
    "choose",
    "commitment",
    "make_list",
    "owners",
    "plan_list",
    "queues",
    "replay",
]
