"""The way back from a page about one participant."""

from __future__ import annotations

from django.urls import reverse

from trial.models import Participant

Crumbs = tuple[tuple[str, str], ...]


def crumbs(participant: Participant, *further: tuple[str, str]) -> Crumbs:
    """The participants, this one, and pages between this one and the page shown."""
    return (
        ("Participants", reverse("participants")),
        (participant.code, reverse("participant", args=[participant.code])),
        *further,
    )
