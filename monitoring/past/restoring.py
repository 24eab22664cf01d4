"""What the page that brings an earlier answer back shows, and what its refusals say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from audit.errors import Refused
from monitoring.past.said import Difference
from trial import access, locks, selectors
from trial.access import Permission
from trial.errors import ConfirmationRequired, InvalidAnswers, ReasonRequired
from trial.forms.reason import Reason
from trial.forms.record import Problem, Prompt
from trial.margin import Look
from trial.models import Record
from trial.services.restore import Restoration
from trial.templatetags.hermes import day


def may_restore(look: Look, record: Record) -> bool:
    """Whether this person may change the record and read its past, and nothing is locked."""
    if locks.covering(record=record) is not None:
        return False
    site = record.participant.site
    needed = (Permission.ENTER_OUTCOMES, Permission.READ_TRAIL)
    return all(access.may(look.user, one, site=site) for one in needed)


def restore_address(record: Record, at: datetime, item: str = "") -> str:
    """The page that brings back one item, or the whole record, as it stood."""
    visit = record.visit
    place = [record.participant.code, visit.code, visit.occurrence, record.form]
    asked = {"at": at.isoformat(), **({"item": item} if item else {})}
    return f"{reverse('record-restore', args=place)}?{urlencode(asked)}"


@dataclass
class Page:
    """The page as somebody sees it, or sent it and was refused."""

    record: Record
    found: Restoration
    posted: QueryDict | None
    refused: Refused | None = None

    def __post_init__(self) -> None:
        self.reason = Reason(self.posted)
        if isinstance(self.refused, ReasonRequired):
            self.reason.error = self.refused.message

    @property
    def status(self) -> int:
        """The status the page answers with."""
        return self.refused.status if self.refused else 200

    def lines(self) -> list[Difference]:
        """What would change: as it reads today, and as it would read."""
        spec, found = self.found.spec, self.found
        lines = [
            Difference(
                spec.labels[item], spec.answer(item, found.now), spec.answer(item, found.answers)
            )
            for item in found.items
        ]
        if found.assessed_on != self.record.assessed_on:
            lines.append(
                Difference("Assessed on", day(self.record.assessed_on), day(found.assessed_on))
            )
        state = "Complete" if found.complete else "Draft"
        if state != self.record.get_status_display():
            lines.append(Difference("State", self.record.get_status_display(), state))
        return lines

    def truths(self) -> list[str]:
        """What will be true afterwards."""
        told = [
            f"It is a new change, version {self.record.version + 1}, under your name.",
            "The trail keeps what it said in between.",
        ]
        if selectors.record_signature(self.record) is not None:
            told.append("The signature on it no longer holds: it has to be signed again.")
        return told

    def prompts(self) -> list[Prompt]:
        """The unusual answers to confirm, each rule once."""
        if not isinstance(self.refused, ConfirmationRequired):
            return []
        findings: Sequence[Any] = self.refused.details["findings"]
        by_rule = {finding.rule: finding for finding in reversed(findings)}
        confirmed = confirmations(self.posted)
        return [
            Prompt(
                rule=rule,
                message=finding.message,
                target="",
                label=self.found.spec.labels.get(finding.item or "", ""),
                confirmed=rule in confirmed,
                comment=confirmed.get(rule, ""),
            )
            for rule, finding in reversed(by_rule.items())
        ]

    def problems(self) -> list[Problem]:
        """Why it cannot be, item by item."""
        if isinstance(self.refused, ReasonRequired):
            return [Problem("field-reason", "Reason for the change", self.refused.message)]
        if not isinstance(self.refused, InvalidAnswers):
            return []
        details: dict[str, Any] = self.refused.details
        labels = self.found.spec.labels
        said = [(one.item or "", one.message) for one in details.get("findings", ())]
        said += [(name, "Not answered.") for name in details.get("missing", ())]
        return [Problem("", labels.get(item, ""), message) for item, message in said]


def confirmations(posted: QueryDict | None) -> dict[str, str]:
    """The unusual answers that were confirmed, with the comment on each."""
    if posted is None:
        return {}
    return {
        rule: posted.get(f"comment_{rule}", "").replace("\0", "")[:200]
        for rule in posted.getlist("confirm")
    }
