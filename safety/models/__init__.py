"""Adverse events, their reports, and what the sponsor makes of them."""

from safety.alerts.models import Alert, Delivery
from safety.models.course import GradeChange
from safety.models.desk import (
    Proof,
    ReferenceSafetyInformation,
    SponsorAssessment,
    Submission,
    UrgentMeasure,
)
from safety.models.event import CRITERIA, ITEMS, NARRATIVE_LENGTH, AdverseEvent
from safety.models.report import SafetyReport

__all__ = [
    "CRITERIA",
    "ITEMS",
    "NARRATIVE_LENGTH",
    "AdverseEvent",
    "Alert",
    "Delivery",
    "GradeChange",
    "Proof",
    "ReferenceSafetyInformation",
    "SafetyReport",
    "SponsorAssessment",
    "Submission",
    "UrgentMeasure",
]
