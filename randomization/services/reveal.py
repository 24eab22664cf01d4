"""The end: the list is laid open, and everybody can see that it was followed."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.events import record_event
from randomization import revealing
from randomization.errors import NoList, NotLocked
from randomization.models import AllocationList, Reveal
from randomization.services.passwords import confirm
from trial import access
from trial.access import Permission
from trial.locks import WHOLE_TRIAL
from trial.models import Lock


@transaction.atomic
def reveal_list(*, reason: str, password: str, actor: User, at: datetime) -> Reveal:
    """Publish list, seed and salt, once the whole trial is locked. Once: again, it is the same.

    Raises:
        NotDelegated: only the unblinded statistician reveals.
        WrongPassword: it is not the actor who asks.
        NoList: nothing is sealed.
        NotLocked: data can still change.
        KeyMissing, Tampered: the list cannot be opened, or was altered.
    """
    access.require(actor, Permission.MANAGE_LIST, at=at)
    confirm(actor, password)
    # Held to the end: the lock is not lifted while the list is being laid open.
    if not Lock.objects.select_for_update().filter(WHOLE_TRIAL).exists():
        raise NotLocked
    row = AllocationList.objects.select_for_update().filter(active=True).first()
    if row is None:
        raise NoList
    done = Reveal.objects.filter(list=row).first()
    if done is not None:
        return done
    document = revealing.write(row)
    digest = hashlib.sha256(document.encode()).hexdigest()
    done = Reveal(list=row, revealed_by=actor, revealed_at=at, document=document, sha256=digest)
    done.full_clean()
    done.save(force_insert=True)
    record_event(
        name="list.revealed",
        actor=actor,
        at=at,
        subject=row,
        reason=reason,
        data={"commitment": row.commitment, "sha256": digest},
    )
    return done
