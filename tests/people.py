"""The people of the tests: everyone has a name, a role and a site, and so known rights.

Ines (investigator), Nils (study nurse), Otto (blinded assessor) and Tess (cell-therapy unit) work
in Grenoble; Carl is an investigator in Lyon. Mona (monitor), Dora (data manager), Stan (blinded
statistician), Uma (unblinded statistician), Dag (DSMB), Sara (safety desk), Ivan (inspector) and
Ada (administrator) work for the whole trial. Zoe has an account and no delegation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password

from accounts.models import User
from audit.acts import act
from trial.models import Delegation, Site
from trial.roles import SITE_ROLES, Role

AT = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
# Hashing is slow on purpose; one hash serves all the people of a test run.
_HASH: list[str] = []

ROLES = {
    "ines": ("Ines Roth", Role.INVESTIGATOR),
    "nils": ("Nils Berg", Role.NURSE),
    "otto": ("Otto Lind", Role.ASSESSOR),
    "tess": ("Tess Moreau", Role.CELL_THERAPY),
    "carl": ("Carl Neri", Role.INVESTIGATOR),
    "mona": ("Mona Faye", Role.MONITOR),
    "dora": ("Dora Klein", Role.DATA_MANAGER),
    "stan": ("Stan Ozols", Role.STATISTICIAN),
    "uma": ("Uma Rao", Role.UNBLINDED_STATISTICIAN),
    "dag": ("Dag Holm", Role.DSMB),
    "sara": ("Sara Vidal", Role.SAFETY_DESK),
    "ivan": ("Ivan Petit", Role.INSPECTOR),
    "ada": ("Ada Quist", Role.ADMINISTRATOR),
}


@dataclass(frozen=True)
class People:
    """Everybody, and the two sites."""

    ines: User
    nils: User
    otto: User
    tess: User
    carl: User
    mona: User
    dora: User
    stan: User
    uma: User
    dag: User
    sara: User
    ivan: User
    ada: User
    zoe: User
    grenoble: Site
    lyon: Site

    def by_role(self) -> dict[Role, User]:
        """One person per role (the investigator of Grenoble)."""
        return {role: getattr(self, name) for name, (_, role) in ROLES.items() if name != "carl"}

    def blinded(self) -> list[User]:
        """Everybody who must never meet an arm and reads clinical data or cuts."""
        return [self.otto, self.mona, self.dora, self.stan, self.dag]

    def users(self) -> list[User]:
        """Everybody with an account."""
        return [
            value for field in fields(self) if isinstance(value := getattr(self, field.name), User)
        ]


def _user(username: str, full_name: str) -> User:
    if not _HASH:
        _HASH.append(make_password(PASSWORD))
    user = User(username=username, full_name=full_name, password=_HASH[0])
    user.save()
    return user


def _site(code: str, name: str) -> Site:
    site = Site(
        code=code,
        name=name,
        country="FR",
        timezone="Europe/Paris",
        approvals="Ethics committee and authority, 1 Feb 2020",
        activated_on=date(2020, 3, 1),
    )
    site.save()
    return site


def make_people() -> People:
    """Two sites and everybody, delegated since 2020, inside the running transaction."""
    with act(actor=None, at=AT, system="test people"):
        grenoble, lyon = _site("GRE", "Grenoble"), _site("LYO", "Lyon")
        users = {name: _user(name, full) for name, (full, _) in ROLES.items()}
        for name, (_, role) in ROLES.items():
            site = (lyon if name == "carl" else grenoble) if role in SITE_ROLES else None
            Delegation(
                user=users[name],
                role=role.value,
                site=site,
                trained_on=date(2020, 1, 15),
                starts_on=date(2020, 2, 1),
            ).save()
        zoe = _user("zoe", "Zoe Alone")
    return People(**users, zoe=zoe, grenoble=grenoble, lyon=lyon)
