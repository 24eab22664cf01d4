"""Accounts and delegations: who may give them, and what cannot be held together."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.acts import act
from audit.errors import NoActor, Refused
from tests.people import AT, PASSWORD, People
from trial import access, services
from trial.access import NotDelegated, Permission, Role
from trial.errors import WrongPassword, WrongState
from trial.models import Delegation

TODAY = AT.date()


def give(people: People, role: Role, **given: object) -> Delegation:
    """Delegate a role to Zoe."""
    facts = {
        "user": people.zoe, "role": role, "site": people.grenoble, "trained_on": date(2026, 1, 1),
        "starts_on": date(2026, 2, 1), "ends_on": None, "actor": people.ada, "at": AT, **given,
    }  # fmt: skip
    return services.delegate(**facts)  # type: ignore[arg-type]  # a table of mixed facts


@pytest.mark.requirement("R-072")
def test_a_delegation_covers_its_site_and_its_days_only(people: People) -> None:
    give(people, Role.NURSE, ends_on=date(2026, 6, 30))
    june, july = datetime(2026, 6, 30, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    wanted = Permission.ENTER_OUTCOMES
    assert access.may(people.zoe, wanted, site=people.grenoble, at=june)
    assert not access.may(people.zoe, wanted, site=people.grenoble, at=july)
    assert not access.may(people.zoe, wanted, site=people.lyon, at=june)


@pytest.mark.requirement("R-073")
@pytest.mark.parametrize("name", ["ines", "nils", "dora", "uma", "ivan", "zoe"])
def test_only_the_administrator_manages_accounts(people: People, name: str) -> None:
    with pytest.raises(NotDelegated):
        give(people, Role.NURSE, actor=getattr(people, name))
    with pytest.raises(NotDelegated):
        services.create_account(
            username="eve", full_name="Eve", password=PASSWORD, actor=getattr(people, name), at=AT
        )


@pytest.mark.requirement("R-073")
def test_the_administrator_sees_no_clinical_data(people: People) -> None:
    assert not access.visible_to(people.ada).exists()
    assert access.permissions_of(Role.ADMINISTRATOR) == {
        Permission.MANAGE_ACCOUNTS,
        Permission.CERTIFY,
    }
    with pytest.raises(Refused) as refused:
        give(people, Role.ADMINISTRATOR, user=people.nils, site=None)
    assert refused.value.code == "separate-duties"


@pytest.mark.requirement("R-017")
def test_nobody_is_blinded_and_unblinded_at_once(people: People) -> None:
    with pytest.raises(Refused) as refused:
        give(people, Role.NURSE, user=people.otto)
    assert refused.value.code == "blinding-conflict"


@pytest.mark.requirement("R-072")
def test_training_comes_first(people: People) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="Training comes before"):
        give(people, Role.NURSE, trained_on=date(2026, 2, 2))


def test_a_site_role_without_a_site_is_refused_by_the_database_too(people: People) -> None:
    row = Delegation(user=people.zoe, role="nurse", trained_on=TODAY, starts_on=TODAY, site=None)
    with pytest.raises(IntegrityError), transaction.atomic(), act(actor=people.ada, at=AT):
        row.save()


def test_an_ended_delegation_stays_in_the_log(people: People) -> None:
    row = people.nils.delegations.get()
    services.end_delegation(
        delegation=row, ends_on=date(2026, 3, 1), reason="Left", actor=people.ada, at=AT
    )
    assert not access.roles(User.objects.get(pk=people.nils.pk), at=AT)
    assert people.nils.delegations.count() == 1
    with pytest.raises(WrongState):
        services.end_delegation(
            delegation=row, ends_on=TODAY, reason="Again", actor=people.ada, at=AT
        )


@pytest.mark.requirement("R-070")
def test_a_name_is_never_used_twice(people: People) -> None:
    with pytest.raises(Refused) as refused:
        services.create_account(
            username="NILS", full_name="Nils Two", password=PASSWORD, actor=people.ada, at=AT
        )
    assert refused.value.code == "name-taken"


def test_a_weak_password_is_refused(people: People) -> None:
    with pytest.raises(Refused) as refused:
        services.create_account(
            username="eve", full_name="Eve", password="short", actor=people.ada, at=AT
        )
    assert refused.value.code == "weak-password"


def test_a_closed_account_may_do_nothing(people: People) -> None:
    closed = services.set_active(
        user=people.nils, active=False, reason="Left", actor=people.ada, at=AT
    )
    assert not access.may(closed, Permission.ENTER_OUTCOMES, at=AT)
    with pytest.raises(WrongState):
        services.set_active(user=people.ada, active=False, reason="?", actor=people.ada, at=AT)


def test_a_password_changes_only_with_the_old_one(people: People) -> None:
    with pytest.raises(WrongPassword):
        services.change_password(user=people.nils, old="wrong", new="another long phrase", at=AT)
    services.change_password(user=people.nils, old=PASSWORD, new="another long phrase", at=AT)
    assert User.objects.get(pk=people.nils.pk).check_password("another long phrase")


@pytest.mark.requirement("R-030")
def test_nothing_is_saved_outside_an_act(people: People) -> None:
    people.zoe.full_name = "Zoe Changed"
    with pytest.raises(NoActor), transaction.atomic():
        people.zoe.save()
