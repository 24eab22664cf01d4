"""Everything that changes an allocation or a treatment: one named act per function."""

from randomization.services.allocation import randomize, randomize_within, reasons_against
from randomization.services.lists import purpose_here, seal_list
from randomization.services.product import (
    decide_product,
    fail_product,
    record_aspiration,
    record_product,
    release_product,
)
from randomization.services.treatment import record_infusion, record_not_treated

__all__ = [
    "decide_product",
    "fail_product",
    "purpose_here",
    "randomize",
    "randomize_within",
    "reasons_against",
    "record_aspiration",
    "record_infusion",
    "record_not_treated",
    "record_product",
    "release_product",
    "seal_list",
]
