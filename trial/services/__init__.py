"""Everything that changes the backbone: one named act per function.

All are keyword-only, take ``actor`` and ``at`` explicitly, run in one transaction, re-check what
the page already checked, and end with an event.
"""

from trial.services.corrections import (
    correct_consent,
    correct_death,
    correct_loss,
    correct_withdrawal,
)
from trial.services.eligibility import answer_criteria, sign_eligibility
from trial.services.endings import record_death, record_loss, record_withdrawal
from trial.services.enrolment import (
    add_consent,
    close_screening,
    enrol,
    log_screening,
    mark_randomized,
)
from trial.services.locking import ask_unlock, decline_unlock, lift, lock
from trial.services.people import (
    change_password,
    create_account,
    delegate,
    end_delegation,
    open_site,
    record_sign_in,
    record_sign_in_failure,
    record_sign_out,
    record_wrong_password,
    set_active,
)
from trial.services.records import mark_not_done, save_record
from trial.services.restore import restore_answers
from trial.services.signing import sign_casebook, sign_record, sign_visit
from trial.services.visits import (
    add_unscheduled_visit,
    mark_missed,
    move_visits,
    open_visits,
    set_visit_date,
)

__all__ = [
    "add_consent",
    "add_unscheduled_visit",
    "answer_criteria",
    "ask_unlock",
    "change_password",
    "close_screening",
    "correct_consent",
    "correct_death",
    "correct_loss",
    "correct_withdrawal",
    "create_account",
    "decline_unlock",
    "delegate",
    "end_delegation",
    "enrol",
    "lift",
    "lock",
    "log_screening",
    "mark_missed",
    "mark_not_done",
    "mark_randomized",
    "move_visits",
    "open_site",
    "open_visits",
    "record_death",
    "record_loss",
    "record_sign_in",
    "record_sign_in_failure",
    "record_sign_out",
    "record_withdrawal",
    "record_wrong_password",
    "restore_answers",
    "save_record",
    "set_active",
    "set_visit_date",
    "sign_casebook",
    "sign_eligibility",
    "sign_record",
    "sign_visit",
]
