"""The backbone's tables."""

from trial.models.participant import (
    Consent,
    CriterionAnswer,
    Death,
    LostToFollowUp,
    Participant,
    ScreeningEntry,
    Withdrawal,
)
from trial.models.site import Delegation, Site
from trial.models.visit import Answers, Confirmation, Record, Signature, Visit

__all__ = [
    "Answers",
    "Confirmation",
    "Consent",
    "CriterionAnswer",
    "Death",
    "Delegation",
    "LostToFollowUp",
    "Participant",
    "Record",
    "ScreeningEntry",
    "Signature",
    "Site",
    "Visit",
    "Withdrawal",
]
