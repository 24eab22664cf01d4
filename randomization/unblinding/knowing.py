"""Who blinded knows an arm since when, and what they saved since. Nothing here tells an arm."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from randomization.models import Unblinding
from trial import access
from trial.access import Permission
from trial.models import Record, Site


@dataclass(frozen=True)
class SavedKnowing:
    """A record saved by somebody blinded who knew the arm: keys, since when, and first when."""

    record: int
    person: int
    since: datetime
    at: datetime


def told_to(participants: Collection[int] | None = None) -> dict[tuple[int, int], datetime]:
    """Since when somebody blinded knows an arm, by the keys of participant and person.

    It tells no arm, so it asks nobody who reads. Without ``participants`` of everybody.
    """
    rows = Unblinding.objects.exclude(shown_at=None)
    if participants is not None:
        rows = rows.filter(participant__in=participants)
    found = rows.order_by("-shown_at").values_list("participant_id", "person_id", "shown_at")
    return {(participant, person): at for participant, person, at in found if at is not None}


def saved_knowing(
    records: QuerySet[Record], told: dict[tuple[int, int], datetime]
) -> list[SavedKnowing]:
    """Which of these records were saved by whom after that person had learned the arm."""
    people = {person for _, person in told}
    rows = Record.history.filter(id__in=records.values("pk"), history_user__in=people)
    saved: dict[tuple[int, int], SavedKnowing] = {}
    for record, participant, person, at in rows.order_by("history_id").values_list(
        "id", "participant_id", "history_user_id", "history_date"
    ):
        since = told.get((participant, person))
        if since is not None and at > since:
            saved.setdefault((record, person), SavedKnowing(record, person, since, at))
    return list(saved.values())


def names_others(user: User, site: Site) -> bool:
    """Whether this person may ask that somebody else be told an arm.

    Whoever works clinically and blinded asks for themselves; the investigator, who knows, and
    the DSMB, who reads no clinical page, name the person.
    """
    return access.may_know_arms(user, site=site) or not access.may(
        user, Permission.READ_CLINICAL, site=site
    )
