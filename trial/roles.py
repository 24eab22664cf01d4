"""Roles in plain words, and what each holds. Pure: who holds a role is ``trial.access``.

Locking is the data manager's: it closes what was cleaned. A lock may be found wrong by whoever
answers for the data at the site or cleans them, so the investigator and the data manager ask for
it to be lifted; the data manager or the monitor lifts it, never the one who asked. The monitor is
there so that a trial with a single data manager has a second person; lifting changes no data.

Whoever asks for an unblinding and knows no arm may be told one participant's; whoever knows the
arms already asks for somebody else. The investigator and the unblinded statistician decide, a
second person each time, because both know the arm and neither assesses outcomes.
"""

from __future__ import annotations

from enum import Enum


class Permission(Enum):
    """One kind of act."""

    READ_CLINICAL = "read participants and their records"
    SCREEN = "keep the screening log"
    OBTAIN_CONSENT = "record consent"
    ENTER_DATA = "enter eligibility, withdrawal and death"
    ENTER_OUTCOMES = "enter visits and scales"
    SIGN = "sign eligibility and records"
    RANDOMIZE = "randomize"
    KNOW_ARMS = "know who was allocated to what"
    ASK_UNBLINDING = "ask that one participant's arm be told to somebody blinded"
    DECIDE_UNBLINDING = "approve or refuse an unblinding that is no emergency"
    HEAR_UNBLINDING = "be told who was unblinded, and why"
    READ_UNBLINDING = "read the unblindings that concern them"
    HANDLE_PRODUCT = "record marrow, culture and release"
    INFUSE = "record the infusion, or why there was none"
    MANAGE_LIST = "make and seal the allocation list"
    ENTER_SAFETY = "record adverse events"
    ASSESS_SAFETY = "assess, submit and document safety reports for the sponsor"
    CODE_EVENTS = "code adverse events in the terms of a dictionary"
    READ_DESK = "read the safety desk: reports, clocks, submissions and alerts"
    CALL_MEETINGS = "call meetings of the DSMB and make their packs"
    READ_OPEN_PACKS = "read the open packs of the DSMB's meetings"
    READ_CLOSED_PACKS = "read the closed packs of the DSMB's meetings"
    RECOMMEND = "record and sign what the DSMB recommends"
    LOCK = "lock records, visits, participants and the trial"
    ASK_UNLOCK = "ask for a lock to be lifted"
    UNLOCK = "lift a lock that somebody else asked to be lifted"
    READ_TRAIL = "read the audit trail"
    QUERY = "ask, close and reopen queries"
    RUN_CHECKS = "run the edit checks over all data"
    VERIFY = "verify against the source documents"
    CERTIFY = "record raters' certificates"
    REVIEW_TRAIL = "record a review of the audit trail"
    READ_CUTS = "download data cuts"
    MAKE_CUTS = "make data cuts"
    MANAGE_ACCOUNTS = "manage accounts and delegations"


class Role(Enum):
    """A stored code; ``ROLES`` says what it means and holds."""

    INVESTIGATOR = "investigator"
    NURSE = "nurse"
    ASSESSOR = "assessor"
    CELL_THERAPY = "cell_therapy"
    MONITOR = "monitor"
    DATA_MANAGER = "data_manager"
    STATISTICIAN = "statistician"
    UNBLINDED_STATISTICIAN = "unblinded_statistician"
    DSMB = "dsmb"
    SAFETY_DESK = "safety_desk"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


P = Permission
WORDS: dict[Role, tuple[str, str]] = {
    Role.INVESTIGATOR: ("investigator", "Responsible at the site; signs and randomizes."),
    Role.NURSE: ("study nurse", "Runs the visits and enters data at the site."),
    Role.ASSESSOR: ("blinded assessor", "Scores outcomes without knowing the arm."),
    Role.CELL_THERAPY: ("cell-therapy unit", "Grows and releases the cells; knows the arm."),
    Role.MONITOR: ("monitor", "Checks that the data are true; changes nothing."),
    Role.DATA_MANAGER: ("data manager", "Looks after completeness and data cuts."),
    Role.STATISTICIAN: ("blinded statistician", "Works on blinded data cuts."),
    Role.UNBLINDED_STATISTICIAN: (
        "unblinded statistician",
        "Makes the allocation list and unblinded data cuts.",
    ),
    Role.DSMB: ("DSMB member", "Watches over the participants' safety."),
    Role.SAFETY_DESK: (
        "safety desk",
        "The sponsor's medical monitor: assesses and submits safety reports.",
    ),
    Role.INSPECTOR: ("inspector", "Reads everything, the trail included, for a limited time."),
    Role.ADMINISTRATOR: ("administrator", "Manages accounts; sees no clinical data."),
}
ROLES: dict[Role, frozenset[Permission]] = {
    Role.INVESTIGATOR: frozenset(
        {
            P.READ_CLINICAL,
            P.SCREEN,
            P.OBTAIN_CONSENT,
            P.ENTER_DATA,
            P.ENTER_OUTCOMES,
            P.SIGN,
            P.RANDOMIZE,
            P.KNOW_ARMS,
            P.INFUSE,
            P.ENTER_SAFETY,
            P.READ_OPEN_PACKS,
            P.ASK_UNLOCK,
            P.READ_TRAIL,
            P.ASK_UNBLINDING,
            P.DECIDE_UNBLINDING,
            P.HEAR_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.NURSE: frozenset(
        {
            P.READ_CLINICAL,
            P.SCREEN,
            P.ENTER_DATA,
            P.ENTER_OUTCOMES,
            P.KNOW_ARMS,
            P.INFUSE,
            P.ENTER_SAFETY,
            P.READ_TRAIL,
        }
    ),
    Role.ASSESSOR: frozenset(
        {
            P.READ_CLINICAL,
            P.ENTER_OUTCOMES,
            P.ASK_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.CELL_THERAPY: frozenset({P.READ_CLINICAL, P.KNOW_ARMS, P.HANDLE_PRODUCT}),
    Role.MONITOR: frozenset(
        {
            P.READ_CLINICAL,
            P.READ_TRAIL,
            P.REVIEW_TRAIL,
            P.QUERY,
            P.VERIFY,
            P.UNLOCK,
            P.ASK_UNBLINDING,
            P.HEAR_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.DATA_MANAGER: frozenset(
        {
            P.READ_CLINICAL,
            P.READ_TRAIL,
            P.REVIEW_TRAIL,
            P.QUERY,
            P.RUN_CHECKS,
            P.LOCK,
            P.ASK_UNLOCK,
            P.UNLOCK,
            P.READ_CUTS,
            P.MAKE_CUTS,
            P.READ_OPEN_PACKS,
            P.CERTIFY,
            P.CODE_EVENTS,
            P.ASK_UNBLINDING,
            P.HEAR_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.STATISTICIAN: frozenset({P.READ_CUTS, P.MAKE_CUTS}),
    Role.UNBLINDED_STATISTICIAN: frozenset(
        {
            P.KNOW_ARMS,
            P.MANAGE_LIST,
            P.CALL_MEETINGS,
            P.READ_OPEN_PACKS,
            P.READ_CLOSED_PACKS,
            P.READ_CUTS,
            P.MAKE_CUTS,
            P.DECIDE_UNBLINDING,
            P.HEAR_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.DSMB: frozenset(
        {
            P.READ_CUTS,
            P.READ_OPEN_PACKS,
            P.READ_CLOSED_PACKS,
            P.RECOMMEND,
            P.ASK_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.SAFETY_DESK: frozenset(
        {
            P.READ_CLINICAL,
            P.KNOW_ARMS,
            P.ASSESS_SAFETY,
            P.CODE_EVENTS,
            P.READ_DESK,
            P.READ_OPEN_PACKS,
            P.HEAR_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            P.READ_CLINICAL,
            P.READ_DESK,
            P.READ_OPEN_PACKS,
            P.READ_TRAIL,
            P.KNOW_ARMS,
            P.READ_CUTS,
            P.HEAR_UNBLINDING,
            P.READ_UNBLINDING,
        }
    ),
    Role.ADMINISTRATOR: frozenset({P.MANAGE_ACCOUNTS, P.CERTIFY}),
}
# Roles that work at one site; the others are for the whole trial.
SITE_ROLES = frozenset({Role.INVESTIGATOR, Role.NURSE, Role.ASSESSOR, Role.CELL_THERAPY})
