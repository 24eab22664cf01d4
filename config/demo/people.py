"""The people of the simulated trial: one sign-in per role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from trial import services
from trial.models import Site
from trial.roles import SITE_ROLES, WORDS, Role

BY = "demo"
ACCOUNTS: tuple[tuple[str, str, Role], ...] = (
    ("investigator", "Isabelle Roth", Role.INVESTIGATOR),
    ("nurse", "Noé Berger", Role.NURSE),
    ("assessor", "Anaïs Lind", Role.ASSESSOR),
    ("celltherapy", "Thierry Moreau", Role.CELL_THERAPY),
    ("monitor", "Mona Faye", Role.MONITOR),
    ("datamanager", "Dora Klein", Role.DATA_MANAGER),
    ("statistician", "Stan Ozols", Role.STATISTICIAN),
    ("unblinded", "Uma Rao", Role.UNBLINDED_STATISTICIAN),
    ("dsmb", "Dag Holm", Role.DSMB),
    ("safety", "Sara Vidal", Role.SAFETY_DESK),
    ("inspector", "Ivan Petit", Role.INSPECTOR),
    ("admin", "Ada Quist", Role.ADMINISTRATOR),
)


@dataclass(frozen=True)
class Cast:
    """Who does what in the simulated trial."""

    site: Site
    investigator: User
    nurse: User
    assessor: User
    cell_therapy: User
    monitor: User
    data_manager: User
    statistician: User
    unblinded: User
    safety_desk: User
    dsmb: User


@transaction.atomic
def make(*, password: str, opening: date, at: datetime) -> Cast:
    """One active site, one account and one delegation per role."""
    site = services.open_site(
        code="GRE",
        name="Grenoble",
        country="FR",
        timezone="Europe/Paris",
        approvals="Simulated approvals of the ethics committee and the authority",
        activated_on=opening,
        actor=None,
        at=at,
        system=BY,
    )
    users = {}
    for username, full_name, role in ACCOUNTS:
        user = services.create_account(
            username=username, full_name=full_name, password=password,
            email=f"{username}@example.org", actor=None, at=at, system=BY,
        )  # fmt: skip
        services.delegate(
            user=user,
            role=role,
            site=site if role in SITE_ROLES else None,
            trained_on=opening - timedelta(days=20),
            starts_on=opening - timedelta(days=10),
            ends_on=None,
            actor=None,
            at=at,
            system=BY,
        )
        users[role] = user
    return Cast(
        site=site,
        investigator=users[Role.INVESTIGATOR],
        nurse=users[Role.NURSE],
        assessor=users[Role.ASSESSOR],
        cell_therapy=users[Role.CELL_THERAPY],
        monitor=users[Role.MONITOR],
        data_manager=users[Role.DATA_MANAGER],
        statistician=users[Role.STATISTICIAN],
        unblinded=users[Role.UNBLINDED_STATISTICIAN],
        safety_desk=users[Role.SAFETY_DESK],
        dsmb=users[Role.DSMB],
    )


def sign_ins() -> list[tuple[str, str]]:
    """Sign-in name and role in plain words, for the printout."""
    return [(username, WORDS[role][0]) for username, _, role in ACCOUNTS]
