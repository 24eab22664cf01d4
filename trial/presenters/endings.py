"""The pages on which a participant leaves the trial: what is known, and what will be true."""

from __future__ import annotations

from typing import Any

from trial.forms.endings import SCOPES
from trial.models import LostToFollowUp, Participant, Withdrawal
from trial.presenters.crumbs import crumbs
from trial.templatetags.hermes import day

KEPT = (
    "It is in the audit trail with your name. It can be corrected, with the reason; "
    "no page takes it back."
)


def withdrawal(participant: Participant) -> dict[str, Any]:
    """Withdrawals may be several: the earlier ones are shown."""
    rows = participant.withdrawals.all()
    return {
        **_page(participant, "Withdrawal", "Record the withdrawal"),
        "lead": "A participant may withdraw at any time, from a part or from all of it.",
        "known": [(row.pk, f"{day(row.withdrawn_on)}: {scopes(row)}") for row in rows],
        "truths": (
            "Withdrawn from follow-up: visits after this day are not expected any more.",
            "What was recorded before stays in the trial.",
            KEPT,
        ),
    }


def scopes(row: Withdrawal) -> str:
    """What a withdrawal covers, in words."""
    said = [words.lower() for name, words in SCOPES if getattr(row, f"from_{name}")]
    return f"{', '.join(said)}. {row.reason}".strip()


def withdrawn(row: Withdrawal) -> dict[str, Any]:
    """A saved withdrawal as its form shows it."""
    return {
        "withdrawn_on": row.withdrawn_on,
        "scopes": [name for name, _ in SCOPES if getattr(row, f"from_{name}")],
        "reason": row.reason,
    }


def death(participant: Participant) -> dict[str, Any]:
    """A death is recorded once."""
    row = getattr(participant, "death", None)
    return {
        **_page(participant, "Death", "Record the death"),
        "lead": "The date as far as it is known. The adverse event is recorded on its own page.",
        "known": [(row.pk, f"{day(row.died_on)}: {row.cause}")] if row else [],
        "once": True,
        "truths": ("Visits after this day are not expected any more.", KEPT),
    }


def loss(participant: Participant) -> dict[str, Any]:
    """A loss to follow-up is recorded once."""
    row = getattr(participant, "lost", None)
    return {
        **_page(participant, "Lost to follow-up", "Record the loss"),
        "lead": "The participant cannot be reached any more.",
        "known": [(row.pk, _contact(row))] if row else [],
        "once": True,
        "truths": ("Visits after the last contact are not expected any more.", KEPT),
    }


def _contact(row: LostToFollowUp) -> str:
    return f"Last contact {day(row.last_contact_on)}: {row.attempts}"


def _page(participant: Participant, title: str, button: str) -> dict[str, Any]:
    return {
        "participant": participant,
        "crumbs": crumbs(participant),
        "title": title,
        "button": button,
        "question": f"{button} of {participant.code}?",
    }
