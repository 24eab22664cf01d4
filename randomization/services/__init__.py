"""Everything that changes an allocation or a treatment: one named act per function."""

from randomization.services.allocation import randomize, randomize_within, reasons_against
from randomization.services.brought import check_file, import_list
from randomization.services.lists import purpose_here, seal_list
from randomization.services.passwords import record_wrong_password
from randomization.services.product import (
    decide_product,
    fail_product,
    record_aspiration,
    record_product,
    release_product,
)
from randomization.services.reveal import reveal_list
from randomization.services.treatment import record_infusion, record_not_treated
from randomization.services.unblinding import ask_unblinding, decide_unblinding, tell_arm

__all__ = [
    "ask_unblinding",
    "check_file",
    "decide_product",
    "decide_unblinding",
    "fail_product",
    "import_list",
    "purpose_here",
    "randomize",
    "randomize_within",
    "reasons_against",
    "record_aspiration",
    "record_infusion",
    "record_not_treated",
    "record_product",
    "record_wrong_password",
    "release_product",
    "reveal_list",
    "seal_list",
    "tell_arm",
]
