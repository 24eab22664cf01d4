"""How the tables of safety say what a row may hold: one sentence beside one item."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def check(name: str, item: str, condition: Q, words: str) -> models.CheckConstraint:
    """A rule of one row; its error code is the item its sentence belongs beside."""
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_code=item,
        violation_error_message=words,
    )


def said(item: str) -> Q:
    """Something is written in a column."""
    return Q(**{f"{item}__regex": r"\S"})


def voided(name: str, what: str) -> models.CheckConstraint:
    """A row entered in error is marked with the reason."""
    return check(
        name,
        "void_reason",
        Q(voided=False, void_reason="") | Q(voided=True, void_reason__regex=r"\S"),
        f"Say why the {what} was entered in error.",
    )
