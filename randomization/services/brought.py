"""A list brought as a file: judged without keeping anything, then sealed like a made one."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import User
from randomization import list_files
from randomization.errors import Impossible, WrongPurpose
from randomization.list_files import Read
from randomization.models import AllocationList
from randomization.services.lists import Made, keep_list, purpose_here
from trial import access, protocol
from trial.access import Permission
from trial.allocation_plan import Minimization

ALGORITHM = "imported/1"


@dataclass(frozen=True)
class Checked:
    """What was read from a file; ``mark`` is what the act asks for, empty where a line is bad."""

    read: Read
    mark: str


def check_file(*, file: bytes, purpose: str, actor: User, at: datetime) -> Checked:
    """Judge a file as the act would. Nothing is kept, recorded or logged.

    Raises:
        NotDelegated: only the unblinded statistician brings a list.
        WrongPurpose: a simulated list in production, or the reverse.
        Impossible: this trial's scheme has no list of arms.
    """
    access.require(actor, Permission.MANAGE_LIST, at=at)
    if purpose != purpose_here():
        raise WrongPurpose(field="purpose")
    plan = protocol.current()
    if isinstance(plan.allocation, Minimization):
        raise Impossible(
            "This trial minimizes: arms are computed as participants come, and no list of arms "
            "can be brought."
        )
    read = list_files.read(file, arms=[arm.code for arm in plan.arms], strata=plan.strata())
    return Checked(read, "" if read.bad else _mark(file, actor))


@transaction.atomic
def import_list(
    *, file: bytes, purpose: str, checked: str, actor: User, at: datetime
) -> AllocationList:
    """Seal the list of a file that was checked before, and publish its commitment.

    ``checked`` is the mark of that check: another file, or another person's, is refused.

    Raises:
        NotDelegated: only the unblinded statistician brings a list.
        WrongPurpose: a simulated list in production, or the reverse.
        Impossible: not the file that was checked, or one no list can be made of.
        ListActive: a list is in use.
        KeyMissing: this installation has no allocation key.
    """
    again = check_file(file=file, purpose=purpose, actor=actor, at=at)
    if again.read.bad:
        raise Impossible("This file has lines that are wrong. Check it first.", field="file")
    if not hmac.compare_digest(again.mark.encode(), checked.encode()):
        raise Impossible(
            "This is not the file that was checked. Check it again.",
            code="another-file",
            field="file",
        )
    made = Made(again.read.slots, ALGORITHM, again.read.length)
    return keep_list(made, purpose=purpose, actor=actor, at=at)


def _mark(file: bytes, actor: User) -> str:
    # Keyed: a plain hash of a short list is guessed by trying all lists.
    salt = f"randomization.brought.{actor.pk}"
    return salted_hmac(salt, file, algorithm="sha256").hexdigest()
