"""Everything that changes an allocation or a treatment: one named act per function."""

from randomization.services.allocation import randomize, randomize_within, reasons_against
from randomization.services.bedside import print_label, record_disposal, record_vitals
from randomization.services.brought import check_file, import_list
from randomization.services.corrections import (
    correct_aspiration,
    correct_infusion,
    correct_product,
)
from randomization.services.culture import record_harvest, record_passage, record_results
from randomization.services.envelopes import enter_envelope, print_envelopes
from randomization.services.guess import record_guess
from randomization.services.lists import purpose_here, seal_list
from randomization.services.passwords import record_wrong_password
from randomization.services.product import record_aspiration, record_product
from randomization.services.release import (
    agree_release,
    fail_product,
    release_out_of_specification,
    release_product,
)
from randomization.services.reveal import reveal_list
from randomization.services.treatment import record_infusion, record_not_treated
from randomization.services.unblinding import ask_unblinding, decide_unblinding, tell_arm

__all__ = [
    "agree_release",
    "ask_unblinding",
    "check_file",
    "correct_aspiration",
    "correct_infusion",
    "correct_product",
    "decide_unblinding",
    "enter_envelope",
    "fail_product",
    "import_list",
    "print_envelopes",
    "print_label",
    "purpose_here",
    "randomize",
    "randomize_within",
    "reasons_against",
    "record_aspiration",
    "record_disposal",
    "record_guess",
    "record_harvest",
    "record_infusion",
    "record_not_treated",
    "record_passage",
    "record_product",
    "record_results",
    "record_vitals",
    "record_wrong_password",
    "release_out_of_specification",
    "release_product",
    "reveal_list",
    "seal_list",
    "tell_arm",
]
