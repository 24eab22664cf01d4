"""What one ICSR is written from: a version, the sponsor's opinion, who sends it to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from safety.documents.codes import Code
from safety.documents.hl7 import ICH
from safety.models import SafetyReport, SponsorAssessment
from safety.snapshot import Content
from trial.safety_plan import SafetyPlan


@dataclass(frozen=True)
class Case:
    """One message about one case.

    ``first_received`` is when the sponsor became aware of the first version, ``made`` the instant
    of the message, ``study`` the protocol's code; ``real`` is False in an installation that is
    not production.
    """

    report: SafetyReport
    content: Content
    opinion: SponsorAssessment | None
    code: Code | None
    plan: SafetyPlan
    study: str
    first_received: datetime
    made: datetime
    real: bool

    @property
    def number(self) -> str:
        """The case's identifier in the world: the same for every version of its report."""
        return f"{self.content.country}-{self.plan.sender_id}-{self.content.control_number}"

    @property
    def batch(self) -> str:
        """The message's own identifier: this version, with this opinion."""
        opinion = self.opinion.number if self.opinion else 0
        return f"{self.number}-{self.content.number}-{opinion}"

    def key(self, part: str) -> str:
        """What the message calls one of its parts; the same in every version."""
        return str(uuid5(NAMESPACE_OID, f"{ICH}/{self.number}/{part}"))
