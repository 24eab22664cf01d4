"""Run as a program on the stack's own database: two people of the safety desk, a participant."""

from __future__ import annotations

import sys
from datetime import date

import django

DESK = ("sara", "zoe")


def make() -> str:
    """The code of the participant."""
    from django.db import transaction

    from audit.acts import act
    from tests.builders import enrolled
    from tests.people import AT, make_people
    from trial.models import Delegation
    from trial.roles import Role

    with transaction.atomic():
        people = make_people()
        with act(actor=None, at=AT, system="test people"):
            Delegation(
                user=people.zoe,
                role=Role.SAFETY_DESK.value,
                trained_on=date(2020, 1, 15),
                starts_on=date(2020, 2, 1),
            ).save()
            for name in DESK:
                user = getattr(people, name)
                user.email = f"{name}@example.org"
                user.save()
        return enrolled(people).code


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(make())
