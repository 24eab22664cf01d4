"""The backbone's tables."""

from trial.models.lock import Lock
from trial.models.participant import (
    Consent,
    CriterionAnswer,
    Death,
    LostToFollowUp,
    Participant,
    ScreeningEntry,
    Withdrawal,
)
from trial.models.signature import Signature
from trial.models.site import Delegation, Site
from trial.models.visit import Answers, Confirmation, Record, Visit

__all__ = [
    "Answers",
    "Confirmation",
    "Consent",
    "CriterionAnswer",
    "Death",
    "Delegation",
    "Lock",
    "LostToFollowUp",
    "Participant",
    "Record",
    "ScreeningEntry",
    "Signature",
    "Site",
    "Visit",
    "Withdrawal",
]
