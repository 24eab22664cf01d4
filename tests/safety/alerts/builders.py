"""Short ways to alerts in a known state."""

from __future__ import annotations

from accounts.models import User
from audit.acts import act
from safety.alerts.models import Alert, Delivery
from safety.alerts.selectors import alerts_about
from tests.people import AT, People
from tests.safety.reports import reported_sae
from trial import access
from trial.models import Delegation


def with_mail(*users: User) -> None:
    """Give these people an address each."""
    with act(actor=None, at=AT, system="test people"):
        for user in users:
            user.email = f"{user.username}@example.org"
            user.save()


def told_of_sae(people: People) -> Alert:
    """The alert of a serious event reported in Grenoble; Sara, of the desk, has an address."""
    with_mail(people.sara)
    return alerts_about(reported_sae(people)).get()


def only(alert: Alert) -> Delivery:
    """The one mail of an alert, as it is saved."""
    return alert.deliveries.get()


def ended(user: User) -> None:
    """The person's delegations ended the day before the tests' instant."""
    with act(actor=None, at=AT, system="test people"):
        for row in Delegation.objects.filter(user=user):
            row.ends_on = AT.date().replace(day=AT.day - 1)
            row.save()
    access.forget(user)
